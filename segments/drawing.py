"""The builder as the page draws it: nodes with their choices, complaints and counts."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar
from zlib import crc32

from django.db import DatabaseError
from django.db.models import Q
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.numbers import number
from consent.models import SubscriptionType
from contacts.models import Contact
from segments import counting
from segments.builder import Tree
from segments.compile import compile_rules, condition, left_out
from segments.counting import Counted
from segments.dates import Clock
from segments.drawn import JOINS, MATCHES, Drawn, options_of, where
from segments.emails import TIMES, WHO, WINDOWS
from segments.fields import Field, Source
from segments.nodes import Node
from segments.operators import SILENT, UNITS, Operand, label_of
from segments.rules import DATES, Complaint, Filter, Group, Place, name_of, read
from segments.spoken import spoken
from segments.vocabulary import Vocabulary
from segments.why import Answer, explain
from segments.words import more_than, sentence

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

log = logging.getLogger(__name__)

Answered = TypeVar("Answered")

# how many conditions are asked which of them left nobody
STRAWS = 8


@dataclass(frozen=True, slots=True)
class Wishes:
    """Which sample is shown, the size as saved."""

    seed: int = 0
    size: int | None = None
    # a save was refused: what is missing is told of empty conditions as well
    saving: bool = False


class Draft:
    """One state of the builder: the form, what of it is complete, and who matches."""

    def __init__(
        self,
        tree: Tree,
        words: Vocabulary,
        clock: Clock,
        wishes: Wishes = Wishes(),
    ) -> None:
        self.seed, self.size, self.saving = wishes.seed, wishes.size, wishes.saving
        self.patience = counting.Patience(counting.PATIENCE_MS)
        # who matches, where that was counted in the background (see tallying)
        self.exact: int | None = None
        self.tree, self.words, self.clock = tree, words, clock
        tree.settle(words)
        self.data = tree.rules(words)
        self.rules, self.complaints = read(self.data, words)
        self.places = dict(tree.places())
        # the database could not answer; the page says so and goes without numbers
        self.failed = False

    def ask(self, question: Callable[[], Answered], otherwise: Answered) -> Answered:
        """What the database says, or `otherwise`; after a failure it is left alone."""
        if self.failed:
            return otherwise
        try:
            return question()
        except DatabaseError:
            log.exception("The database could not answer the builder")
            self.failed = True
            return otherwise

    @cached_property
    def errors(self) -> dict[int, Complaint]:
        """The complaint about each node, by its number."""
        return {
            self.places[one.place].id: one
            for one in self.complaints
            if one.place in self.places
        }

    @property
    def sentence(self) -> str:
        return sentence(self.rules, self.words) if self.rules else ""

    @property
    def unfinished(self) -> int:
        return len(self.complaints)

    @property
    def shape(self) -> str:
        """Changes with whatever decides which fields the form has."""
        found = [
            (one.id, one.parent, one.match, one.field, one.operator, one.wide)
            for one in self.tree.nodes
        ]
        narrow = [
            (one.more.get("when"), bool(one.more.get("times")))
            for one in self.tree.nodes
        ]
        return f"{crc32(repr((found, narrow)).encode()):08x}"

    @property
    def delta(self) -> str:
        """ "312 fewer" than the segment had when it was last refreshed, or ""."""
        if self.size is None or self.total is None or self.total.about:
            return ""
        more = self.total.number - self.size
        if not more:
            return ""
        said = _("%(count)s more now") if more > 0 else _("%(count)s fewer now")
        return said % {"count": number(abs(more))}

    def is_like(self, stored: Any) -> bool:
        """Are these the conditions that `stored` says?"""
        tree = Tree.of_rules(stored, self.words)
        tree.settle(self.words)
        return tree.rules(self.words) == self.data

    def test(self, contact: Contact) -> Answer | None:
        """Why this contact is in or out of what is on the page, saved or not."""
        rules = self.rules
        if rules is None:
            return None
        return self.ask(lambda: explain(contact, rules, self.words, self.clock), None)

    # -- numbers -------------------------------------------------------------------

    @cached_property
    def total(self) -> Counted | None:
        if self.rules is None:
            return None
        if self.exact is not None:
            return Counted(self.exact)
        return self._count(compile_rules(self.rules, self.clock))

    def _count(self, condition: Q) -> Counted | None:
        left = self.patience.left_ms
        return self.ask(lambda: counting.count(condition, patience_ms=left), None)

    @cached_property
    def emptied(self) -> str:
        """When nobody matches: which condition took the last people away."""
        if self.rules is None or self.total is None or self.total.number:
            return ""
        first = self.rules.rules[0]
        if len(self.rules.rules) > 1 or not isinstance(first, Group):
            return ""
        if first.match != "all" or self.total.about:
            return ""
        return self._last_straw(first)

    def _last_straw(self, group: Group) -> str:
        left = self.everybody
        for n, rule in enumerate(group.rules[:STRAWS], 1):
            part = Group("all", group.rules[:n], group.place)
            matching = compile_rules(part, self.clock)
            found = self._count(matching)
            if not found:
                return ""
            if not found.number:
                said = _("%(place)s removed the last %(count)s.")
                return said % {"place": name_of(rule.place), "count": number(left)}
            left = found.number
        return ""

    @cached_property
    def default_type(self) -> SubscriptionType:
        return SubscriptionType.objects.default()

    @cached_property
    def split(self) -> list[dict[str, Any]]:
        """Of the matching: who may be emailed about the default type, who not and why.

        The parts add up to the total.
        """
        if not (self.rules and self.total and self.total.number) or self.total.about:
            return []
        matching = compile_rules(self.rules, self.clock)
        left = self.patience.left_ms
        found = self.ask(
            lambda: counting.reach(matching, self.default_type, patience_ms=left), None
        )
        if found is None:
            return []
        told = [
            (_("Can be emailed"), found.can, "d1"),
            (_("Opted out"), found.opted_out, "d3"),
            (_("Bounced or blocked"), found.bounced, "d4"),
        ]
        rest = self.total.number - sum(count for _, count, _ in told)
        if rest > 0:
            told.append((_("No consent, or on a pause"), rest, "d2"))
        return [dict(zip(("label", "count", "tint"), row, strict=True)) for row in told]

    @cached_property
    def everybody(self) -> int:
        return counting.total()

    @cached_property
    def counts(self) -> dict[Place, Counted]:
        """By place of the group: how many match it alone. The total goes first."""
        total = self.total
        groups = [one for one in _groups(self.rules) if one.place]
        if self.rules and total and len(self.rules.rules) == 1:
            only = self.rules.rules[0]
            rest = [one for one in groups if one.place != only.place]
            return {only.place: total} | self._counted(rest)
        return self._counted(groups)

    def _counted(self, groups: list[Group]) -> dict[Place, Counted]:
        found = ((one.place, self._count(condition(one, self.clock))) for one in groups)
        return {place: counted for place, counted in found if counted}

    @cached_property
    def missing(self) -> dict[int, int]:
        """By node: how many are left out because there is no value."""
        found = {}
        for one in self.rules.filters() if self.rules else ():
            unknown = None if one.include_unknown else left_out(one, self.clock)
            if unknown is not None:
                found[self.places[one.place].id] = unknown
        left = self.patience.left_ms
        return self.ask(lambda: counting.count_each(found, patience_ms=left), {})

    @cached_property
    def sample(self) -> list[Contact]:
        if self.rules is None:
            return []
        matching, left = compile_rules(self.rules, self.clock), self.patience.left_ms
        return self.ask(
            lambda: counting.sample(matching, self.seed, patience_ms=left), []
        )

    # -- drawing -------------------------------------------------------------------

    @cached_property
    def groups(self) -> list[Drawn]:
        return [
            self._drawn(node, (index,), str(JOINS["any"]), 0)
            for index, node in enumerate(self.tree.children(0))
        ]

    @property
    def flat(self) -> Iterator[Drawn]:
        """Every drawn node, outside in."""
        waiting = list(self.groups)
        while waiting:
            drawn = waiting.pop(0)
            yield drawn
            waiting += drawn.rows

    @property
    def spoken(self) -> str:
        """The count, for people who listen."""
        if self.failed:
            return _("Could not count. Try again")
        if self.total is None:
            return _("Nothing to count yet")
        return spoken(self.total, self.emptied, self.unfinished)

    @property
    def first_unfinished(self) -> int:
        """The number of the node to go on with."""
        return next(iter(self.errors), 0)

    def _drawn(self, node: Node, place: Place, join: str, level: int) -> Drawn:
        complaint = self.errors.get(node.id)
        drawn = Drawn(node, name_of(place), join, level)
        if complaint and (node.field or node.is_group or self.saving):
            drawn.complaint = complaint.sentence
        drawn.missing = self.missing.get(node.id, 0)
        drawn.count = self.counts.get(place)
        drawn.drifts = node.parent in self.drifting
        drawn.is_anew = node.id in self.tree.begun_anew
        if node.is_group:
            drawn.rows = [
                self._drawn(
                    child,
                    (*place, index),
                    str(JOINS[node.match]) if index else where(level),
                    level + 1,
                )
                for index, child in enumerate(self.tree.children(node.id))
            ]
        elif node.field:
            self._say(drawn, place)
        return drawn

    @cached_property
    def drifting(self) -> set[int]:
        """Groups that ask who clicked nothing in one email of a campaign."""
        return {
            one.parent
            for one in self.tree.nodes
            if one.field == "email_event"
            and one.operator in SILENT
            and any(key.startswith("reengagement:") for key in one.values)
        }

    def _say(self, drawn: Drawn, place: Place) -> None:
        drawn.field = self.words.field(drawn.node.field)
        drawn.operator = self.tree.operator(drawn.node, self.words)
        if drawn.field:
            drawn.choices = self._choices(drawn.node, drawn.field)
        complete = (
            {one.place: one for one in self.rules.filters()} if self.rules else {}
        )
        if place in complete:
            drawn.hint = more_than(complete[place])

    def _choices(self, node: Node, chosen: Field) -> list[tuple[str, str]]:
        """What can be chosen, and what was chosen and is not offered (any more)."""
        offered = self.words.choices(chosen)
        gone = [one for one in node.values if chosen.options and one not in offered]
        operator = self.tree.operator(node, self.words)
        if operator and operator.operand is Operand.OTHER:
            return self._dates(chosen)
        if not (chosen.options or chosen.choices):
            return []
        unsent = _("%(key)s (not sent yet)")
        return [*offered.items(), *((one, unsent % {"key": one}) for one in gone)]

    def _dates(self, chosen: Field) -> list[tuple[str, str]]:
        """The other dates, to compare with."""
        every = (field for family, fields in self.words.offered() for field in fields)
        return [
            (one.key, str(one.label))
            for one in every
            if one.type in DATES
            and one.source is not Source.FACT
            and one.key != chosen.key
        ]

    @cached_property
    def types(self) -> list[tuple[str, str]]:
        """Subscription types, for the reasons not to email."""
        field = self.words.field("subscription")
        return list(self.words.choices(field).items()) if field else []

    @property
    def narrowing(self) -> dict[str, Any]:
        """What emails can be narrowed down by."""
        return {
            "windows": [
                (key, label_of(said)) for key, (said, operand) in WINDOWS.items()
            ],
            "times": TIMES.items(),
            "who": WHO.items(),
        }

    @property
    def match_options(self) -> tuple[tuple[str, StrOrPromise], ...]:
        return MATCHES

    @property
    def units(self) -> Mapping[str, StrOrPromise]:
        return UNITS

    @cached_property
    def field_options(self) -> SafeString:
        return options_of(self.words.offered())

    def context(self) -> dict[str, Any]:
        """Every number is asked before anything is drawn: the page begins with what
        could not be counted."""
        groups, _split, _sample = self.groups, self.split, self.sample
        return {"draft": self, "groups": groups}


def _groups(rule: Group | Filter | None) -> Iterator[Group]:
    if isinstance(rule, Group):
        yield rule
        for one in rule.rules:
            yield from _groups(one)
