"""What saving changed rules means for whatever uses the segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from segments import counting
from segments.builder import Tree
from segments.compile import compile_rules
from segments.counting import Counted
from segments.drawing import Draft
from segments.models import Segment
from segments.rules import Group, read
from segments.uses import SegmentUse
from segments.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Effect:
    """Whom the audience of `uses` gains and loses. None: nobody could count it yet."""

    uses: Sequence[SegmentUse]
    before: int | None
    after: Counted | None
    joining: int | None = None

    @property
    def leaving(self) -> int | None:
        if self.before is None or self.joining is None or self.after is None:
            return None
        return max(0, self.before + self.joining - self.after.number)


def effect(segment: Segment, draft: Draft, stored: Any) -> Effect | None:
    """None when nothing uses the segment, or the rules say the same as `stored`."""
    uses = [] if segment._state.adding else list(segment.uses.order_by("label"))
    if not uses or draft.rules is None:
        return None
    if _as_built(stored, draft.words) == draft.rules:
        return None
    return Effect(uses, segment.size, draft.total, _joining(segment, draft))


def _as_built(stored: Any, words: Vocabulary) -> Group | None:
    """Stored rules as the builder would save them, to be compared with its own."""
    return read(Tree.of_rules(stored, words).rules(words), words)[0]


def _joining(segment: Segment, draft: Draft) -> int | None:
    """How many of the matching are not in yet, when that is quickly known."""
    if draft.rules is None:
        return None
    outside = ~Q(pk__in=segment.members().values("pk"))
    matching = compile_rules(draft.rules, draft.clock)
    left = draft.patience.left_ms
    found = draft.ask(
        lambda: counting.count(matching & outside, patience_ms=left), None
    )
    return None if found is None or found.about else found.number
