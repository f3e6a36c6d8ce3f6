"""The tables in the order in which they are asked."""

from __future__ import annotations

from bounces.rules import doubts, mailboxes, providers, senders, transport
from bounces.rules.row import Row

# Clear words: they say more than any code.
CLEAR: tuple[Row, ...] = (
    *providers.PROVIDERS,
    *transport.SENDING,
    *transport.NO_MAIL,
    *mailboxes.FULL,
    *transport.ENCRYPTED,
    *transport.LOOPED,
    *transport.TOO_BIG,
    *senders.RELAYED,
)
# Asked after the codes that are hardly ever wrong.
COMMON: tuple[Row, ...] = (
    *transport.PROGRAMS,
    *mailboxes.GONE,
    *senders.AUTHENTICATED,
    *transport.SLOWER,
    *senders.FROM[:1],
    *mailboxes.CLOSED,
    *senders.SPAMMING,
    *senders.CONTENT[:2],
    *senders.FROM[1:2],
    *senders.ADDRESSED[:1],
    *transport.DOMAIN,
    *mailboxes.UNKNOWN,
    *senders.ADDRESSED[1:],
    *senders.FROM[2:],
    *transport.TIMED_OUT,
)
# Asked only when no code tells more.
VAGUE: tuple[Row, ...] = (
    *mailboxes.ADVISED,
    *transport.WRAPPED,
    *senders.CONTENT[2:],
    *transport.SERVER,
)
# When neither they nor the looser families do.
REFUSED: tuple[Row, ...] = senders.REFUSED
# Asked when not even the subject of an enhanced code is known.
LAST: tuple[Row, ...] = senders.LAST
# Asked before something ends an address.
DOUBTS: tuple[Row, ...] = doubts.DOUBTS
ALL: tuple[Row, ...] = CLEAR + COMMON + VAGUE + REFUSED + LAST + DOUBTS
