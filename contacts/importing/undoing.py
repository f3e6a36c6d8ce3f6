"""Undo of an import: what it changed and nobody changed since, in committed pieces.

A field goes back where it still says what the import wrote. A person it made goes when
nobody touched her and she did nothing. The consent it brought ends, on the ledger. A no
that it brought stays: whoever was left out once is never written to by mistake.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q

from accounts.models import Job, JobState
from consent.models import (
    BATCH_SIZE,
    Address,
    Batch,
    ConsentRecord,
    Grant,
    SubscriptionType,
)
from consent.vocabulary import Act, Action, Actor, Mechanism
from contacts import uses
from contacts.importing import rows
from contacts.models import (
    Contact,
    ContactImport,
    ContactQuerySet,
    ImportedContact,
    OpeningBalance,
)

# What stands there goes back where it is what the import wrote.
_TEXT = (
    "CASE WHEN to_jsonb(c.{name}) = {after} THEN {before} #>> '{{}}' ELSE c.{name} END"
)
_OWNER = """
CASE WHEN to_jsonb(c.owner_id) IS NOT DISTINCT FROM nullif({after}, 'null')
THEN (SELECT u.id FROM accounts_user u WHERE u.id = ({before} #>> '{{}}')::bigint)
ELSE c.owner_id END
"""
_PROPERTIES = """
(
    SELECT coalesce(jsonb_object_agg(k.key, v.value) FILTER (
        WHERE v.value IS NOT NULL), '{{}}')
    FROM (
        SELECT jsonb_object_keys(c.properties)
        UNION SELECT jsonb_object_keys({before})
    ) AS k(key)
    CROSS JOIN LATERAL (SELECT CASE
        WHEN c.properties -> k.key IS NOT DISTINCT FROM {after} -> k.key
        THEN {before} -> k.key ELSE c.properties -> k.key END) AS v(value)
)
"""
_REVERT = """
UPDATE contacts_contact c SET {pairs}, updated_at = now()
FROM contacts_importedcontact i
WHERE i.contact_id = c.id AND i.id = ANY(%s) AND i.before IS NOT NULL
    AND ({new}) IS DISTINCT FROM ({old})
"""


_COUNTED = ("delivered", "opened", "clicked", "replied", "bounced")
_NOTHING = dict.fromkeys(_COUNTED, 0)


@dataclass(frozen=True)
class Piece:
    """Some people of the file, with their addresses locked."""

    upto: int
    remembered: list[int]
    people: list[int]
    addresses: list[int]


@transaction.atomic
def take_back(found: ContactImport, pk: int) -> bool:
    """Take back the next piece; False when there is none, or somebody stopped the job.

    The row of the job is locked: no piece counts twice, whoever else works at it.
    """
    job = Job.objects.select_for_update(no_key=True).get(pk=pk)
    if job.state != JobState.RUNNING:
        return False
    counts = Counter(job.resume.get("counts", {}))
    if piece := _next(found, job.resume.get("after", 0)):
        counts += _take_back(found, piece)
        done = job.done + len(piece.remembered)
        return job.report(done, after=piece.upto, counts=dict(counts))
    if left := _left(found):
        counts["unsubscribed"] += _end_consent(found, left)
        return job.report(job.done, counts=dict(counts))
    job.finish(**counts)
    return False


def _next(found: ContactImport, after: int) -> Piece | None:
    some = ImportedContact.objects.filter(contact_import=found, pk__gt=after)
    remembered = list(some.order_by("pk").values_list("pk", "contact_id")[:BATCH_SIZE])
    if not remembered:
        return None
    keys, people = (list(one) for one in zip(*remembered, strict=True))
    addresses = Contact.objects.filter(pk__in=people).values_list("address", flat=True)
    locked = Address.objects.lock(one for one in addresses if one)
    return Piece(keys[-1], keys, people, locked)


def _take_back(found: ContactImport, piece: Piece) -> Counter[str]:
    counts = Counter(reverted=_revert(piece))
    counts["unsubscribed"] = _end_consent(found, piece.addresses)
    made = ImportedContact.objects.filter(pk__in=piece.remembered, made=True)
    people = Contact.objects.filter(pk__in=made.values("contact"))
    idle = list(_idle(found, people).values_list("pk", flat=True))
    counts["stay"] = people.count() - len(idle)
    Contact.objects.filter(pk__in=idle).delete()
    counts["removed"] = len(idle)
    return counts


def _revert(piece: Piece) -> int:
    """Put the old values back; how many people that changed."""
    names = (*rows.PERSON_FIELDS, rows.OWNER, "properties")
    values = {name: _value(name) for name in names}
    statement = _REVERT.format(
        pairs=", ".join(f"{name} = {value}" for name, value in values.items()),
        new=", ".join(values.values()),
        old=", ".join(f"c.{name}" for name in names),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [piece.remembered])
        return int(cursor.rowcount)


def _value(name: str) -> str:
    """The value of a field once the import is undone; as it is where it had none."""
    words = {rows.OWNER: _OWNER, "properties": _PROPERTIES}.get(name, _TEXT)
    undone = words.format(
        name=name, before=f"(i.before -> '{name}')", after=f"(i.after -> '{name}')"
    )
    return f"CASE WHEN jsonb_exists(i.after, '{name}') THEN {undone} ELSE c.{name} END"


def _end_consent(found: ContactImport, addresses: list[int]) -> int:
    """End the yeses that this import wrote; how many people had one."""
    batch = found.batch
    if batch is None:
        return 0
    act = _act(batch)
    ours = Grant.objects.filter(record__batch=batch)
    to = ours.filter(address__in=addresses).values("subscription_type")
    ended: set[int] = set()
    for one in SubscriptionType.objects.filter(pk__in=to):
        ended |= ours.void(addresses, act, one)
    return len(ended)


def _left(found: ContactImport) -> list[int]:
    """Some addresses with a yes of this import behind which nobody of the file is
    any more: deleted since, or at another address."""
    ours = Grant.objects.filter(record__batch=found.batch_id)
    some = ours.order_by("address_id").values_list("address_id", flat=True)
    return sorted({*some[:BATCH_SIZE]})


def _act(batch: Batch) -> Act:
    return Act(
        # no opt-out of hers: nobody asked for anything
        action=Action.EXPIRED,
        mechanism=Mechanism.UNDO,
        actor=Actor.STAFF,
        user_id=batch.undone_by_id,
        explanation=f"The import that brought it was undone: {batch.undo_reason}",
        batch_id=batch.pk,
    )


def _idle(found: ContactImport, people: ContactQuerySet) -> ContactQuerySet:
    """Those whom nobody edited or spoke of, whom no other file has, and who neither
    were written to nor did anything."""
    balance = OpeningBalance.objects.filter(contact=OuterRef("pk"))
    same = balance.filter(**{name: OuterRef(name) for name in _COUNTED})
    said = ConsentRecord.objects.filter(
        address=OuterRef("address"), recorded_at__gte=OuterRef("created_at")
    )
    files = ImportedContact.objects.filter(contact=OuterRef("pk"))
    untouched = people.filter(
        ~Exists(said.exclude(batch=found.batch_id)),
        ~Exists(files.exclude(contact_import=found)),
        *(~Exists(one) for one in uses.all_of()),
        updated_at=F("created_at"),
    )
    return untouched.filter(Exists(same) | (~Exists(balance) & Q(**_NOTHING)))
