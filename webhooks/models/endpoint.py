"""The places that are told."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce, Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import vault
from accounts.models import AuditEntry, User
from webhooks import schedule
from webhooks.signing import new_secret
from webhooks.vocabulary import CHOOSABLE

# as many as may be told at once: each is one more row for every event
MOST = 20
# whoever works for an endpoint and says nothing for so long is dead
LEASE = dt.timedelta(seconds=90)
GONE = "It answered 410 Gone: it wants no more events."
SILENT = "Nothing was taken for three days."
RESTORED = (
    "The database was restored from a backup, or is a copy. Resume it where it is the"
    " installation that shall tell."
)


class EndpointQuerySet(models.QuerySet["Endpoint"]):
    def current(self) -> EndpointQuerySet:
        return self.filter(removed_at=None)

    def working(self) -> EndpointQuerySet:
        """Those that may be called now."""
        rested = Q(rests_until=None) | Q(rests_until__lte=timezone.now())
        return self.current().filter(rested, paused_at=None)

    def free(self) -> EndpointQuerySet:
        """Those that no worker calls."""
        over = Q(taken_until=None) | Q(taken_until__lt=timezone.now())
        return self.working().filter(over)

    def take(self, pk: int) -> Endpoint | None:
        """This worker alone calls it until `give_back`, or None."""
        hold = uuid.uuid4()
        until = timezone.now() + LEASE
        mine = self.free().filter(pk=pk).update(taken_until=until, taken_by=hold)
        return self.get(pk=pk, taken_by=hold) if mine else None

    @transaction.atomic
    def pause_restored(self) -> None:
        """A restored or copied installation tells nobody before somebody says so."""
        for one in self.current().filter(paused_at=None):
            one.pause(RESTORED)


class Endpoint(models.Model):
    """One address that is told what happens, and the secret that signs it.

    While it is paused, what happens is noted all the same, and sent afterwards.
    """

    name = models.CharField(max_length=80)
    url = models.CharField("address", max_length=500)
    events = ArrayField(models.CharField(max_length=32))
    # whether the email address goes along, or the number of the contact alone
    with_email = models.BooleanField(default=False)
    # closed by the vault
    secret = models.BinaryField(default=bytes)
    secret_before = models.BinaryField(default=bytes)
    both_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT)
    removed_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    # why it was paused by itself; empty when somebody did
    paused_why = models.CharField(max_length=200, blank=True)
    # since when nothing succeeded, and in how many rounds
    failing_since = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    rests_until = models.DateTimeField(null=True)
    # the worker that calls it
    taken_until = models.DateTimeField(null=True)
    taken_by = models.UUIDField(null=True)

    objects = EndpointQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                Lower("name"),
                condition=Q(removed_at=None),
                name="endpoint_name_once",
                violation_error_message=_("There is a webhook with this name already."),
            ),
            models.CheckConstraint(
                condition=Q(events__contained_by=[one.value for one in CHOOSABLE]),
                name="endpoint_events_are_known",
            ),
            models.CheckConstraint(
                condition=~Q(events=[]), name="endpoint_asks_for_an_event"
            ),
            models.CheckConstraint(
                condition=Q(paused_why="") | Q(paused_at__isnull=False),
                name="endpoint_has_a_reason_only_while_paused",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("webhooks:detail", args=[self.pk])

    @property
    def state(self) -> str:
        """In the words of the badges."""
        if self.paused_at:
            return "paused"
        return "deferred" if self.failing_since else "taking"

    @property
    def _purpose(self) -> str:
        return f"webhook:{self.pk}"

    def secrets(self) -> list[str]:
        """Those that sign now, the new one first."""
        closed = [self.secret]
        if self.both_until and self.both_until > timezone.now():
            closed.append(self.secret_before)
        return [vault.reopen(bytes(one), self._purpose).decode() for one in closed]

    @transaction.atomic
    def begin(self, by: User) -> str:
        """Store it with a secret, which is told once."""
        self.created_by = by
        self.save()
        secret = self._new_secret()
        self.save(update_fields=["secret"])
        self.note(by, "added webhook", {"events": self.events})
        return secret

    @transaction.atomic
    def change(self, by: User) -> None:
        self.save(update_fields=["name", "url", "events", "with_email"])
        self.let_go()
        self.note(by, "changed webhook", {"events": self.events})

    @transaction.atomic
    def rotate(self, by: User, overlap: dt.timedelta) -> str:
        """A new secret; the one before signs as well until `overlap` is over."""
        self.secret_before = self.secret if overlap else b""
        self.both_until = timezone.now() + overlap if overlap else None
        secret = self._new_secret()
        self.save(update_fields=["secret", "secret_before", "both_until"])
        self.let_go()
        self.note(by, "replaced the secret of webhook", {"both for": str(overlap)})
        return secret

    def _new_secret(self) -> str:
        secret = new_secret()
        self.secret = vault.close(secret.encode(), self._purpose)
        return secret

    @transaction.atomic
    def pause(self, why: str = "", by: User | None = None) -> bool:
        """Call it no more until somebody resumes it; False when it was paused."""
        fields = {"paused_at": timezone.now(), "paused_why": why}
        mine = Endpoint.objects.current().filter(pk=self.pk, paused_at=None)
        done = mine.update(**fields) == 1
        if done:
            self.note(by, "paused webhook", {"why": why} if why else {})
        return done

    @transaction.atomic
    def resume(self, by: User) -> bool:
        """What waits is tried at once, from the first attempt on."""
        paused = Endpoint.objects.current().filter(pk=self.pk, paused_at__isnull=False)
        done = paused.update(paused_at=None, paused_why="", **AT_REST) == 1
        if done:
            self.notices.waiting().again()
            self.note(by, "resumed webhook")
        return done

    @transaction.atomic
    def remove(self, by: User) -> bool:
        """Its log goes with the next cleaning; its secrets go now."""
        gone: dict[str, Any] = {"removed_at": timezone.now(), "both_until": None}
        gone |= {"secret": b"", "secret_before": b"", "url": ""}
        done = Endpoint.objects.current().filter(pk=self.pk).update(**gone) == 1
        if done:
            self.note(by, "removed webhook")
        return done

    def note(
        self, by: User | None, verb: str, detail: dict[str, Any] | None = None
    ) -> None:
        url = self.get_absolute_url()
        AuditEntry.objects.record(by, verb, subject=self.name, url=url, detail=detail)

    def still_mine(self) -> bool:
        """Nobody paused, removed or took it meanwhile: go on for another while."""
        mine = Endpoint.objects.working().filter(pk=self.pk, taken_by=self.taken_by)
        return mine.update(taken_until=timezone.now() + LEASE) == 1

    def give_back(self) -> None:
        mine = Endpoint.objects.filter(pk=self.pk, taken_by=self.taken_by)
        mine.update(taken_until=None, taken_by=None)

    def let_go(self) -> None:
        """Whoever calls it stops, and begins anew with what it is now."""
        mine = Endpoint.objects.filter(pk=self.pk)
        mine.update(taken_until=None, taken_by=None)

    def has_answered(self) -> None:
        """Something succeeded."""
        if self.failing_since or self.failures:
            Endpoint.objects.filter(pk=self.pk).update(**AT_REST)
            self.refresh_from_db()

    def has_failed(self, asked: dt.timedelta | None = None) -> None:
        """A round without a success: leave it alone for a while, at least for what it
        `asked`, and pause it after days of that."""
        now = timezone.now()
        wait = schedule.rest(self.failures + 1)
        wait = max(wait, min(asked or wait, schedule.LONGEST_WAIT))
        Endpoint.objects.filter(pk=self.pk).update(
            failing_since=Coalesce("failing_since", now),
            failures=models.F("failures") + 1,
            rests_until=now + wait,
        )
        self.refresh_from_db()
        if self.failing_since and self.failing_since <= now - schedule.GIVE_UP:
            self.pause(SILENT)


AT_REST: dict[str, Any] = {"failing_since": None, "failures": 0, "rests_until": None}
