"""What differs between two contents of an email, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.html import strip_tags
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.blocks import KINDS, Block
from campaigns.languages import name_of

ABSENT = _("Not there")
UNWRITTEN: dict[str, Any] = {"subject": "", "preview_text": "", "blocks": []}
_HEAD = {"subject": _("Subject"), "preview_text": _("Preview text")}
# how a block is looked at, not what it says
_LOOKS = {"id", "kind", "level", "align", "color", "only"}


@dataclass(frozen=True, slots=True)
class Difference:
    """`label` says where; then what stands on either side."""

    label: str
    before: str
    after: str


def differences(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[Difference]:
    """One for each part that is not the same; nothing when all of it is."""
    return [
        *_heads(before, after),
        *_blocks(before["blocks"], after["blocks"]),
        *_orders(before["blocks"], after["blocks"]),
        *_languages(before.get("variants", {}), after.get("variants", {})),
    ]


def _languages(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[Difference]:
    for language in sorted({*before, *after}):
        told = differences(
            before.get(language, UNWRITTEN), after.get(language, UNWRITTEN)
        )
        for one in told:
            yield replace(one, label=f"{name_of(language)}: {one.label}")


def _heads(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    for name, label in _HEAD.items():
        if before[name] != after[name]:
            old, new = (side[name] or gettext("Empty") for side in (before, after))
            yield Difference(str(label), old, new)


def _blocks(before: list[Block], after: list[Block]) -> Iterator[Difference]:
    old = {block["id"]: _whole(block) for block in before}
    new = {block["id"]: _whole(block) for block in after}
    for block_id in {**old, **new}:
        was, now = old.get(block_id), new.get(block_id)
        if was == now:
            continue
        label = str(KINDS[(now or was or {})["kind"]].label)
        if was and now:
            names = [name for name in now if was.get(name) != now[name]]
            yield Difference(label, _told(was, names), _told(now, names))
        else:
            yield Difference(label, _told(was), _told(now))


def _whole(block: Block) -> Block:
    """With the fields that its kind got after it was saved."""
    return {**KINDS[block["kind"]].first, **block}


def _told(block: Block | None, names: list[str] | None = None) -> str:
    if block is None:
        return str(ABSENT)
    chosen = [name for name in block if name not in _LOOKS] if names is None else names
    values = [str(block.get(name, "")).replace("<", " <") for name in chosen]
    words = " · ".join(" ".join(strip_tags(value).split()) for value in values if value)
    return words[:400] or gettext("Empty")


def _orders(before: list[Block], after: list[Block]) -> Iterator[Difference]:
    """Whether those that are on both sides stand in another order."""
    shared = {one["id"] for one in before} & {one["id"] for one in after}
    was, now = (
        [one for one in side if one["id"] in shared] for side in (before, after)
    )
    if [one["id"] for one in was] != [one["id"] for one in now]:
        yield Difference(gettext("Order"), _listed(was), _listed(now))


def _listed(blocks: list[Block]) -> str:
    return ", ".join(str(KINDS[block["kind"]].label) for block in blocks)
