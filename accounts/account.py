"""The installation itself: its name, its clock, and what it asks of everybody."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.languages import Language

# nobody asked for mail before; the empty day of a program is a long time ago
EARLIEST = dt.date(1970, 1, 1)


def check_time_zone(name: str) -> None:
    """Refuse a name that the machine's time zone database does not know."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(
            gettext(
                "“%(name)s” is not a time zone. Choose one such as Europe/Helsinki."
            )
            % {"name": name}
        )


# what the request that is being answered has read; None: there is no request
_kept: ContextVar[list[Account] | None] = ContextVar("account", default=None)


@contextmanager
def read_once() -> Iterator[None]:
    """In here the account is read at most once."""
    token = _kept.set([])
    try:
        yield
    finally:
        _kept.reset(token)


class Clock(models.TextChoices):
    """Whose clock counts."""

    READER = "reader", _("The reader’s own")
    ACCOUNT = "account", _("The account’s")


class Account(models.Model):
    """The installation itself: one row, made by the first migration."""

    name = models.CharField(max_length=200, default="Our organisation")
    time_zone = models.CharField(
        max_length=64, default="UTC", validators=[check_time_zone]
    )
    # of public pages and new forms, where nothing says which one the reader prefers
    language = models.CharField(
        max_length=12,
        choices=Language,
        default=Language.ENGLISH,
        db_default=Language.ENGLISH,
    )
    # no email starts before somebody else has approved it, see campaigns.Approval
    second_person = models.BooleanField(default=False, db_default=False)
    # nobody gets on before she has set up a second factor, see accounts.middleware
    second_factor = models.BooleanField(default=False, db_default=False)
    # hours in which no marketing mail begins to leave; see deliveries.clock
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    quiet_by = models.CharField(
        max_length=8, choices=Clock, default=Clock.READER, db_default=Clock.READER
    )

    # how many marketing mails one person gets in so many days; see deliveries.frequency
    cap_mails = models.PositiveSmallIntegerField(null=True, blank=True)
    cap_days = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=1), name="account_is_one_row"),
            models.CheckConstraint(
                condition=Q(cap_mails=None, cap_days=None)
                | Q(
                    cap_mails__isnull=False,
                    cap_days__isnull=False,
                    cap_mails__range=(1, 1000),
                    cap_days__range=(1, 366),
                ),
                name="account_cap_has_mails_and_days",
                violation_error_message=_(
                    "Say how many emails (1 to 1,000) in how many days (1 to 366), or"
                    " leave both empty."
                ),
            ),
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="account_quiet_hours_begin_and_end",
                violation_error_message=_("Say when the quiet hours begin and end."),
            ),
            models.CheckConstraint(
                condition=Q(quiet_from=None) | ~Q(quiet_from=models.F("quiet_until")),
                name="account_quiet_hours_are_not_the_whole_day",
                violation_error_message=_("Leave some hours in which mail may leave."),
            ),
            models.CheckConstraint(
                condition=Q(quiet_by__in=Clock.values), name="account_clock_is_known"
            ),
            models.CheckConstraint(
                condition=Q(language__in=Language.values),
                name="account_language_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> Account:
        """As it is; within a request as it was when that first asked. To be read only:
        whoever changes it takes `fresh`."""
        kept = _kept.get()
        if kept is None:
            return cls.fresh()
        if not kept:
            kept.append(cls.fresh())
        return kept[0]

    @classmethod
    def fresh(cls) -> Account:
        return cls.objects.get_or_create(id=1)[0]

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    def day_of(self, moment: dt.datetime) -> dt.date:
        return moment.astimezone(self.zone).date()

    def today(self) -> dt.date:
        """The account's day: what "today" means in every filter."""
        return self.day_of(timezone.now())

    def why_not(self, day: dt.date) -> str:
        """What is wrong with a day on which people said something; "" for nothing."""
        if day > self.today():
            return gettext("That day is still to come.")
        return gettext("That day is before 1970.") if day < EARLIEST else ""

    def noon(self, day: dt.date) -> dt.datetime:
        """When a day is known and no hour: no time zone moves it to another day. Of
        today, where noon is still to come, now."""
        return min(dt.datetime.combine(day, dt.time(12), self.zone), timezone.now())
