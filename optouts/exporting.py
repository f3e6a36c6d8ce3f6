"""The list of unsubscribes and bounces, as a file.

It holds every address that is blocked, whether or not there is a contact: whoever was
deleted or came with a list of opt-outs stands in it as well.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import jobfiles
from accounts.doorbell import ring
from accounts.models import AuditEntry, Job, User
from consent.models import SubscriptionType, Suppression
from consent.tables import csv_lines
from consent.vocabulary import BOUNCE_REASON, OPT_OUT_REASONS, Reason, Scope
from contacts.models import Contact, HardBounceReason

FIRST = (
    "Email",
    "Portal Bounce",
    "Portal Unsubscribe",
    "Portal Spam Report",
    "Global Bounce",
)
PIECE = 5_000
JOB_KIND = "optout_export"
FILE_NAME = "opted-out-and-bounced.csv"


class Group(models.TextChoices):
    """What somebody wants to have in the file."""

    UNSUBSCRIBED = "unsubscribed", _("Unsubscribed")
    BOUNCED = "bounced", _("Bounced")
    SPAM = "spam", _("Reported spam")
    GLOBAL = "global", _("Global blocks")


REASONS: dict[Group, frozenset[Reason]] = {
    Group.UNSUBSCRIBED: frozenset(OPT_OUT_REASONS) - {Reason.COMPLAINT},
    Group.BOUNCED: frozenset(
        {Reason.DEAD_ADDRESS, Reason.BOUNCED, Reason.IMPORTED_BOUNCE}
    ),
    Group.SPAM: frozenset({Reason.COMPLAINT}),
    Group.GLOBAL: frozenset({Reason.GLOBAL_BLOCK}),
}
ALL = tuple(Group)


@transaction.atomic
def request(user: User, groups: Collection[Group]) -> Job:
    """A job that writes the file; it stands in the audit log who wanted it."""
    chosen = [str(group) for group in groups]
    AuditEntry.objects.record(
        user, "exported opted-out addresses", detail={"groups": chosen}
    )
    job = Job.objects.create(
        kind=JOB_KIND,
        label="Export unsubscribes and bounces",
        owner=user,
        unit="addresses",
        resume={"groups": chosen},
    )
    job.url = reverse("optouts:exported", args=[job.pk])
    job.save(update_fields=["url"])
    ring("optouts.tasks.export", job.pk)
    return job


def write(job: Job) -> None:
    """Write the file of `job` from the start; safe to repeat."""
    path = jobfiles.path_of(job)
    path.parent.mkdir(parents=True, exist_ok=True)
    told = Told(job)
    rows = table([Group(one) for one in job.resume["groups"]])
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            file.writelines(csv_lines(told.of(rows)))
    except Stopped:
        path.unlink(missing_ok=True)
        return
    job.finish(rows=told.count, name=FILE_NAME)


class Stopped(Exception):
    """Somebody stopped the export."""


@dataclass(slots=True)
class Told:
    """Counts what goes through it, without the heads, and tells the job."""

    job: Job
    count: int = 0

    def of(self, rows: Iterator[list[str]]) -> Iterator[list[str]]:
        yield next(rows)
        self._tell()
        for row in rows:
            self.count += 1
            if self.count % PIECE == 0:
                self._tell()
            yield row
        self._tell()

    def _tell(self) -> None:
        if not self.job.report(self.count):
            raise Stopped


def table(groups: Collection[Group] = ALL) -> Iterator[list[str]]:
    """The addresses of these groups; streamed, a few questions for each 5,000 rows."""
    wanted = frozenset[Reason]().union(*(REASONS[group] for group in groups))
    types = list(SubscriptionType.objects.select_related("brand").order_by("pk"))
    yield [*FIRST, *_heads(types)]
    rows = (
        Suppression.objects.active()
        .filter(address__key__isnull=False)
        .select_related("address__contact", "record")
        .order_by("address_id", "id")
    )
    for _id, found in groupby(
        rows.iterator(chunk_size=PIECE), key=attrgetter("address_id")
    ):
        blocks = list(found)
        if any(block.reason in wanted for block in blocks):
            yield _row(blocks, types)


def _heads(types: list[SubscriptionType]) -> list[str]:
    """Their names, with the brand where there is more than one."""
    if len({kind.brand_id for kind in types}) < 2:
        return [str(kind) for kind in types]
    return [f"{kind} ({kind.brand})" for kind in types]


def _row(blocks: list[Suppression], types: list[SubscriptionType]) -> list[str]:
    noes = [block for block in blocks if Reason(block.reason).is_opt_out]
    reasons = {Reason(block.reason) for block in blocks}
    return [
        blocks[0].address.key or "",
        bounce_reason(blocks),
        _true(any(_is_all(block) for block in noes)),
        _true(Reason.COMPLAINT in reasons),
        _true(Reason.GLOBAL_BLOCK in reasons),
        *(_true(any(no.covers(kind) for no in noes)) for kind in types),
    ]


def _is_all(block: Suppression) -> bool:
    """Opted out of everything; a spam report has a column of its own."""
    return block.scope == Scope.EVERYTHING and block.reason != Reason.COMPLAINT


def bounce_reason(blocks: list[Suppression]) -> str:
    """As the contact says; without one, as the record of the block does."""
    bounced = [block for block in blocks if block.reason in REASONS[Group.BOUNCED]]
    if not bounced:
        return ""
    contact: Contact | None = getattr(bounced[0].address, "contact", None)
    if contact is not None and contact.hard_bounce_reason:
        return contact.hard_bounce_reason
    if any(block.reason == Reason.DEAD_ADDRESS for block in bounced):
        return HardBounceReason.UNKNOWN_USER.value
    said = bounced[-1].record.source.get(BOUNCE_REASON, "")
    return str(said or HardBounceReason.OTHER.value)


def _true(fact: bool) -> str:
    return "TRUE" if fact else "FALSE"
