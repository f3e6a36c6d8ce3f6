"""The kinds and states of a marketing email."""

from django.db import models
from django.db.models import Q


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


class ApprovalState(models.TextChoices):
    """What the second person said. One question is about one revision of an email."""

    ASKED = "asked", "Waits for approval"
    APPROVED = "approved", "Approved"
    SENT_BACK = "sent_back", "Sent back"


# An email may leave over so many hours.
SPREADS = (1, 2, 4, 8, 12, 24, 48, 72)

# of MarketingEmail
CONSTRAINTS: list[models.BaseConstraint] = [
    models.CheckConstraint(
        condition=Q(kind__in=EmailKind.values), name="email_kind_is_known"
    ),
    models.CheckConstraint(
        condition=Q(state__in=EmailState.values), name="email_state_is_known"
    ),
    models.CheckConstraint(
        condition=~Q(state=EmailState.SCHEDULED) | Q(scheduled_at__isnull=False),
        name="email_scheduled_has_a_time",
        violation_error_message="A scheduled email needs a date and a time.",
    ),
    models.CheckConstraint(
        condition=~Q(state__in=[EmailState.SENDING, EmailState.SENT])
        | Q(message__isnull=False),
        name="email_sending_has_a_message",
    ),
    models.CheckConstraint(
        condition=~Q(kind=EmailKind.REENGAGEMENT) | Q(skip_unengaged=False),
        name="email_reengagement_mails_the_unengaged",
        violation_error_message=(
            "A re-engagement email cannot leave out unengaged people: "
            "they are who it is for."
        ),
    ),
    models.CheckConstraint(
        condition=Q(spread_hours__lte=max(SPREADS)),
        name="email_spread_is_days",
        violation_error_message="An email leaves within three days.",
    ),
]
