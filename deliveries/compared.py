"""What a roll-up keeps beside what is counted now, in sentences. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Difference(NamedTuple):
    """`key`: what has to be summed up anew."""

    key: Any
    sentence: str


def difference(
    key: Any, place: str, kept: Mapping[str, Any], counted: Mapping[str, Any]
) -> Difference | None:
    """None where both say the same."""
    wrong = [name for name in counted if kept.get(name) != counted[name]]
    if not wrong:
        return None
    said = (f"{_words(name)} {_told(kept.get(name), counted[name])}" for name in wrong)
    return Difference(key, f"{place}: {', '.join(said)}")


def _words(name: str) -> str:
    return name.replace("_", " ")


def _told(kept: Any, counted: Any) -> str:
    """Of lists and tables only that they differ."""
    if isinstance(counted, (list, dict)):
        return "differ"
    return f"{'nothing' if kept is None else kept} instead of {counted}"
