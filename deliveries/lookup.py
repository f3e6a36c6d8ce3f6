"""Asking the DNS, and only that."""

from __future__ import annotations

from collections.abc import Sequence

import dns.exception
import dns.name
import dns.nameserver
import dns.resolver
from django.conf import settings
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.ANY.TXT import TXT

from deliveries.records import Ask, Reply, remembering

# seconds for one question, all servers and tries together
PATIENCE = 6.0


def asking() -> Ask:
    """Questions to the servers of `settings.DNS_SERVERS`, or of this machine; each
    is asked once."""
    try:
        resolver = resolver_of(settings.DNS_SERVERS)
    except dns.exception.DNSException:
        silent = Reply((), "this machine names no DNS server. Set DNS_SERVERS.")
        return lambda name, kind: silent
    return remembering(lambda name, kind: _reply(resolver, name, kind))


def resolver_of(servers: Sequence[tuple[str, int]]) -> dns.resolver.Resolver:
    """Asks these, or whom this machine asks; DNSException when it names nobody."""
    resolver = dns.resolver.Resolver(configure=not servers)
    if servers:
        resolver.nameservers = [
            dns.nameserver.Do53Nameserver(host, port) for host, port in servers
        ]
    resolver.lifetime = PATIENCE
    return resolver


def _reply(resolver: dns.resolver.Resolver, name: str, kind: str) -> Reply:
    try:
        answer = resolver.resolve(f"{name}.", kind, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return Reply()
    except (dns.name.LabelTooLong, dns.name.NameTooLong, dns.name.EmptyLabel):
        return Reply()  # no such name can be
    except dns.resolver.NoNameservers:
        return Reply((), "the name servers of the domain answered with an error.")
    except (dns.exception.DNSException, OSError):
        return Reply((), "no name server answered in time.")
    return Reply(tuple(_text(one) for one in answer))


def _text(one: object) -> str:
    if isinstance(one, TXT):
        return b"".join(one.strings).decode("utf-8", "replace")
    if isinstance(one, MX):
        return f"{one.preference} {one.exchange}"
    return str(one)
