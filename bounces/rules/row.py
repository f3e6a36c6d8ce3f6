"""One row of a policy table, and how its phrases are looked for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

GAP = r"[^\n]{0,60}?"
ALIKE = (("mail box", "mailbox"), ("mail-box", "mailbox"), ("e-mail", "email"))


def alike(text: str) -> str:
    """With words that are written in more than one way written in one."""
    for other, usual in ALIKE:
        text = text.replace(other, usual)
    return text


class Phrases:
    """Phrases to be looked for in a text in lower case. "*" stands for up to 60
    characters, a "|" at either end for the edge of a word."""

    __slots__ = ("literals", "patterns")

    def __init__(self, *texts: str) -> None:
        made = [alike(text) for text in texts]
        self.literals = tuple(text for text in made if not set("*|") & set(text))
        self.patterns = tuple(compiled(text) for text in made if set("*|") & set(text))

    def are_in(self, text: str) -> bool:
        """Whether one of them is. This loop is most of the work of judging."""
        for literal in self.literals:
            if literal in text:
                return True
        for piece, pattern in self.patterns:
            if piece in text and pattern.search(text):
                return True
        return False


def compiled(text: str) -> tuple[str, re.Pattern[str]]:
    """The longest of its pieces, which is looked for first, and the whole."""
    pieces = [piece.strip() for piece in text.strip("|").split("*")]
    inner = GAP.join(re.escape(piece) for piece in pieces)
    left = r"(?<![a-z0-9])" if text.startswith("|") else ""
    right = r"(?![a-z0-9])" if text.endswith("|") else ""
    return max(pieces, key=len), re.compile(left + inner + right)


@dataclass(frozen=True, slots=True)
class Row:
    """`key` names the row for good: what an administrator changes hangs on it.
    `codes`: reply or enhanced codes of which one must be said as well; `doing`: what
    is done to the address when that is not what the category says."""

    key: str
    category: str
    source: str
    texts: tuple[str, ...]
    codes: tuple[str, ...] = ()
    doing: str = ""
    phrases: Phrases = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "phrases", Phrases(*self.texts))

    def fits(self, text: str, codes: str) -> bool:
        """`text`: lower case, one line; `codes`: " 550 5.1.1 "."""
        if self.codes and not any(f" {code} " in codes for code in self.codes):
            return False
        return self.phrases.are_in(text)


def row(
    key: str, category: str, source: str, texts: str, *, codes: tuple[str, ...] = ()
) -> Row:
    """`texts`: phrases with " / " between them."""
    return Row(key, category, source, split(texts), codes)


def ending(found: Row) -> Row:
    """The same, and it ends the address."""
    return replace(found, doing="dead")


def split(texts: str) -> tuple[str, ...]:
    return tuple(text.strip(" ") for text in texts.split(" / ") if text.strip())
