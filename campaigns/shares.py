"""How many of those who get an email get which of the blocks that only some get."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db.models import Count

from campaigns.audience import people_with
from campaigns.blocks import KINDS, Block, summary
from campaigns.conditions import Names, fitted
from campaigns.models import MarketingEmail
from deliveries.audience import SHOWN
from deliveries.optional import condition_of, conditions, is_shown
from deliveries.room import roomy

# what alone is no email
DECORATION = ("divider", "footer")

NOTHING = (
    "{} would get an email without a single block: every block is for some people"
    " only. Add one for everybody, or one for the others."
)


def shares(email: MarketingEmail) -> list[dict[str, Any]]:
    """Rows of ui/bars.html: one for each block with a condition, and its people."""
    blocks = list(email.blocks)
    asked = conditions(blocks)
    if not asked:
        return []
    counts, names = _counted(email), Names()
    return [
        {
            "label": f"{_label(block)} – {names.words(rule)}",
            "count": _people(counts, asked.index(rule)),
            "tint": "d1",
        }
        for block in blocks
        if (rule := condition_of(block))
    ]


def left_with_nothing(email: MarketingEmail) -> list[str]:
    """A sentence where somebody would get no block at all. Asks only where each of
    them has a condition."""
    content = [one for one in email.blocks if one["kind"] not in DECORATION]
    if not content or not all(condition_of(one) for one in content):
        return []
    places = _places(content, conditions(email.blocks))
    counts = _counted(email)
    people = sum(
        number
        for shown, number in counts.items()
        if not any(is_shown(shown, place) for place in places)
    )
    who = "1 person" if people == 1 else f"{people:,} people"
    return [NOTHING.format(who)] if people else []


def _counted(email: MarketingEmail) -> Counter[int]:
    """What of the blocks -> how many get exactly that."""
    with roomy():
        people = fitted(people_with(email, ""), email.blocks).order_by()
        counts = people.values_list(SHOWN).annotate(people=Count("pk"))
        return Counter(dict(counts))


def _people(counts: Counter[int], place: int) -> int:
    return sum(number for shown, number in counts.items() if is_shown(shown, place))


def _places(blocks: Sequence[Block], asked: Sequence[Any]) -> set[int]:
    return {asked.index(condition_of(block)) for block in blocks}


def _label(block: Block) -> str:
    kind, words = KINDS[block["kind"]].label, summary(block)
    return f"{kind} “{words}”" if words else kind
