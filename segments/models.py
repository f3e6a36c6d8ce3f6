"""Segments: which contacts, by rules or by hand, and how long they have been in."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import DatabaseError, IntegrityError, models, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEntry, Job, User
from accounts.races import once_more
from contacts.models import Contact, ContactQuerySet
from segments.counting import estimated
from segments.displaced import Change as LoggedChange
from segments.displaced import Displaced
from segments.freshness import Look, advance, affected
from segments.keeping import Kept
from segments.kinds import SegmentKind, SegmentState, current_clock
from segments.members import SegmentDay, SegmentMember
from segments.refreshing import Change, add, end
from segments.rules import BadRules, sources
from segments.uses import SegmentUse
from segments.vocabulary import Vocabulary

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

__all__ = [
    "Displaced",
    "LoggedChange",
    "Segment",
    "SegmentDay",
    "SegmentKind",
    "SegmentMember",
    "SegmentState",
    "SegmentUse",
    "current_clock",
]

log = logging.getLogger(__name__)

JOB_KIND = "segment_fill"


def _member(segments: Any) -> Exists:
    stays = SegmentMember.objects.current().filter(segment__in=segments)
    return Exists(stays.filter(contact_id=OuterRef("pk")))


def _moved(**when: dt.datetime) -> Q:
    stays = SegmentMember.objects.filter(segment=OuterRef("pk"), **when)
    return Q(Exists(stays), kind=SegmentKind.STATIC)


def fillings(segments: Iterable[Segment]) -> dict[int, Job]:
    """The jobs that are filling these now, by the id of the segment."""
    asked = Q(resume__segment__in=[one.pk for one in segments])
    jobs = Job.objects.filter(asked, kind=JOB_KIND, state__in=["queued", "running"])
    return {job.resume["segment"]: job for job in jobs.order_by("-pk")}


class SegmentQuerySet(models.QuerySet["Segment"]):
    def current(self) -> SegmentQuerySet:
        """Those not archived."""
        return self.filter(archived_at=None)

    def audience(
        self, include: Iterable[Segment], exclude: Iterable[Segment] = ()
    ) -> ContactQuerySet:
        """Everybody in one of `include` and in none of `exclude`, once each.

        As of their last refresh: refresh them first where a minute matters.
        """
        contacts = Contact.objects.filter(_member([one.pk for one in include]))
        left_out = [one.pk for one in exclude]
        return contacts.exclude(_member(left_out)) if left_out else contacts

    def changed_since(self, moment: dt.datetime) -> SegmentQuerySet:
        """Those of before with other rules since, and the static ones that people
        joined."""
        changed = Q(saved_at__gt=moment) | _moved(joined_at__gt=moment)
        return self.filter(changed, created_at__lte=moment)

    def left_since(self, moment: dt.datetime) -> SegmentQuerySet:
        """The static ones of before that somebody was taken out of since."""
        return self.filter(_moved(left_at__gt=moment), created_at__lte=moment)

    def in_order(self) -> list[Segment]:
        """These, each after those it is made from."""
        rows = {one.pk: one for one in self.order_by("pk")}
        graph = {pk: one.sources() & rows.keys() for pk, one in rows.items()}
        return [rows[pk] for pk in TopologicalSorter(graph).static_order()]

    def refresh_due(self) -> int:
        """Refresh the active segments that a change or the time concerns; how many."""
        active = self.current().filter(kind=SegmentKind.ACTIVE).in_order()
        look, clock, words = Look.now(), current_clock(), Vocabulary()
        known = {
            one.pk: (one.seen, one.inputs(words))
            for one in active
            if not one.is_stale(look, clock, words)
        }
        concerned = affected(known) if known else set()
        changes: dict[int, Change] = {}
        idle: dict[int, str] = {}
        for one in active:
            moved = {pk for pk, done in changes.items() if done.joined + done.left}
            if one.pk not in known or one.pk in concerned or one.sources() & moved:
                change = one.try_refresh(patient=True)
                changes |= {one.pk: change} if change else {}
            else:
                idle[one.pk] = one.seen
        advance(look, idle)
        return len(changes)

    def cycle(self, pk: int | None, rules: Any) -> list[str]:
        """Names along the circle that `rules` would close for segment `pk`, or []."""
        graph = {one.pk: one.sources() for one in self.only("pk", "rules")}
        if pk is None:
            return []
        graph[pk] = sources(rules)
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            path = [int(one) for one in error.args[1]]
            names = dict(self.filter(pk__in=path).values_list("pk", "name"))
            return [names[one] for one in reversed(path)]
        return []


class Segment(Kept):
    """A named set of contacts.

    Active: the rules decide, a refresh writes who joined and who left. Static: the
    rules, if any, chose the first members once; people change it by hand.
    """

    name = models.CharField(max_length=200)
    # counts saves by people, so that two of them cannot overwrite each other
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    saved_at = models.DateTimeField(default=timezone.now)
    saved_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = SegmentQuerySet.as_manager()
    # how far it is while it is filled, for its badge (see shelf.tell_progress)
    progress: StrOrPromise = _("Processing")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                Lower("name"),
                condition=Q(archived_at=None),
                name="segment_name_once",
                violation_error_message=_("There is a segment with this name already."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=SegmentKind.values), name="segment_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=SegmentState.values),
                name="segment_state_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(kind=SegmentKind.ACTIVE) | Q(rules__isnull=False),
                name="segment_active_has_rules",
                violation_error_message=_("An active segment needs conditions."),
            ),
            models.CheckConstraint(condition=~Q(name=""), name="segment_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("segments:detail", args=[self.pk])

    def members(self) -> ContactQuerySet:
        """Who is in, as of the last refresh."""
        return Contact.objects.filter(_member([self.pk]))

    def fill(self, job: Job) -> None:
        """Refresh for a waiting person, then whatever is made from this segment."""
        change = self.try_refresh(fully=True, job=job, expected=self._expected())
        if change is None:  # another worker is at it and ends the job, or it cannot be
            if self.state == SegmentState.BROKEN:
                job.fail(self.problem)
            return
        job.report(change.size, total=change.size)
        for one in self.dependents():
            if not job.was_stopped():
                one.try_refresh(job=job)
        job.finish(joined=change.joined, left=change.left, size=change.size)

    def _expected(self) -> int | None:
        """About how many the first filling writes; None where people are in already."""
        if self.size or self.rules is None:
            return None
        try:
            with transaction.atomic():
                return estimated(self.matching())
        except (BadRules, DatabaseError):  # the filling says what is wrong
            return None

    def dependents(self) -> list[Segment]:
        """Active segments made from this one, directly or not, in order."""
        active = Segment.objects.current().filter(kind=SegmentKind.ACTIVE)
        touched, found = {self.pk}, []
        for one in active.in_order():
            if one.pk != self.pk and one.sources() & touched:
                touched.add(one.pk)
                found.append(one)
        return found

    def request_fill(self, user: User | None) -> Job:
        """A job that fills this segment; the caller rings for it."""
        return Job.objects.create(
            kind=JOB_KIND,
            label=f"Fill “{self.name}”"[:300],
            url=self.get_absolute_url(),
            owner=user,
            unit="contacts",
            resume={"segment": self.pk},
        )

    def filling(self) -> Job | None:
        """The job that is filling this segment now."""
        return fillings([self]).get(self.pk)

    @transaction.atomic
    def save_rules(self, user: User | None, *, version: int = 0) -> bool:
        """Store name and rules as edited; False when somebody else saved meanwhile."""
        now = timezone.now()
        if self._state.adding:
            self.created_by = self.saved_by = user
            self.save(force_insert=True)
        else:
            same = Segment.objects.filter(pk=self.pk, version=version)
            values = {"name": self.name, "rules": self.rules, "kind": self.kind}
            values |= {"state": SegmentState.PROCESSING, "saved_by": user, "seen": ""}
            fresh = models.F("version") + 1
            if same.update(**values, saved_at=now, version=fresh) != 1:
                return False
            self.refresh_from_db()
        self._note_sources()
        return True

    def _note_sources(self) -> None:
        """Whoever is asked about by these rules cannot be deleted."""
        SegmentUse.objects.note(
            f"segment:{self.pk}",
            Segment.objects.filter(pk__in=self.sources() if self.is_active else ()),
            label=f"Segment “{self.name}”",
            url=self.get_absolute_url(),
        )

    def freeze(self, user: User | None) -> bool:
        """Active -> static: those who are in now stay in. False: it was static."""
        done = Segment.objects.filter(pk=self.pk, kind=SegmentKind.ACTIVE).update(
            kind=SegmentKind.STATIC,
            state=SegmentState.READY,
            refreshed_at=timezone.now(),
            saved_at=timezone.now(),
            saved_by=user,
            version=models.F("version") + 1,
        )
        self.refresh_from_db()
        self._note_sources()
        return done == 1

    @once_more
    def clone(self, user: User | None) -> Segment:
        """A copy with the same rules, or the same people when made by hand."""
        copy = Segment(name=self._free_name(), kind=self.kind, rules=self.rules)
        copy.save_rules(user)
        if not self.is_active:
            copy.add(self.members())
        return copy

    def _free_name(self) -> str:
        base = f"{self.name[:180]} (copy"
        taken = set(
            Segment.objects.current()
            .filter(name__startswith=base)
            .values_list("name", flat=True)
        )
        names = (f"{base})" if n == 1 else f"{base} {n})" for n in range(1, 1000))
        return next(name for name in names if name not in taken)

    @transaction.atomic
    def add(self, contacts: models.QuerySet[Contact]) -> int:
        """Put these people into a static segment; how many were not in it."""
        count = add(self.pk, contacts)
        return self._changed(count, joined=count)

    @transaction.atomic
    def remove(self, contacts: models.QuerySet[Contact]) -> int:
        """Take these people out of a static segment; how many were in it."""
        count = end(self.pk, contacts)
        return self._changed(count, left=count)

    def note_members(self, user: User, count: int, *, joined: bool) -> None:
        """Who put so many people in, or took them out."""
        verb = "put people into a segment" if joined else "took people out of a segment"
        url, detail = self.get_absolute_url(), {"contacts": count}
        if count:
            AuditEntry.objects.record(
                user, verb, subject=self.name, url=url, detail=detail
            )

    def _changed(self, count: int, *, joined: int = 0, left: int = 0) -> int:
        if self.is_active:
            raise ValueError("People join and leave an active segment by its rules.")
        self.settle(joined, left)
        self.refresh_from_db()
        return count

    @transaction.atomic
    def discard(self) -> list[str]:
        """Delete it, unless something uses it: then what, and nothing happens."""
        labels = [use.label for use in self.uses.order_by("label")]
        if not labels:
            try:
                self.delete()
            except models.ProtectedError as error:
                return sorted(map(str, error.protected_objects))
        return labels

    def archive(self) -> bool:
        """Put away; False while something uses it."""
        if self.uses.exists():
            return False
        now = timezone.now()
        Segment.objects.filter(pk=self.pk).update(archived_at=now)
        SegmentUse.objects.filter(key=f"segment:{self.pk}").delete()
        self.refresh_from_db()
        return True

    def restore(self) -> bool:
        """Take back from the archive; False while another has the name."""
        try:
            with transaction.atomic():
                Segment.objects.filter(pk=self.pk).update(archived_at=None)
        except IntegrityError:
            return False
        self.refresh_from_db()
        self._note_sources()
        return True
