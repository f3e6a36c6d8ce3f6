"""The rows of the tables of rules as a page shows them, with what was changed here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, User
from bounces.categories import CATEGORIES, Category
from bounces.models import RuleChange
from bounces.rules.families import BARE, BLUNT, FIRM, HINTS, LOOSE
from bounces.rules.status import DETAILS, REPLIES, SUBJECTS
from bounces.rules.tables import ALL


@dataclass(frozen=True, slots=True)
class Rule:
    """One row. `says`: the phrases or the code it looks for; `change`: ours."""

    key: str
    category: str
    says: str
    source: str
    change: RuleChange | None = None

    @property
    def counts_as(self) -> str:
        return self.change.category if self.change else self.category

    @property
    def meaning(self) -> Category:
        return CATEGORIES[self.counts_as]

    @property
    def url(self) -> str:
        return reverse("bounces:rule", args=[self.key])

    def has(self, text: str) -> bool:
        return text in f"{self.key} {self.says} {self.source}".lower()


def rules(category: str = "", text: str = "") -> list[Rule]:
    """All, or those that count as `category` here and have `text` in them."""
    changes = {one.rule: one for one in RuleChange.objects.select_related("changed_by")}
    wanted = text.strip().lower()
    found = (
        Rule(key, usual, says, source, changes.get(key))
        for key, usual, says, source in _rows()
    )
    return [one for one in found if one.has(wanted) and category in ("", one.counts_as)]


def rule(key: str) -> Rule | None:
    return next((one for one in rules() if one.key == key), None)


def _rows() -> Iterator[tuple[str, str, str, str]]:
    seen: set[str] = set()
    for row in ALL:
        if row.key not in seen:
            says = " / ".join([*row.texts, *row.codes])
            yield row.key, row.category, says, row.source
        seen.add(row.key)
    for family in (*FIRM, *LOOSE, *BLUNT, *HINTS, *BARE):
        says = " / ".join(sorted(f"{thing} {state}" for thing, state in family.pairs))
        yield family.key, family.category, says, family.source
    for table in (DETAILS, SUBJECTS):
        for code, (category, source) in table.items():
            yield f"X.{code}", category, f"code X.{code}", source
    for reply, (category, source) in REPLIES.items():
        yield str(reply), category, f"reply {reply}", source


@transaction.atomic
def change(found: Rule, category: str, note: str, user: User) -> None:
    """Let the row mean `category` from now on; its own category ends the change."""
    if category == found.category:
        RuleChange.objects.filter(rule=found.key).delete()
    else:
        RuleChange.objects.update_or_create(
            rule=found.key,
            defaults={
                "category": category,
                "note": note,
                "changed_by": user,
                "changed_at": timezone.now(),
            },
        )
    AuditEntry.objects.record(
        user,
        "changed a bounce rule",
        subject=found.key,
        url=found.url,
        detail={"from": found.counts_as, "to": category, "note": note},
    )
