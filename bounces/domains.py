"""Is a domain that bounced really gone? Asked of the DNS three times over 72 hours.

A domain is often away for a day. Only what the DNS says clearly counts: no such name,
no mail exchanger and no host (RFC 5321 section 5.1), or a null MX (RFC 7505). What
could not be found out is asked again.
"""

from __future__ import annotations

import enum
import time
from collections.abc import Iterable, Sequence

import dns.exception
import dns.resolver
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from bounces import acting
from bounces.models import DomainCheck
from bounces.models.domains import ENOUGH
from consent.models import BATCH_SIZE, Address
from deliveries.lookup import resolver_of

SECONDS = 5.0
# how long a page waits: for one answer, and for all that it asks
SOON, PAGE = 1.0, 3.0
BATCH = 100
HOSTS = ("A", "AAAA")


class Found(enum.Enum):
    """What the DNS says of the mail to a domain."""

    THERE = "takes mail"
    NO_NAME = "does not exist"
    NO_SERVER = "names no server that takes mail"
    NULL = "says that it takes no mail"  # RFC 7505
    UNKNOWN = "could not be asked"

    @property
    def is_gone(self) -> bool:
        return self not in {Found.THERE, Found.UNKNOWN}


def ask(domain: str, resolver: dns.resolver.Resolver) -> Found:
    """Whether mail to `domain` has anywhere to go."""
    try:
        return _ask(domain, resolver)
    except dns.resolver.NXDOMAIN:
        return Found.NO_NAME
    except dns.exception.DNSException:
        return Found.UNKNOWN


def _ask(domain: str, resolver: dns.resolver.Resolver) -> Found:
    found = resolver.resolve(domain, "MX", raise_on_no_answer=False)
    if found.rrset:
        exchangers = {str(one.exchange) for one in found}
        return Found.NULL if exchangers == {"."} else Found.THERE
    for kind in HOSTS:
        if resolver.resolve(domain, kind, raise_on_no_answer=False).rrset:
            return Found.THERE
    return Found.NO_SERVER


def ask_soon(names: Iterable[str]) -> dict[str, Found]:
    """The same of several for a page that somebody waits for: what the DNS does not
    say soon is unknown. Of none where mail stays on this machine."""
    if settings.LOCAL_MODE and not settings.DNS_SERVERS:
        return {}
    wanted, ends = sorted(set(names)), time.monotonic() + PAGE
    try:
        resolver = resolver_of(settings.DNS_SERVERS)
    except dns.exception.DNSException:  # this machine names no name server
        return dict.fromkeys(wanted, Found.UNKNOWN)
    found = {}
    for name in wanted:
        resolver.lifetime = min(SOON, ends - time.monotonic())
        is_late = resolver.lifetime <= 0
        found[name] = Found.UNKNOWN if is_late else ask(name, resolver)
    return found


def check_due(resolver: dns.resolver.Resolver | None = None) -> int:
    """Ask for every domain whose day is over, some at a time; how many."""
    if resolver is None:
        resolver = resolver_of(settings.DNS_SERVERS)
    resolver.lifetime = SECONDS
    due = list(DomainCheck.objects.due().order_by("asked_at", "pk")[:BATCH])
    for check in due:
        _note(check, ask(check.domain, resolver))
    return len(due)


@transaction.atomic
def _note(check: DomainCheck, found: Found) -> None:
    """What was found out about one domain; safe when two workers asked.

    Whoever judges has locked addresses when he comes to the domain: so have we.
    """
    if found is Found.THERE:
        check.close("The domain takes mail.")
        return
    counts = found.is_gone and check.asked_at is not None
    failures = check.failures + counts
    ids = Address.objects.lock(_addresses_at(check)) if failures >= ENOUGH else []
    asked = DomainCheck.objects.filter(pk=check.pk, asked_at=check.asked_at)
    if not asked.update(failures=failures, asked_at=timezone.now()):
        return
    if failures >= ENOUGH:
        _give_up(check, ids, found)
    elif check.is_given_up:
        check.close("The DNS gave no answer about the domain.")


def _addresses_at(check: DomainCheck) -> list[int]:
    ids = Address.objects.filter(domain=check.domain).values_list("pk", flat=True)
    return list(ids)


def _give_up(check: DomainCheck, ids: Sequence[int], found: Found) -> None:
    """Nobody can be reached at this domain any more."""
    end = acting.lose_domain if found is Found.NULL else acting.kill
    for start in range(0, len(ids), BATCH_SIZE):
        end(ids[start : start + BATCH_SIZE], domain=check.domain)
    check.close("The domain is gone.")
