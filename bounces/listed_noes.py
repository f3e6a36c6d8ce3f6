"""What people said to a provider that sends for us, as its list repeats it every hour.

It counts from the moment at which it was said. Whoever has agreed by double opt-in
since then is mailed what she agreed to, and nothing else.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping

from django.db import transaction
from django.db.models import Min
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from consent.models import Address, ConsentRecord, SubscriptionType, Suppression
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason, Scope

# what the record of it says
WORDS = {
    Reason.COMPLAINT: "The provider that sends for us lists a complaint.",
    Reason.OWN_OPT_OUT: "The provider that sends for us lists an opt-out.",
}
# a list may have an address several times: once for every sender that she left
Told = Mapping[int, Collection[dt.datetime | None]]


@transaction.atomic
def take(told: Told, reason: Reason, provider: str) -> int:
    """These addresses said no, then or at an unknown time; for how many that is new.
    At most BATCH_SIZE of them: they stay locked."""
    ids = Address.objects.lock(told)
    standing = Suppression.objects.active().filter(
        address__in=ids, reason=reason, scope=Scope.EVERYTHING
    )
    new = set(ids) - set(standing.values_list("address_id", flat=True))
    moments = _moments({pk: told[pk] for pk in new}, reason, provider)
    agreed = _agreed(new)
    alike: dict[frozenset[int], list[int]] = defaultdict(list)
    for pk, at in moments.items():
        later = frozenset(kind for kind, yes in agreed[pk].items() if yes > at)
        alike[later].append(pk)
    act = _act(reason, moments, provider)
    for later, some in alike.items():
        _say(some, reason, act, later)
    return len(alike[frozenset()])


def _say(ids: list[int], reason: Reason, act: Act, later: Collection[int]) -> None:
    """No to everything; to all but `later` where that was agreed to since."""
    if not later:
        Suppression.objects.suppress(sorted(ids), reason, act)
        return
    for kind in SubscriptionType.objects.exclude(pk__in=later):
        Suppression.objects.suppress(sorted(ids), reason, act, subscription_type=kind)


def _moments(told: Told, reason: Reason, provider: str) -> dict[int, dt.datetime]:
    """When each was said last. Where the list does not tell: when it told it first."""
    now = timezone.now()
    before = Suppression.objects.filter(
        address__in=told, reason=reason, record__source__provider=provider
    )
    firsts = before.order_by().values_list("address_id").annotate(Min("occurred_at"))
    first = dict(firsts)
    return {
        pk: max(at if at and at <= now else first.get(pk, now) for at in moments)
        for pk, moments in told.items()
    }


def _agreed(ids: Collection[int]) -> dict[int, dict[int, dt.datetime]]:
    """When each signed up last for what, confirmed by double opt-in."""
    rows = ConsentRecord.objects.filter(
        address__in=ids,
        action=Action.GIVEN,
        mechanism=Mechanism.DOUBLE_OPT_IN,
        actor=Actor.CONTACT,
        subscription_type__isnull=False,
    )
    submitted = "consentevidence__detail__submitted_at"
    names = ("address_id", "subscription_type_id", "occurred_at", submitted)
    found: dict[int, dict[int, dt.datetime]] = defaultdict(dict)
    for pk, kind, confirmed, text in rows.order_by("pk").values_list(*names):
        at = parse_datetime(text) if text else None
        found[pk][kind] = at or confirmed
    return found


def _act(reason: Reason, moments: Mapping[int, dt.datetime], provider: str) -> Act:
    by_list = Mechanism.UNSUBSCRIBE_PAGE
    if reason == Reason.COMPLAINT:
        by_list = Mechanism.FEEDBACK_LOOP
    return Act(
        action=Action.WITHDRAWN,
        mechanism=by_list,
        actor=Actor.MAILBOX_PROVIDER,
        moments=moments,
        explanation=WORDS[reason],
        source={"provider": provider},
    )
