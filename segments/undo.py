"""The last states of a builder, so that a change can be taken back. Pure.

They travel with the form, packed: nothing is kept on the server, and another window
has states of its own. A state is the nodes of the tree.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from segments.builder import Tree
from segments.nodes import Node

MOST = 50
# no form of ours is larger unpacked; more is somebody else's
BIGGEST = 4_000_000
NAMES = tuple(field.name for field in fields(Node))


class Past:
    """States, oldest first, and which of them is shown."""

    def __init__(self, states: list[Any], at: int) -> None:
        self.states, self.at = states, at

    @classmethod
    def of_form(cls, data: Mapping[str, str]) -> Past:
        """What the form brought along; nothing where that is damaged."""
        states = _unpacked(data.get("past", ""))
        text = data.get("at", "")
        at = int(text[:4]) if text.isdecimal() else len(states) - 1
        return cls(states, min(at, len(states) - 1))

    def note(self, tree: Tree) -> None:
        """`tree` is shown now; what was undone before a new change is forgotten."""
        state = state_of(tree)
        if self.states and self.states[self.at] == state:
            return
        self.states = [*self.states[: self.at + 1], state][-MOST:]
        self.at = len(self.states) - 1

    def undone(self) -> Tree:
        return self._go(self.at - 1)

    def redone(self) -> Tree:
        return self._go(self.at + 1)

    def _go(self, at: int) -> Tree:
        self.at = max(0, min(at, len(self.states) - 1))
        return tree_of(self.states[self.at])

    @property
    def can_undo(self) -> bool:
        return self.at > 0

    @property
    def can_redo(self) -> bool:
        return self.at < len(self.states) - 1

    @property
    def packed(self) -> str:
        text = json.dumps(self.states, separators=(",", ":"))
        return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def state_of(tree: Tree) -> list[list[Any]]:
    """The tree as numbers and texts, to be kept."""
    return [list(asdict(node).values()) for node in tree.nodes]


def tree_of(state: Any) -> Tree:
    """Through the form's own reading, so that a forged state is no more than a form."""
    nodes = [Node(**dict(zip(NAMES, row, strict=True))) for row in state]
    return Tree.of_nodes(nodes)


def _unpacked(text: str) -> list[Any]:
    try:
        raw = zlib.decompressobj().decompress(base64.b64decode(text), BIGGEST)
        states = json.loads(raw) if raw else []
        return [state_of(tree_of(one)) for one in states[:MOST]]
    except (ValueError, TypeError, binascii.Error, zlib.error, AttributeError):
        return []
    except RecursionError:  # deeper than any state of ours
        return []
