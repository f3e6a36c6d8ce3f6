"""Where events may be sent: never into the network that this console stands in.

Whoever names an address could otherwise read from machines behind the firewall. A name
is judged by what it resolves to, at the moment of each connection: what it resolved to
before says nothing. Pure, but for the one that asks for names.
"""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

LOOPBACK = ("localhost", "127.0.0.1", "::1")
# addresses of the internet that reach into a network that they name
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotAllowed(ValueError):
    """Why nothing is sent there, as a sentence."""


def checked(url: str) -> SplitResult:
    """The parts of an address that may be called, as far as it says so itself."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NotAllowed(_("This address cannot be read.")) from None
    if not parts.hostname or not url.isascii() or port == 0 or " " in url:
        raise NotAllowed(
            _(
                "Write the whole address, such as https://crm.example/listwell; a name"
                " with other letters as xn--…"
            )
        )
    if parts.username or parts.password or parts.fragment:
        raise NotAllowed(
            _("No name, password or # in the address: the signature proves who calls.")
        )
    is_local = settings.WEBHOOKS_INTERNAL and parts.hostname in LOOPBACK
    if parts.scheme != "https" and not (parts.scheme == "http" and is_local):
        raise NotAllowed(_("The address has to begin with https://."))
    return parts


def is_public(address: Address) -> bool:
    """Whether it is one of the internet, also behind what only wraps it."""
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            wrapped = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if wrapped:
            return is_public(wrapped)
        if address.teredo or address.is_site_local:
            return False
    return address.is_global and not address.is_multicast


def resolved(host: str, port: int) -> list[tuple[str, int]]:
    """Where to connect; NotAllowed when any of it is inside."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    places = list(dict.fromkeys((str(one[4][0]), port) for one in found))
    if not settings.WEBHOOKS_INTERNAL:
        for place, _port in places:
            if not is_public(ipaddress.ip_address(place.partition("%")[0])):
                raise NotAllowed(
                    f"{host} is {place}, which is not on the internet. An administrator"
                    " of the server can allow it with WEBHOOKS_INTERNAL."
                )
    return places
