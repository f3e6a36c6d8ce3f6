"""Words that end an address only where its domain takes mail for somebody else.

Microsoft refuses at the edge whoever is not in the directory of the domain: "550 5.4.1
Recipient address rejected: Access denied". The same is said to everybody where the
directory was never told to the edge. So a neighbour decides: when another address of
the domain had a mail accepted within a week, before or after, nobody is there; else it
is a trouble of the whole domain, and counted.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from bounces.categories import Doing, Kind
from bounces.codes import Judgement
from bounces.models import Bounce
from bounces.models.reports import NEED_A_NEIGHBOUR
from consent.models import Address
from deliveries.models import Delivery
from deliveries.providers import OTHER, provider_of

NEAR = dt.timedelta(days=7)


def weighed(found: Judgement, address_id: int | None, at: dt.datetime) -> Judgement:
    """The same; only counted where words alone do not prove that nobody is there."""
    ends = found.rule in NEED_A_NEIGHBOUR and found.doing == Doing.DEAD
    if not ends or has_neighbour(address_id, at):
        return found
    return replace(found, kind=Kind.SOFT.value, doing=Doing.COUNT.value)


def has_neighbour(address_id: int | None, at: dt.datetime) -> bool:
    """Whether another address of the same domain had a mail accepted around `at`. The
    great providers take mail for somebody all the time."""
    own = Address.objects.filter(pk=address_id or 0)
    domain = own.values_list("domain", flat=True).first()
    if not domain or provider_of(domain) != OTHER:
        return bool(domain)
    mails = _accepted().filter(address__domain=domain)
    mails = mails.filter(delivered_at__range=(at - NEAR, at + NEAR))
    return mails.exclude(address=address_id).exists()


def proven_since() -> QuerySet[Bounce]:
    """Counted within the last week, and a neighbour had a mail accepted meanwhile."""
    mails = _accepted().filter(
        address__domain=OuterRef("address__domain"),
        delivered_at__range=(OuterRef("at") - NEAR, OuterRef("at") + NEAR),
    )
    counted = Bounce.objects.filter(rule__in=NEED_A_NEIGHBOUR, doing=Doing.COUNT)
    recent = counted.filter(at__gte=timezone.now() - NEAR)
    return recent.filter(Exists(mails.exclude(address=OuterRef("address"))))


def _accepted() -> QuerySet[Delivery]:
    return Delivery.objects.filter(bounced_at=None)
