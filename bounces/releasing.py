"""Mailboxes that were full or failing get another chance after 90 days.

Twice at most, a full one only when somebody had read there not long before, and none
that somebody looked at and kept blocked or that something else blocks as well.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from bounces.models import Kept, Release, Way
from bounces.unbouncing import blocked_otherwise, lift
from consent.models import Address, Suppression
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from contacts.models import HardBounceReason

AFTER = dt.timedelta(days=90)
ENGAGED = dt.timedelta(days=180)
CHANCES = 2
BATCH = 5_000
WAS = "address__contact__hard_bounce_reason"


def due() -> QuerySet[Suppression]:
    """Blocks whose time is over."""
    seen = F("occurred_at") - ENGAGED
    engaged = Q(address__contact__last_opened_at__gte=seen) | Q(
        address__contact__last_clicked_at__gte=seen
    )
    full = Q(address__contact__hard_bounce_reason=HardBounceReason.MAILBOX_FULL)
    failing = Q(address__contact__hard_bounce_reason=HardBounceReason.OTHER)
    chances = Count("address__release", filter=Q(address__release__way=Way.TIMED))
    return (
        Suppression.objects.active()
        .filter(reason=Reason.BOUNCED, created_at__lte=timezone.now() - AFTER)
        .filter(failing | (full & engaged))
        .exclude(Kept.objects.of_the_address())
        .exclude(blocked_otherwise())
        .annotate(chances=chances)
        .filter(chances__lt=CHANCES)
    )


@transaction.atomic
def release_due() -> int:
    """Give back those whose time is over, some at a time; how many."""
    found = dict(due().order_by("address").values_list("address_id", WAS)[:BATCH])
    Address.objects.lock(found)
    still = set(due().filter(address__in=found).values_list("address_id", flat=True))
    act = Act(
        action=Action.RELEASED,
        mechanism=Mechanism.BOUNCE,
        actor=Actor.SYSTEM,
        explanation="The mailbox gets another chance after 90 days.",
    )
    free = lift(sorted(still), act)
    Release.objects.bulk_create(
        Release(address_id=address, way=Way.TIMED, was=found[address])
        for address in sorted(free)
    )
    return len(free)
