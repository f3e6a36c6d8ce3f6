"""The blocks an email is made of: which there are, and the moves on a list of them.

A block is a dict {"id": short word, "kind": key of KINDS, ...its own fields}; an
email is a list of blocks. Every move returns a new list and leaves the given one
alone; a move that cannot be made returns an equal list.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _

from deliveries.blocks import BLUE, NETWORKS, SIDES

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Block = dict[str, Any]

# More than this is a newsletter nobody reads to its end, and a form nobody can use.
MOST_BLOCKS = 60

# in these fields stand the words by which to know a block
_TELLING = ("text", "html", "label", "alt", "left_html", "right_html")

ID = re.compile(r"[a-z0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of block: what it is called, and its fields with their first values."""

    label: StrOrPromise
    icon: str
    # what it is for, as the menu says it
    hint: StrOrPromise
    first: dict[str, Any] = field(default_factory=dict)


_BUTTON = {"label": "", "url": "", "color": BLUE, "align": "center"}
_SIDE = ("url", "alt", "html", "label", "href")

KINDS: dict[str, Kind] = {
    "heading": Kind(
        _("Heading"),
        "heading",
        _("A line that stands out"),
        {"text": "", "level": 1, "align": "left"},
    ),
    "text": Kind(
        _("Text"),
        "type",
        _("Paragraphs, links, lists"),
        {"html": "", "align": "left", "plain": ""},
    ),
    "image": Kind(
        _("Image"),
        "image",
        _("A picture, with a link"),
        {"url": "", "alt": "", "href": ""},
    ),
    "button": Kind(_("Button"), "mouse-pointer-click", _("Leads somewhere"), _BUTTON),
    "confirm": Kind(
        _("Confirm button"),
        "circle-check",
        _("One press says: keep me"),
        {**_BUTTON, "label": "Keep me subscribed"},
    ),
    "divider": Kind(_("Divider"), "circle-minus", _("A thin line")),
    "columns": Kind(
        _("Two columns"),
        "columns-2",
        _("Side by side"),
        {"plain": "", **{f"{side}_{name}": "" for side in SIDES for name in _SIDE}},
    ),
    "social": Kind(
        _("Social links"),
        "share-2",
        _("Where else you are"),
        dict.fromkeys(NETWORKS, ""),
    ),
    "html": Kind(
        _("HTML"), "code-xml", _("Written by hand"), {"html": "", "plain": ""}
    ),
    "footer": Kind(
        _("Footer line"), "text", _("Your words at the very end"), {"text": ""}
    ),
}


def new(kind: str, **values: Any) -> Block:
    """A fresh block of `kind` with an id of its own."""
    return {"id": secrets.token_hex(3), "kind": kind, **KINDS[kind].first, **values}


def summary(block: Block) -> str:
    """A few words by which to know the block in a list."""
    told = next((str(block[name]) for name in _TELLING if block.get(name)), "")
    return " ".join(strip_tags(told.replace("<", " <")).split())[:60]


def add(blocks: Sequence[Block], block: Block, after: str = "") -> list[Block]:
    """`block` below the one with id `after`, or at the end."""
    if len(blocks) >= MOST_BLOCKS:
        return list(blocks)
    at = _place(blocks, after)
    at = len(blocks) if at is None else at + 1
    return [*blocks[:at], block, *blocks[at:]]


def move(blocks: Sequence[Block], block_id: str, by: int) -> list[Block]:
    """The block one place up (-1) or down (+1)."""
    moved = list(blocks)
    at = _place(blocks, block_id)
    if at is not None and 0 <= at + by < len(moved):
        moved.insert(at + by, moved.pop(at))
    return moved


def duplicate(blocks: Sequence[Block], block_id: str) -> list[Block]:
    """A copy of the block right below it."""
    at = _place(blocks, block_id)
    if at is None:
        return list(blocks)
    copy = {**blocks[at], "id": secrets.token_hex(3)}
    return add(blocks, copy, block_id)


def delete(blocks: Sequence[Block], block_id: str) -> list[Block]:
    return [block for block in blocks if block["id"] != block_id]


def copies(blocks: Sequence[Block]) -> list[Block]:
    """The same blocks with ids of their own, for another email."""
    return [{**block, "id": secrets.token_hex(3)} for block in blocks]


def _place(blocks: Sequence[Block], block_id: str) -> int | None:
    ids = [block["id"] for block in blocks]
    return ids.index(block_id) if block_id in ids else None
