"""An email beside the ones before it about the same subject, by their stored figures.

Nothing is counted here: what an earlier email did stands on its row.
"""

from __future__ import annotations

import datetime as dt
import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from campaigns.knowing import KNOWN, known
from campaigns.models import EmailState, MarketingEmail
from deliveries.days import SETTLING

# (key of the tally, what it is a share of, what people did)
COMPARED = (("clicked", "clicks_known", "clicked"), ("lost", "sent", "were lost"))
# what a row shows; None where the stored figures do not know it
SHOWN = ("sent", "delivered", "opened", "clicked", "lost")
# so many mails say something; fewer are chance
LEAST = 100
LATER = (
    f"How it did beside them is told {SETTLING // dt.timedelta(hours=1)} hours after"
    " its last mail: until then people still open, click and leave."
)


@dataclass(frozen=True, slots=True)
class Row:
    """One email of the table; `url` is empty for the one that is looked at."""

    name: str
    url: str
    at: dt.datetime | None
    counts: Mapping[str, int | None]
    open_tracked: bool
    click_tracked: bool

    @classmethod
    def of(cls, email: MarketingEmail, counts: Mapping[str, Any], url: str) -> Row:
        shown = {key: counts.get(key) for key in SHOWN}
        for key, base in KNOWN.items():
            shown[base] = known(email, counts, key)
        tracked = [bool(shown[base]) for base in KNOWN.values()]
        return cls(email.name, url, email.launched_at, shown, *tracked)


def rows(email: MarketingEmail, counts: Mapping[str, Any]) -> list[Row]:
    """This email and the last before it, newest first; empty where there is none."""
    earlier = [
        Row.of(one, one.tally, one.get_absolute_url())
        for one in MarketingEmail.objects.before(email)
    ]
    return [Row.of(email, counts, ""), *earlier] if earlier else []


def told(email: MarketingEmail, table: Sequence[Row]) -> list[str]:
    """The findings, once what people do with the last mail is known as well."""
    over = email.state in {EmailState.SENT, EmailState.STOPPED} and email.finished_at
    if over and timezone.now() - over >= SETTLING:
        return findings(table)
    return [LATER] if table else []


def findings(table: Sequence[Row]) -> list[str]:
    """How this email differs from the usual, one sentence for each thing compared."""
    if not table or (table[0].counts["sent"] or 0) < LEAST:
        return []
    told = [
        _finding(table[0], table[1:], part, base, verb)
        for part, base, verb in COMPARED
        if part != "clicked" or table[0].click_tracked
    ]
    return [sentence for sentence in told if sentence]


def _finding(this: Row, earlier: Sequence[Row], part: str, base: str, verb: str) -> str:
    alike = [one for one in earlier if part != "clicked" or one.click_tracked]
    known = [found for one in alike if (found := _share(one, part, base)) is not None]
    share = _share(this, part, base)
    if share is None or not known:
        return ""
    usual = statistics.median(known)
    how = _beside(share, usual, this.counts[base] or 1)
    return f"{share:.1%} {verb}, {how}: {_before(len(known))} {usual:.1%}."


def _share(row: Row, part: str, base: str) -> float | None:
    """None where too few mails were sent, or it is not known."""
    count, whole = row.counts[part], row.counts[base] or 0
    return None if count is None or whole < LEAST else count / whole


def _beside(share: float, usual: float, mails: int) -> str:
    """In words; a difference that chance alone may make is none."""
    chance = 2 * math.sqrt(usual * (1 - usual) / mails)
    if abs(share - usual) <= max(chance, 1 / mails):
        return "about as usual"
    return "more than usual" if share > usual else "fewer than usual"


def _before(number: int) -> str:
    return (
        "the email before had"
        if number == 1
        else f"the middle of the {number} before is"
    )
