"""The list of global blocks: nobody mails these addresses, and no unbounce ends it.

Only an administrator edits it; the suppression lists of providers that send for us
feed it: read every hour (bounces/feeding.py), and by what their server or webhook says
of a mail (bounces/judging.py).
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import AuditEntry, User
from bounces.provider_lists import PROVIDERS
from consent.addresses import Parsed
from consent.models import Address, Suppression
from consent.vocabulary import Act, Action, Actor, LiftedBy, Mechanism, Reason


def listed(text: str = "") -> QuerySet[Suppression]:
    """Those on the list whose address or domain begins with `text`."""
    rows = Suppression.objects.active().filter(reason=Reason.GLOBAL_BLOCK)
    start = text.strip().lower().replace("\x00", "")
    if not start:
        return rows
    domain = start.removeprefix("@")
    return rows.filter(
        Q(address__key__startswith=start) | Q(address__domain__startswith=domain)
    )


@transaction.atomic
def add(addresses: Sequence[Parsed], user: User, note: str) -> int:
    """Put these on the list; how many were not on it."""
    ids = Address.objects.ensure(addresses)
    act = _act(Action.SUPPRESSED, user, f"Put on the list of global blocks: {note}")
    new = Suppression.objects.suppress(sorted(ids.values()), Reason.GLOBAL_BLOCK, act)
    _note(user, "added global blocks", note, len(new))
    return len(new)


@transaction.atomic
def remove(block: Suppression, user: User, note: str) -> bool:
    """Take one off the list; False when somebody had done so before."""
    act = _act(Action.RELEASED, user, f"Taken off the list of global blocks: {note}")
    rows = Suppression.objects.filter(pk=block.pk)
    if not rows.lift(LiftedBy.GLOBAL_LIST, act):
        return False
    _note(user, "removed a global block", note, 1)
    return True


def source_of(block: Suppression) -> str:
    """Who put it on the list, in words."""
    if block.record.user is not None:
        return str(block.record.user)
    provider = block.record.source.get("provider", "")
    known = PROVIDERS.get(provider)
    name = known.label if known else provider.title()
    return f"Suppression list of {name}" if name else "Provider’s list"


def _act(action: Action, user: User, words: str) -> Act:
    return Act(
        action=action,
        mechanism=Mechanism.STAFF,
        actor=Actor.STAFF,
        user_id=user.pk,
        explanation=words,
    )


def _note(user: User, verb: str, note: str, count: int) -> None:
    AuditEntry.objects.record(user, verb, detail={"note": note, "count": count})
