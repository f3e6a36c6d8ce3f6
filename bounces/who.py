"""Whom a report is about: a signed token of ours says so, nothing else.

Anybody can send a bounce or a complaint about anybody else, so an address in a report
proves nothing. Asked are, in this order, the address the report came to, what it says
about the envelope, and the headers of the mail that came back: its return path, and
the signed links of its List-Unsubscribe, which are all that is left when a provider
blackens the addresses (RFC 6590). What forwarders put around a return path (BATV's
prvs=, SRS0=, SRS1=) is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Protocol

from bounces.parsed import Parsed
from deliveries import loopback
from deliveries.models import Delivery
from deliveries.tokens import BadToken, Purpose, Token, read


def token_of(parsed: Parsed, envelope_to: str) -> Token | None:
    """The first that is ours."""
    for text, purpose in candidates(parsed, envelope_to):
        try:
            return read(text, purpose)
        except BadToken:
            continue
    return None


def candidates(parsed: Parsed, envelope_to: str) -> Iterator[tuple[str, Purpose]]:
    for text in parsed.tokens(envelope_to):
        yield text, Purpose.RETURN_PATH
    for text in parsed.ways_out():
        yield text, Purpose.UNSUBSCRIBE


class Letters(Protocol):
    """Takes a request to unsubscribe that came as mail; False when it is none."""

    def __call__(self, raw: bytes, *, envelope_to: str = "") -> bool: ...


def no_letters(raw: bytes, *, envelope_to: str = "") -> bool:
    return False


def is_no_report(raw: bytes, envelope_to: str, letters: Letters) -> bool:
    """Whether it was a mail of ours to ourselves, or a request to
    unsubscribe: then it is dealt with."""
    return loopback.take(raw, envelope_to=envelope_to) or letters(
        raw, envelope_to=envelope_to
    )


def is_return_path(address: str) -> bool:
    """Whether an address is a return path that we signed."""
    return token_of(Parsed.nothing(), address) is not None


def deliveries_of(tokens: Collection[Token]) -> dict[Token, Delivery]:
    """Those that are on file; a token whose numbers do not belong together has none."""
    rows = Delivery.objects.filter(
        message_id__in={token.message_id for token in tokens},
        pk__in={token.delivery_id for token in tokens},
    )
    found = {(row.message_id, row.pk, row.address_id): row for row in rows}
    keys = ((one, (one.message_id, one.delivery_id, one.address_id)) for one in tokens)
    return {one: found[key] for one, key in keys if key in found}
