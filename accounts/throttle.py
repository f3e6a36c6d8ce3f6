"""How often somebody may try to sign in. In the database: a restart forgets nothing.

A try counts before the password is looked at, so that a hundred at once are not a
hundred guesses; a right password takes it back. Nobody is kept out for good: a wait is
at most `longest`, tries during a wait do not prolong it, and an account that many
addresses try is never kept from its owner for more than a minute.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

from django.db import models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import npgettext

FORGOTTEN_AFTER = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """`free` wrong tries cost nothing; then the wait doubles up to `longest`."""

    free: int
    longest: dt.timedelta
    first: dt.timedelta = dt.timedelta(seconds=15)

    def wait_after(self, tries: int) -> dt.timedelta:
        over = tries - self.free
        doubled = self.first * 2 ** min(over, 10)
        return min(self.longest, doubled) if over >= 0 else dt.timedelta()


# what is counted: the account from one address, one address, the account from anywhere
LIMITS = {
    "both": Limit(free=5, longest=dt.timedelta(minutes=15)),
    "address": Limit(free=20, longest=dt.timedelta(minutes=15)),
    "account": Limit(free=50, longest=dt.timedelta(minutes=1)),
}


@dataclass(frozen=True, slots=True)
class Try:
    """One try to sign in; whether there is such an account does not matter."""

    account: str
    address: str
    # she signed in from there before: tries from elsewhere do not delay her
    known: bool = False

    def keys(self) -> dict[str, str]:
        """{key: name of its limit}, in the order in which they are locked."""
        found = {
            f"account:{self.account}": "account",
            f"address:{self.address}": "address",
            f"both:{self.address}:{self.account}": "both",
        }
        return {key[:400]: found[key] for key in sorted(found)}


class ThrottleQuerySet(models.QuerySet["Throttle"]):
    @transaction.atomic
    def take(self, one: Try) -> Wait:
        """Count this try, unless somebody has to wait; then it is not made."""
        now, keys = timezone.now(), one.keys()
        self.filter(at__lt=now - FORGOTTEN_AFTER, until__lt=now).delete()
        self.bulk_create(
            [Throttle(key=key, at=now, until=now) for key in keys],
            ignore_conflicts=True,
        )
        rows = list(self.select_for_update().filter(key__in=keys).order_by("key"))
        now = timezone.now()  # the others, whom the lock waited for, were before
        skipped = "account" if one.known else ""
        waits = [row.until for row in rows if keys[row.key] != skipped]
        until = max(waits, default=now)
        if until > now:
            return Wait(until - now)
        for row in rows:
            row.tries += 1
            row.until = now + LIMITS[keys[row.key]].wait_after(row.tries)
        self.bulk_update(rows, ["tries", "until"])
        begun = any(row.tries == LIMITS[keys[row.key]].free for row in rows)
        return Wait(dt.timedelta(), begun=begun)

    @transaction.atomic
    def take_back(self, one: Try) -> None:
        """It was the right password. Of an address only this try is forgotten: who
        owns one account must not be free to guess at all the others."""
        now = timezone.now()
        for key, limit in one.keys().items():
            if limit != "address":
                self.filter(key=key).delete()
            else:
                rows = self.filter(key=key, tries__gt=0)
                rows.update(tries=F("tries") - 1, until=now)


@dataclass(frozen=True, slots=True)
class Wait:
    """How long to wait; `begun`: the next wrong try will have to."""

    left: dt.timedelta
    begun: bool = False

    @property
    def words(self) -> str:
        """As it stands behind “in”."""
        seconds = max(1, round(self.left.total_seconds()))
        if seconds < 60:
            said = npgettext("in", "%(count)s second", "%(count)s seconds", seconds)
            return said % {"count": seconds}
        minutes = -(-seconds // 60)
        said = npgettext("in", "%(count)s minute", "%(count)s minutes", minutes)
        return said % {"count": minutes}


class Throttle(models.Model):
    """Tries that did not lead in, for one account, one address, or both."""

    key = models.CharField(max_length=400, primary_key=True)
    tries = models.PositiveIntegerField(default=0)
    # when counting began: an hour later it begins anew
    at = models.DateTimeField()
    until = models.DateTimeField(db_index=True)

    objects = ThrottleQuerySet.as_manager()

    class Meta:
        verbose_name = "throttled sign-in"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(until__gte=F("at")), name="throttle_waits_forwards"
            ),
        ]

    def __str__(self) -> str:
        return self.key
