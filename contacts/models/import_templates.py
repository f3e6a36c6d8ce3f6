"""What the columns of a file were, kept for the next file of the same make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from contacts.models.answers import Policy
from contacts.models.imports import ContactImport


class ImportTemplate(models.Model):
    """The answers of the page of the columns under a name of their own.

    `columns` has [heading, target, policy] of each, in the words of ContactImport.
    """

    name = models.CharField(max_length=120)
    columns = models.JSONField(default=list)
    policy = models.CharField(max_length=10, choices=Policy, default=Policy.OVERWRITE)
    date_order = models.CharField(max_length=3, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                models.functions.Lower("name"),
                name="import_template_name_once",
                violation_error_message=_("There is a template of this name."),
            ),
            models.CheckConstraint(
                condition=Q(policy__in=Policy.values),
                name="import_template_policy_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def matched(self) -> list[str]:
        """The headings that it knows a use for."""
        return [heading for heading, target, _ in self.columns if target]

    def take(self, found: ContactImport, user: User) -> None:
        """Keep what the columns of `found` are."""
        policies = found.policies or [""] * len(found.headers)
        answers = zip(found.headers, found.mapping, policies, strict=True)
        self.columns = [list(one) for one in answers]
        self.policy, self.date_order = found.policy, found.date_order
        self.created_by = user

    def match(
        self, headers: Sequence[str], guessed: Sequence[str]
    ) -> tuple[list[str], list[str]]:
        """(a target per column, its policy). A heading that is new here keeps what was
        guessed, unless another column is that already."""
        known = {_plain(one): own for one, *own in self.columns}
        kept = [known.get(_plain(one)) for one in headers]
        targets = [own[0] if own else "" for own in kept]
        for at, (own, guess) in enumerate(zip(kept, guessed, strict=True)):
            if own is None and guess not in targets:
                targets[at] = guess
        once = [
            one if one not in targets[:at] else "" for at, one in enumerate(targets)
        ]
        return once, [own[1] if own else "" for own in kept]


def _plain(heading: str) -> str:
    """A heading without regard to case and spaces."""
    return " ".join(heading.casefold().split())
