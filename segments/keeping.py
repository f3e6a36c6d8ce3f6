"""Keeping the members of a segment as the rules say."""

from __future__ import annotations

import datetime as dt
import logging
import time
from contextlib import nullcontext
from typing import Any, Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from accounts.models import Job
from contacts.models import Contact, ContactQuerySet
from deliveries.room import roomy
from segments.compile import compile_rules
from segments.dates import Clock
from segments.freshness import NOBODY, Look, Touched, has_turned, touched, turns
from segments.kinds import SegmentKind, SegmentState, current_clock
from segments.members import SegmentDay, SegmentMember
from segments.refreshing import Change, only, refill, renew
from segments.rules import BadRules, Group, inputs, parse, sources
from segments.vocabulary import Vocabulary
from segments.watching import Stopped, watched

log = logging.getLogger(__name__)

# After everybody was asked about, a segment rests for this many times as long as that
# took, so that refreshing never keeps one worker busy for more than a part of its time.
REST = 10
REFRESH_EVERY = dt.timedelta(seconds=50)
# so old, everybody is asked about again, whatever the log of changes says
OLDEST = dt.timedelta(days=1)

# kept in English, and translated where they are shown
FAILED = _("The last refresh failed. It is tried again by itself.")
STOPPED = _(
    "Somebody stopped the last refresh. It is tried again by itself, after a rest."
)
FAILED_FOR_GOOD = _("Its filling failed. “Refresh now” tries it again.")
STOPPED_FOR_GOOD = _("Somebody stopped its filling. “Refresh now” begins it again.")


