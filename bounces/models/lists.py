"""How reading the suppression lists of providers went last, and where it goes on."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

EVERY = dt.timedelta(hours=1)
# a reader that has turned no page for so long is gone
LOST = dt.timedelta(minutes=10)
# where no page could be turned for so long it is read from the beginning
STALE = dt.timedelta(days=1)


class ProviderListQuerySet(models.QuerySet["ProviderList"]):
    def begin(self, name: str, *, by_hand: bool = False) -> ProviderList | None:
        """Take the list for reading. None while somebody else reads it, before its
        hour unless `by_hand`, and while its provider wants us to wait."""
        now = timezone.now()
        row, _ = self.get_or_create(name=name[:200], defaults={"tried_at": now})
        is_free = Q(reading_at=None) | Q(reading_at__lte=now - LOST)
        is_due = Q(due_at=None) | Q(due_at__lte=now)
        if by_hand:
            is_due |= Q(is_busy=False)
        fields: dict[str, object] = {"reading_at": now, "tried_at": now}
        if not row.cursor or row.is_stuck:
            fields |= {"cursor": "", "listed_so_far": 0, "added_so_far": 0}
            fields["turned_at"] = now
        taken = self.filter(is_free, is_due, pk=row.pk).update(**fields)
        return self.get(pk=row.pk) if taken else None


class ProviderList(models.Model):
    """One suppression list of a provider, as it was read last."""

    name = models.CharField(max_length=200, unique=True)
    tried_at = models.DateTimeField()
    # when all of it was read; what is new since the time before
    read_at = models.DateTimeField(null=True)
    listed = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    # why it was not read at the last try
    problem = models.CharField(max_length=300, blank=True)
    # when it is read by itself, and whether its provider wants us to wait until then
    due_at = models.DateTimeField(null=True)
    is_busy = models.BooleanField(default=False, db_default=False)
    # when whoever reads it turned the last page
    reading_at = models.DateTimeField(null=True)
    # when a page was turned last, or all of it begun; a mere try does not count
    turned_at = models.DateTimeField(null=True)
    # the page on which to go on, and what was read before it
    cursor = models.TextField(blank=True, db_default="")
    listed_so_far = models.PositiveIntegerField(default=0, db_default=0)
    added_so_far = models.PositiveIntegerField(default=0, db_default=0)

    objects = ProviderListQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def is_stuck(self) -> bool:
        """The page to go on with was not to be had for too long."""
        return self.turned_at is None or self.turned_at < timezone.now() - STALE

    def turn(self, cursor: str, *, listed: int, added: int) -> None:
        """One page is read and stored; the next one is at `cursor`."""
        now = timezone.now()
        ProviderList.objects.filter(pk=self.pk).update(
            cursor=cursor,
            reading_at=now,
            turned_at=now,
            listed_so_far=F("listed_so_far") + listed,
            added_so_far=F("added_so_far") + added,
        )

    def done(self) -> ProviderList:
        """All of it was read."""
        return self._end(
            read_at=timezone.now(),
            listed=F("listed_so_far"),
            added=F("added_so_far"),
            problem="",
            cursor="",
        )

    def failed(
        self, problem: str, wait: dt.timedelta | None = None, *, goes_on: bool = False
    ) -> ProviderList:
        """What was read before stays what it was. `wait`: what the provider asked
        for; `goes_on`: the next try begins where this one stopped."""
        fields: dict[str, object] = {} if goes_on else {"cursor": ""}
        if wait is not None:
            fields |= {"due_at": timezone.now() + wait, "is_busy": True}
        return self._end(problem=problem[:300], **fields)

    def _end(self, **fields: object) -> ProviderList:
        usual = {"due_at": timezone.now() + EVERY, "is_busy": False}
        fields = {**usual, **fields, "reading_at": None}
        ProviderList.objects.filter(pk=self.pk).update(**fields)
        self.refresh_from_db()
        return self
