"""How many of those who get an email get which of the blocks that only some get,
and in which language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.numbers import number
from campaigns.audience import people_with
from campaigns.blocks import KINDS, Block, summary
from campaigns.conditions import Names, fitted
from campaigns.languages import name_of
from campaigns.models import MarketingEmail
from deliveries.audience import SHOWN, TONGUE
from deliveries.languages import all_blocks, languages, spoken
from deliveries.optional import condition_of, conditions, is_shown
from deliveries.room import roomy

# what alone is no email
DECORATION = ("divider", "footer")

Counts = Counter[tuple[str, int | None]]


def shares(email: MarketingEmail) -> list[dict[str, Any]]:
    """Rows of ui/bars.html: one for each block with a condition, and its people."""
    asked = conditions(all_blocks(email))
    if not asked:
        return []
    counts, names = _counted(email), Names()
    return [
        {
            "label": f"{_label(block, language)} – {names.words(rule)}",
            "count": _people(counts, language, {asked.index(rule)}),
            "tint": "d1",
        }
        for language in languages(email)
        for block in spoken(email, language).blocks
        if (rule := condition_of(block))
    ]


def by_language(email: MarketingEmail) -> list[dict[str, Any]]:
    """Rows of ui/bars.html: each language and its readers; none where there is one."""
    if not email.variants:
        return []
    counts = _counted(email)
    return [
        {"label": name_of(one), "count": _people(counts, one), "tint": "d1"}
        for one in languages(email)
    ]


def left_with_nothing(email: MarketingEmail) -> list[str]:
    """A sentence where somebody would get no block at all. Asks only where each of
    them has a condition."""
    asked = conditions(all_blocks(email))
    places = {
        language: _places(spoken(email, language).blocks, asked)
        for language in languages(email)
    }
    if all(found is None for found in places.values()):
        return []
    counts = _counted(email)
    people = sum(
        _people(counts, language) - _people(counts, language, found)
        for language, found in places.items()
        if found is not None
    )
    return [_nothing(people)] if people else []


def _nothing(people: int) -> str:
    return ngettext(
        "%(people)s person would get an email without a single block: every block is"
        " for some people only. Add one for everybody, or one for the others.",
        "%(people)s people would get an email without a single block: every block is"
        " for some people only. Add one for everybody, or one for the others.",
        people,
    ) % {"people": number(people)}


def _counted(email: MarketingEmail) -> Counts:
    """(language, what of the blocks) -> how many get exactly that."""
    with roomy():
        people = fitted(people_with(email, ""), email).order_by()
        asked = [one for one in (TONGUE, SHOWN) if one in people.query.annotations]
        rows = people.values(*asked).annotate(people=Count("pk"))
        return Counter(
            {(one.get(TONGUE, ""), one.get(SHOWN)): one["people"] for one in rows}
        )


def _people(counts: Counts, language: str, places: Collection[int] = ()) -> int:
    """Readers of the language who get what stands at one of these places."""
    return sum(
        people
        for (spoken_by, shown), people in counts.items()
        if spoken_by == language
        and (not places or any(is_shown(shown, one) for one in places))
    )


def _places(blocks: Sequence[Block], asked: Sequence[Any]) -> set[int] | None:
    """Those of the conditions of its content; None: some of it is for everybody."""
    found = [condition_of(one) for one in blocks if one["kind"] not in DECORATION]
    return {asked.index(one) for one in found} if found and all(found) else None


def _label(block: Block, language: str) -> str:
    kind, words = str(KINDS[block["kind"]].label), summary(block)
    label = (
        _("%(kind)s “%(words)s”") % {"kind": kind, "words": words} if words else kind
    )
    if not language:
        return label
    return _("%(label)s in %(language)s") % {
        "label": label,
        "language": name_of(language),
    }