class Kept(models.Model):
    """Rules, and what of them was carried out when."""

    kind = models.CharField(
        max_length=8, choices=SegmentKind, default=SegmentKind.ACTIVE
    )
    # see rules.py; null for a static segment made by hand
    rules = models.JSONField(null=True, blank=True, encoder=DjangoJSONEncoder)
    state = models.CharField(
        max_length=12, choices=SegmentState, default=SegmentState.PROCESSING
    )
    problem = models.TextField(blank=True)
    # members at the last refresh; null before the first
    size = models.PositiveIntegerField(null=True, editable=False)
    refreshed_at = models.DateTimeField(null=True, editable=False)
    # how many ever joined and left, each time counted: whoever has to know that other
    # people are in looks here, because as many may have come as went
    joins = models.PositiveBigIntegerField(default=0, db_default=0, editable=False)
    leaves = models.PositiveBigIntegerField(default=0, db_default=0, editable=False)
    # when everybody was asked about, and how long that took
    full_at = models.DateTimeField(null=True, editable=False)
    refresh_ms = models.PositiveIntegerField(default=0, editable=False)
    # the log of changes was read until this snapshot of this database; empty: never
    seen = models.TextField(blank=True, default="", editable=False)
    seen_in = models.CharField(max_length=60, blank=True, default="", editable=False)

    class Meta:
        abstract = True

    @property
    def is_active(self) -> bool:
        return self.kind == SegmentKind.ACTIVE

    def sources(self) -> set[int]:
        """Ids of the segments that the rules ask about."""
        return sources(self.rules)

    def inputs(self, words: Vocabulary | None = None) -> frozenset[str]:
        """What the log of changes calls all that the rules depend on."""
        return inputs(self.rules, words or Vocabulary())

    def parsed(self, words: Vocabulary | None = None) -> Group:
        """The rules, or BadRules."""
        return parse(self.rules, words or Vocabulary())

    def matching(
        self, words: Vocabulary | None = None, clock: Clock | None = None
    ) -> ContactQuerySet:
        """Who matches the rules at this moment, asked now."""
        condition = compile_rules(self.parsed(words), clock or current_clock())
        return Contact.objects.filter(condition)

    def is_stale(self, look: Look, clock: Clock, words: Vocabulary) -> bool:
        """Must everybody be asked about again?"""
        if not self.seen or self.seen_in != look.database or self.full_at is None:
            return True
        if clock.now - self.full_at > OLDEST:
            return True
        return has_turned(turns(self.rules, words), self.full_at, clock)

    def is_rested(self, now: dt.datetime) -> bool:
        """May everybody be asked about again?"""
        rest = dt.timedelta(milliseconds=self.refresh_ms * REST)
        last = self.full_at or self.refreshed_at
        return last is None or last + max(rest, REFRESH_EVERY) <= now

    def refresh(self, *, fully: bool = False, patient: bool = False) -> Change | None:
        """Make the members what the rules say; all or nothing.

        Only those are asked about whom a change concerns, unless that is not known,
        or `fully`. None when another refresh of this segment is running: that one
        does it; and when `patient` and everybody was asked about just now. A static
        segment is filled once, and left alone from then on.
        """
        if patient and not self.seen and not self.is_rested(timezone.now()):
            return None  # it would ask about everybody, and broke off just now
        self._keep_log()
        with roomy(at_leisure=True):
            mine = self._free().first()
            if mine is None:
                return None
            change = mine._refill(fully=fully, patient=patient)
        self.refresh_from_db()
        return change

    def _keep_log(self) -> None:
        """Before a first look: from here on nothing is deleted of the log of changes.

        What commits while everybody is asked about is then still there afterwards.
        `full_at` says that nobody was asked about yet.
        """
        unseen = type(self)._base_manager.filter(pk=self.pk, seen="")
        if not self.is_active or not unseen.exists():  # whatever was read earlier
            return
        with transaction.atomic():
            look = Look.now()
            mine = self._free().filter(seen="").first() if look.snapshot else None
            if mine is not None:
                mine.seen, mine.full_at = look.snapshot, None
                mine.save(update_fields=["seen", "full_at"])

    def _free(self) -> models.QuerySet[Self]:
        """This row, locked; nothing while a refresh of it is running."""
        rows = type(self)._base_manager.filter(pk=self.pk)
        return rows.select_for_update(skip_locked=True, no_key=True)

    def _refill(self, *, fully: bool, patient: bool) -> Change | None:
        if not self.is_active and (self.refreshed_at or self.rules is None):
            return self.settle(0, 0)
        look, words, clock = Look.now(), Vocabulary(), current_clock()
        remembered: dict[str, Any] = {"seen": look.snapshot, "seen_in": look.database}
        some = Touched(None)
        if look.snapshot and not fully and not self.is_stale(look, clock, words):
            some = touched(self.seen, self.inputs(words), self.size or 0)
        matching = self.matching(words, clock)
        if some.ids is not None:
            return self._look_at(matching, some, remembered)
        if patient and not self.is_rested(clock.now):
            return None
        began = time.monotonic()
        change = refill(self.pk, matching)
        took = int((time.monotonic() - began) * 1000)
        remembered |= {"full_at": timezone.now(), "refresh_ms": took}
        return self.settle(change.joined, change.left, change.size, **remembered)

    def _look_at(
        self, matching: ContactQuerySet, some: Touched, remembered: dict[str, Any]
    ) -> Change:
        if not some.ids or some.ids == NOBODY:
            return self.settle(0, 0, self.size, **remembered)
        joined, left = renew(self.pk, only(matching, some.ids), some.ids)
        recount = some.some_gone or self.size is None
        size = None if recount else (self.size or 0) + joined - left
        return self.settle(joined, left, size, **remembered)

    def settle(
        self, joined: int, left: int, size: int | None = None, **values: Any
    ) -> Change:
        """Note how many are in now; counted when nobody says."""
        if size is None:
            size = SegmentMember.objects.current().filter(segment=self.pk).count()
        type(self)._base_manager.filter(pk=self.pk).update(
            size=size,
            state=SegmentState.READY,
            problem="",
            refreshed_at=timezone.now(),
            joins=models.F("joins") + joined,
            leaves=models.F("leaves") + left,
            **values,
        )
        if joined or left:
            today = current_clock().today
            SegmentDay.objects.note(self.pk, today, size, joined=joined, left=left)
        return Change(joined, left, size)

    def try_refresh(
        self,
        *,
        fully: bool = False,
        patient: bool = False,
        job: Job | None = None,
        expected: int | None = None,
    ) -> Change | None:
        """Refresh; what goes wrong is noted as the `problem`, and nobody leaves.

        `job` shows how far it is, of about `expected` people, and can stop it.
        """
        began = time.monotonic()
        try:
            with watched(job, expected) if job else nullcontext():
                return self.refresh(fully=fully, patient=patient)
        except BadRules as error:
            self.break_off(error)
        except Stopped:
            # the longer it had worked, the longer it rests
            self.refresh_ms = int((time.monotonic() - began) * 1000)
            self.break_off(STOPPED if self.is_active else STOPPED_FOR_GOOD)
        except DatabaseError:
            log.exception("The refresh of segment %s failed", self.pk)
            self.break_off(FAILED if self.is_active else FAILED_FOR_GOOD)
        return None

    def break_off(self, problem: object) -> None:
        with override("en"):
            self.problem = str(problem)
        self.state, self.seen = SegmentState.BROKEN, ""
        self.full_at = timezone.now()
        self.save(
            update_fields=["state", "problem", "full_at", "seen", "refresh_ms"],
        )
