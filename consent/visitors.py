"""Where a request came from, as it stands in evidence of consent and behind a click."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

Environ = Mapping[str, Any]  # of WSGI; Django calls it request.META


def client_ip(environ: Environ) -> str | None:
    """The visitor, or the last hop before a proxy that stands in our own network."""
    nearest = str(environ.get("REMOTE_ADDR", ""))
    forwarded = environ.get("HTTP_X_FORWARDED_FOR", "")
    if forwarded and is_local(nearest):
        nearest = forwarded.rpartition(",")[2].strip()
    return nearest if _address(nearest) else None


@lru_cache(maxsize=10_000)
def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


# RFC 1918, RFC 4193, RFC 3927, loopback. Not `is_private`: it counts the networks
# of RFC 5737 in, which stand for the outside in examples.
LOCAL_NETWORKS = [
    ipaddress.ip_network(network)
    for network in (
        *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),
        *("169.254.0.0/16", "::1/128", "fc00::/7", "fe80::/10"),
    )
]


@lru_cache(maxsize=10_000)
def is_local(ip: str) -> bool:
    """This machine or our own network."""
    found = _address(ip)
    return found is not None and any(found in network for network in LOCAL_NETWORKS)
