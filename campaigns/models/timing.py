"""When an email leaves: its time, whose clock that is by, and over how long."""

from __future__ import annotations

import datetime as dt
import zoneinfo

from django.db import models

from accounts.models import User, check_time_zone


class Timed(models.Model):
    """The times of an email, those it was given and those that it came to."""

    scheduled_at = models.DateTimeField(null=True, blank=True)
    # what each reader's own clock shows then, written as UTC; null: all at one moment
    readers_at = models.DateTimeField(null=True, blank=True)
    # over how many hours its mails leave, outside quiet hours; 0: at once
    spread_hours = models.PositiveSmallIntegerField(default=0, db_default=0)
    # the zone in which the author gave the time
    time_zone = models.CharField(
        max_length=64, default="UTC", validators=[check_time_zone]
    )
    # when its sending began: the curve of the report starts there
    launched_at = models.DateTimeField(null=True, blank=True)
    launched_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def readers_on_their_clock(self) -> dt.datetime | None:
        """What each reader's clock shows when she gets it; None: no matter."""
        return self.readers_at and self.readers_at.replace(tzinfo=None)

    @property
    def spread(self) -> dt.timedelta:
        """Over how long its mails leave."""
        return dt.timedelta(hours=self.spread_hours)
