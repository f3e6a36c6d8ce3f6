"""The form of the builder: fields -> a tree of nodes -> rules, and every change to it.

The whole tree is one form. Each node has a number that stays while it is edited:

    node=1 node=2 ...           in the order they stand on the page
    n2-parent=1                 0 for the groups of the segment
    n1-kind=group n1-match=all
    n2-kind=filter n2-field=delivered n2-op=greater n2-v=11 (n2-v2, n2-unit, n2-wide)

A button sends do="add:1": the server changes the tree and draws it again. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.http import QueryDict

from segments.nodes import (
    GROUP,
    OPERANDS,
    OTHER,
    Node,
    fill,
    narrowed,
    node_of_form,
)
from segments.operators import CLICKS, Operator
from segments.rules import MAX_FILTERS, Place, Words


class Tree:
    """All nodes, in the order of the page; parents stand before their children."""

    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = nodes
        # the number of the node where somebody goes on after a button, or 0
        self.focus = 0
        # numbers of the nodes whose comparison did not fit a new field
        self.begun_anew: set[int] = set()

    # -- in ----------------------------------------------------------------------

    @classmethod
    def of_form(cls, data: QueryDict) -> Tree:
        """What a browser sent; whatever hangs on no group of the form is dropped."""
        numbers = data.getlist("node")[: 2 * MAX_FILTERS]
        return cls.of_nodes(
            node_of_form(text, data) for text in numbers if text.isdecimal()
        )

    @classmethod
    def of_nodes(cls, nodes: Iterable[Node]) -> Tree:
        """Those that hang on a group before them."""
        seen: dict[int, Node] = {}
        for node in nodes:
            if node.id and node.id not in seen and _fits(node, seen):
                seen[node.id] = node
        return cls(list(seen.values()))

    @classmethod
    def of_rules(cls, rules: Any, words: Words) -> Tree:
        """The form of stored rules: groups joined by "or"."""
        tree = cls([])
        whole = rules if isinstance(rules, Mapping) else {}
        groups = whole.get("rules", []) if whole.get("match") == "any" else [whole]
        for one in groups:
            inner = one if "rules" in one else {"match": "all", "rules": [one]}
            tree._append(inner, 0, words)
        return tree if tree.nodes else cls.blank()

    @classmethod
    def blank(cls) -> Tree:
        """One group with one condition to fill in."""
        return cls([Node(1, 0, GROUP), Node(2, 1)])

    def _append(self, rule: Mapping[str, Any], parent: int, words: Words) -> None:
        node = Node(self.next_id(), parent)
        self.nodes.append(node)
        if "rules" in rule:
            node.kind, node.match = GROUP, rule.get("match", "all")
            for one in rule["rules"]:
                self._append(one, node.id, words)
            return
        node.field, node.operator = rule.get("field", ""), rule.get("operator", "")
        node.wide = bool(rule.get("include_unknown"))
        fill(node, rule, self.operator(node, words))

    # -- out ---------------------------------------------------------------------

    def rules(self, words: Words) -> dict[str, Any]:
        """The form as rules, complete or not; the parser says what is missing."""
        groups = [self._rule(node, words) for node in self.children(0)]
        return {"match": "any", "rules": groups}

    def _rule(self, node: Node, words: Words) -> dict[str, Any]:
        if node.is_group:
            rules = [self._rule(child, words) for child in self.children(node.id)]
            return {"match": node.match, "rules": rules}
        operator = self.operator(node, words)
        rule: dict[str, Any] = {"field": node.field, "operator": node.operator}
        if operator:
            rule |= OPERANDS[operator.operand](node) | narrowed(node, operator)
            if node.wide and operator.widens:
                rule["include_unknown"] = True
        return rule

    @staticmethod
    def operator(node: Node, words: Words) -> Operator | None:
        found = words.field(node.field) if node.field else None
        return found.operator(node.operator) if found else None

    def places(self) -> Iterator[tuple[Place, Node]]:
        """Every node with the place the parser names it by."""
        yield from self._places(0, ())

    def _places(self, parent: int, place: Place) -> Iterator[tuple[Place, Node]]:
        for index, node in enumerate(self.children(parent)):
            yield (*place, index), node
            yield from self._places(node.id, (*place, index))

    # -- looking -----------------------------------------------------------------

    def children(self, parent: int) -> list[Node]:
        return [node for node in self.nodes if node.parent == parent]

    def node(self, id: int) -> Node | None:
        return next((node for node in self.nodes if node.id == id), None)

    def next_id(self) -> int:
        return max((node.id for node in self.nodes), default=0) + 1

    def inside(self, id: int) -> set[int]:
        """The node and everything in it."""
        found = {id}
        for node in self.nodes:
            if node.parent in found:
                found.add(node.id)
        return found

    # -- changing ----------------------------------------------------------------

    def do(self, what: str) -> int:
        """Apply a button's "verb:number"; the node to go on with, or 0."""
        verb, _, number = what.partition(":")
        act = ACTS.get(verb)
        node = self.node(int(number)) if number.isdecimal() else None
        self.focus = act(self, node) if act else 0
        return self.focus

    def settle(self, words: Words) -> None:
        """After a change of field: keep what still fits, else begin anew and say so."""
        for node in self.nodes:
            found = words.field(node.field) if not node.is_group else None
            if found and not found.operator(node.operator):
                if node.operator:
                    self.begun_anew.add(node.id)
                node.operator = found.operators[0].key
                node.values, node.second, node.wide, node.more = [], "", False, {}

    def _insert(self, node: Node, after: Node | None = None) -> int:
        end = self.inside(after.id) if after else set()
        places = [i for i, one in enumerate(self.nodes) if one.id in end]
        self.nodes.insert(places[-1] + 1 if places else len(self.nodes), node)
        return node.id

    def add(self, group: Node | None) -> int:
        """A new condition at the end of a group."""
        if group is None or not group.is_group:
            return 0
        return self._insert(Node(self.next_id(), group.id), group)

    def add_group(self, parent: Node | None) -> int:
        """A new group with one empty condition: nested, or at the end."""
        match = OTHER[parent.match] if parent else "all"
        inside = parent.id if parent else 0
        group = Node(self.next_id(), inside, GROUP, match)
        self._insert(group, parent)
        return self.add(group)

    def remove(self, node: Node | None) -> int:
        """Take a node away with what is in it; an emptied group goes too."""
        if node is None:
            return 0
        gone = self.inside(node.id)
        self.nodes = [one for one in self.nodes if one.id not in gone]
        parent = self.node(node.parent)
        if parent and not self.children(parent.id):
            return self.remove(parent)
        if not self.nodes:
            self.nodes = Tree.blank().nodes
        return parent.id if parent else 0

    def duplicate(self, node: Node | None) -> int:
        """The same once more, right behind."""
        if node is None:
            return 0
        fresh: dict[int, int] = {node.parent: node.parent}
        last = node
        for one in [one for one in self.nodes if one.id in self.inside(node.id)]:
            fresh[one.id] = self.next_id()
            copy = replace(one, id=fresh[one.id], parent=fresh[one.parent])
            copy.values, copy.more = list(one.values), dict(one.more)
            self._insert(copy, last)
            last = copy
        return fresh[node.id]

    def up(self, node: Node | None) -> int:
        return self._swap(node, -1)

    def down(self, node: Node | None) -> int:
        return self._swap(node, 1)

    def _swap(self, node: Node | None, step: int) -> int:
        if node is None:
            return 0
        siblings = self.children(node.parent)
        at = siblings.index(node) + step
        if 0 <= at < len(siblings):
            first, second = sorted((siblings.index(node), at))
            moved = self.inside(siblings[second].id)
            block = [one for one in self.nodes if one.id in moved]
            self.nodes = [one for one in self.nodes if one.id not in moved]
            start = self.nodes.index(siblings[first])
            self.nodes[start:start] = block
        return node.id

    def wrap(self, node: Node | None) -> int:
        """Put a condition or a group into a group of its own."""
        if node is None:
            return 0
        parent = self.node(node.parent)
        match = OTHER[parent.match] if parent else "all"
        group = Node(self.next_id(), node.parent, GROUP, match)
        self.nodes.insert(self.nodes.index(node), group)
        node.parent = group.id
        return node.id

    def ungroup(self, group: Node | None) -> int:
        """Take a group away and leave what is in it where it stood."""
        children = self.children(group.id) if group else []
        if group is None or not children:
            return 0
        if not group.parent and not all(one.is_group for one in children):
            return group.id  # conditions stand in groups
        for one in children:
            one.parent = group.parent
        self.nodes.remove(group)
        return children[0].id

    def use_clicks(self, node: Node | None) -> int:
        """Ask who clicked, where it was asked who opened."""
        if node:
            node.operator = CLICKS.get(node.operator, node.operator)
        return node.id if node else 0

    def widen(self, node: Node | None) -> int:
        """Include people with no value, or leave them out again."""
        if node:
            node.wide = not node.wide
        return node.id if node else 0


ACTS: dict[str, Callable[[Tree, Node | None], int]] = {
    "add": Tree.add,
    "group": Tree.add_group,
    "remove": Tree.remove,
    "duplicate": Tree.duplicate,
    "up": Tree.up,
    "down": Tree.down,
    "wrap": Tree.wrap,
    "ungroup": Tree.ungroup,
    "widen": Tree.widen,
    "clicks": Tree.use_clicks,
}


def _fits(node: Node, seen: Mapping[int, Node]) -> bool:
    if node.parent == 0:
        return node.is_group
    return node.parent in seen and seen[node.parent].is_group
