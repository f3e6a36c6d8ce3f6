"""The kinds and states of a marketing email."""

from django.db import models


class EmailKind(models.TextChoices):
    REGULAR = "regular", "Regular"
    REENGAGEMENT = "reengagement", "Re-engagement"


class EmailState(models.TextChoices):
    """Where an email stands. Only a draft can be changed."""

    DRAFT = "draft", "Draft"
    SCHEDULED = "scheduled", "Scheduled"  # starts by itself at `scheduled_at`
    PREPARING = "preparing", "Preparing"  # its time has come; recipients being fixed
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    STOPPED = "stopped", "Stopped"
