"""What was read in a mail that came back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from bounces.delivery_reports import Failure

RETURN_PATH = re.compile(
    r"(?:^|[^a-z0-9])b-([a-z0-9]+-[a-z2-7]{16,100})", re.IGNORECASE
)


WAY_OUT = re.compile(
    r"(?:/u/|mailto:u-)([a-z0-9]+-[a-z2-7]{16,100})(?=[/@>?])", re.IGNORECASE
)


class Kind(Enum):
    """What kind of mail came back."""

    FAILED = "failed"  # a mail could not be delivered, for good
    DELAYED = "delayed"  # not yet: the other server goes on trying
    DELIVERED = "delivered"
    COMPLAINT = "complaint"
    NO_COMPLAINT = "no_complaint"  # "not spam" and the like
    AUTH_REPORT = "auth_report"  # a mail in our name failed SPF, DKIM or DMARC
    AUTO_REPLY = "auto_reply"
    CHALLENGE = "challenge"  # "prove that you are a person"
    UNKNOWN = "unknown"


ACTIONS = {
    "failed": Kind.FAILED,
    "failure": Kind.FAILED,
    "fail": Kind.FAILED,
    "error": Kind.FAILED,
    "delayed": Kind.DELAYED,
    "deferred": Kind.DELAYED,
    "delivered": Kind.DELIVERED,
    "relayed": Kind.DELIVERED,
    "expanded": Kind.DELIVERED,
}


@dataclass(frozen=True, slots=True)
class Parsed:
    """`failures`: one for each recipient; `notice`: what the program wrote for people;
    `feedback`: the type of a feedback report; `places`: texts in which a return path
    of ours may stand, most trusted first; `title`: the subject, without that of the
    mail that came back."""

    kind: Kind
    failures: tuple[Failure, ...] = ()
    notice: str = ""
    feedback: str = ""
    places: tuple[str, ...] = ()
    title: str = ""

    def ways_out(self) -> Iterator[str]:
        """Candidates for a token of a List-Unsubscribe of ours in the returned mail."""
        for place in self.places:
            yield from WAY_OUT.findall(place)

    @property
    def chosen(self) -> Failure:
        """The failure that tells most when a mail had one recipient: one for good."""
        final = (one for one in self.failures if ACTIONS.get(one.action) == Kind.FAILED)
        return next(final, next(iter(self.failures), Failure()))

    @property
    def status(self) -> str:
        return self.chosen.status

    @property
    def diagnostic(self) -> str:
        return self.chosen.text

    @classmethod
    def nothing(cls) -> Parsed:
        return cls(Kind.UNKNOWN)

    def tokens(self, envelope_to: str = "") -> Iterator[str]:
        """Candidates for a return-path token. Whatever was put around it on its way
        (BATV's prvs=, SRS0=, SRS1=) is left out."""
        for place in (envelope_to, *self.places):
            yield from RETURN_PATH.findall(place)
