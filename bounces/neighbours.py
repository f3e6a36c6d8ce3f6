"""Words that end an address only where its domain takes mail for somebody else.

Microsoft refuses at the edge whoever is not in the directory of the domain: "550 5.4.1
Recipient address rejected: Access denied". The same is said to everybody where the
directory was never told to the edge. So a neighbour decides: when another address of
the domain had a mail accepted within a week, before or after, nobody is there; else it
is a trouble of the whole domain, and counted. Accepted is what a person has read, or
what did not come back for 72 hours: until then our relay alone may have taken it, and
all mail of the domain may be on its way back.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from bounces.categories import Doing, Kind
from bounces.codes import Judgement
from bounces.models import Bounce
from bounces.models.reports import NEED_A_NEIGHBOUR
from consent.models import Address
from deliveries.models import Delivery
from deliveries.providers import OTHER, provider_of

NEAR = dt.timedelta(days=7)
SURE = dt.timedelta(hours=72)


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
    """Counted so lately that a neighbour's mail may have become sure since, where one
    has."""
    mails = _accepted().filter(
        address__domain=OuterRef("address__domain"),
        delivered_at__range=(OuterRef("at") - NEAR, OuterRef("at") + NEAR),
    )
    counted = Bounce.objects.filter(rule__in=NEED_A_NEIGHBOUR, doing=Doing.COUNT)
    recent = counted.filter(at__gte=timezone.now() - NEAR - SURE)
    return recent.filter(Exists(mails.exclude(address=OuterRef("address"))))


def _accepted() -> QuerySet[Delivery]:
    is_old = Q(delivered_at__lte=timezone.now() - SURE)
    is_read = Q(opened_at__isnull=False) | Q(clicked_at__isnull=False)
    return Delivery.objects.filter(is_old | is_read, bounced_at=None)
