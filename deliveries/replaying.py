"""Say again what the journal of noes knows and a restored database has forgotten.

Only noes: whoever wanted to be mailed again after the backup says so anew. A brand or a
type that the database has forgotten as well makes the no one to everything.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from consent.models import (
    BATCH_SIZE,
    Address,
    Brand,
    SubscriptionType,
    Suppression,
)
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from contacts.models import Contact
from deliveries import journal
from deliveries.journal import No

# reason, brand, type, end of a pause
Kind = tuple[str, int | None, int | None, str | None]


@dataclass(slots=True)
class Replayed:
    """`again`: noes said anew; `known`: those that the database still had. `erased`:
    contacts that are here again although they were erased since."""

    again: int = 0
    known: int = 0
    erased: list[int] = field(default_factory=list)


def replay() -> Replayed:
    """Say them again, a piece in one transaction. Safe to repeat and to stop."""
    told = Replayed()
    for kind, noes in _standing().items():
        people = list(noes)
        for at in range(0, len(people), BATCH_SIZE):
            piece = {mac: noes[mac] for mac in people[at : at + BATCH_SIZE]}
            with transaction.atomic():
                _say(kind, piece, told)
    return told


def _standing() -> dict[Kind, dict[str, str]]:
    """What stands at the end of the journal: {kind: {HMAC: moment}}."""
    stand: dict[tuple[Any, ...], dict[tuple[int, int], No]] = defaultdict(dict)
    history = 0  # numbers are those of one history, and come again in the next
    for line in journal.lines():
        history += "journal" in line
        for one in line.get("said", ()):
            stand[tuple(one[:4])][history, one[4]] = one
        for one in line.get("ended", ()):
            same = stand[tuple(one[:4])]
            for number in [key for key in same if key[0] < history]:
                del same[number]
            same.pop((history, one[4]), None)
    found: dict[Kind, dict[str, str]] = defaultdict(dict)
    for noes in stand.values():
        for mac, reason, brand, kind, _, at, until in noes.values():
            found[reason, brand, kind, until][mac] = at
    return found


def _say(kind: Kind, moments: dict[str, str], told: Replayed) -> None:
    reason, brand_id, type_id, until = kind
    brand = Brand.objects.filter(pk=brand_id or 0).first()
    subscription_type = SubscriptionType.objects.filter(pk=type_id or 0).first()
    ids = Address.objects.ensure_macs([bytes.fromhex(mac) for mac in moments])
    rows = Suppression.objects.active().filter(
        address__in=ids.values(),
        reason=reason,
        brand=brand,
        subscription_type=subscription_type,
    )
    there = set(rows.values_list("address_id", flat=True))
    missing = {mac: pk for mac, pk in ids.items() if pk not in there}
    act = Act(
        action=Action.PAUSED if until else Action.WITHDRAWN,
        mechanism=Mechanism.OPT_OUT_IMPORT,
        actor=Actor.SYSTEM,
        moments={
            pk: dt.datetime.fromisoformat(moments[mac.hex()])
            for mac, pk in missing.items()
        },
        until=dt.datetime.fromisoformat(until) if until else None,
        explanation="From the opt-out journal, after the database was restored.",
    )
    Suppression.objects.suppress(
        list(missing.values()),
        Reason(reason),
        act,
        brand=brand,
        subscription_type=subscription_type,
    )
    told.again += len(missing)
    told.known += len(there)
    if reason == Reason.ERASED:
        back = Contact.objects.filter(address__in=missing.values())
        told.erased += back.values_list("pk", flat=True)
