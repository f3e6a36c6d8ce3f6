"""What a segment can be, and the time it goes by."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from segments.dates import Clock


class SegmentKind(models.TextChoices):
    ACTIVE = "active", _("Active")  # people join and leave by themselves
    STATIC = "static", _("Static")  # a snapshot, changed by hand


class SegmentState(models.TextChoices):
    PROCESSING = "processing", _("Being filled")
    READY = "ready", _("Up to date")
    BROKEN = (
        "broken",
        _("Needs attention"),
    )  # `problem` says why; members stay as they are


def current_clock() -> Clock:
    """Now, in the account's time zone."""
    return Clock(timezone.now(), Account.current().zone)
