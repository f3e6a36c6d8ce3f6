"""One email in several languages: which words a reader gets. Pure.

Beside its own words an email may hold `variants`: {language: {"subject",
"preview_text", "blocks"}}. Who reads none of these languages gets its own words,
under "".
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Protocol, TypeVar

from deliveries.blocks import Block

Variants = Mapping[str, Mapping[str, Any]]


class Spoken(Protocol):
    """A message, or an email that is being written."""

    blocks: Any
    variants: Any


Words = TypeVar("Words", bound=Spoken)


def languages(mail: Spoken) -> list[str]:
    """ "" for its own words, then the languages of its variants."""
    return ["", *sorted(mail.variants)]


def spoken(mail: Words, language: str) -> Words:
    """The same with the words that readers of `language` get; not to be saved."""
    if language not in mail.variants:
        return mail
    said = copy.copy(mail)
    for name, value in mail.variants[language].items():
        setattr(said, name, value)
    return said


def all_blocks(mail: Spoken) -> list[Block]:
    """Those of every language, one after the other."""
    variants = (mail.variants[one]["blocks"] for one in sorted(mail.variants))
    return [*mail.blocks, *(block for blocks in variants for block in blocks)]
