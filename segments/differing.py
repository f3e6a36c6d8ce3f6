"""How two versions of rules differ, line by line in plain words. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from segments.rules import Group, Words
from segments.words import lines

# so many lines that are the same are shown around a difference
AROUND = 2

Row = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """One line: only in "theirs", only in "yours", in "both"; or a gap of `skipped`."""

    side: str
    level: int = 0
    words: str = ""
    skipped: int = 0


def differences(
    theirs: Group | None, yours: Group | None, words: Words
) -> list[Difference]:
    """What was changed, with the lines around it; [] where nothing was."""
    before, after = _rows(theirs, words), _rows(yours, words)
    if before == after:
        return []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    found: list[Difference] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            at_end = (b, d) == (len(before), len(after))
            found += _same(before[a:b], is_first=not (a or c), is_last=at_end)
        else:
            found += [Difference("theirs", *row) for row in before[a:b]]
            found += [Difference("yours", *row) for row in after[c:d]]
    return found


def _rows(rules: Group | None, words: Words) -> list[Row]:
    """Without the segment itself, of which every version has one."""
    every = lines(rules, words) if rules else ()
    return [(one.level, one.words) for one in every if one.level]


def _same(rows: list[Row], *, is_first: bool, is_last: bool) -> Iterator[Difference]:
    head = 0 if is_first else AROUND
    tail = 0 if is_last else AROUND
    skipped = len(rows) - head - tail
    if skipped < 2:
        yield from (Difference("both", *row) for row in rows)
        return
    yield from (Difference("both", *row) for row in rows[:head])
    yield Difference("gap", skipped=skipped)
    yield from (Difference("both", *row) for row in rows[len(rows) - tail :])
