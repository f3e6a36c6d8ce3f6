"""Blocks that only some readers get: optional pieces of a mail. Pure.

A block may hold a condition under `only`, in the language of segments, which nobody
here understands. Equal conditions share one place in `conditions`; what a reader gets
is one number, with a bit for each place whose condition holds for her. Compiled
content has a mark at either end of each piece.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from deliveries.personalization import Slot

Block = Mapping[str, Any]
Condition = Mapping[str, Any]

# as many as a number of the database has bits for
MOST_CONDITIONS = 60

BEGIN, END = "when", "end"
_MARK = re.compile(r"\[~(?:when|end):\d+:~\]")
_PIECE = re.compile(r"\[~when:(\d+):~\](.*?)\[~end:\1:~\]", re.DOTALL)


def conditions(blocks: Iterable[Block]) -> list[Condition]:
    """Each condition once, in the order of the blocks: its place is its bit."""
    found: list[Condition] = []
    for block in blocks:
        asked = condition_of(block)
        if asked and asked not in found:
            found.append(asked)
    return found


def condition_of(block: Block) -> Condition:
    """The condition of a block; empty: everybody gets it."""
    asked = block.get("only")
    return asked if isinstance(asked, Mapping) else {}


def is_shown(shown: int | None, place: int) -> bool:
    """`shown`: what a reader gets; None: all of it."""
    return shown is None or bool(shown >> place & 1)


def marked(words: str, place: int, shell: str = "{}") -> str:
    """`words` as an optional piece; `shell` is what each mark has to stand in."""
    begin, end = (shell.format(Slot(kind, str(place))) for kind in (BEGIN, END))
    return f"{begin}{words}{end}"


def cut(compiled: str, shown: int | None) -> str:
    """Compiled content without the pieces that a reader does not get."""

    def piece(match: re.Match[str]) -> str:
        return match[2] if is_shown(shown, int(match[1])) else ""

    return _MARK.sub("", _PIECE.sub(piece, compiled))
