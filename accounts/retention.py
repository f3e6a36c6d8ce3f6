"""How long personal data is kept that nothing needs for ever, and who decides it.

A table of what can be set, between which bounds, and why there are bounds; the
numbers of the account lie beside it. Each job that forgets asks `Retention.since`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Kept(models.TextChoices):
    BROWSERS = "browsers", _("Browsers behind opens and clicks")
    REPORTS = "reports", _("Bounce reports as they came in")
    EVIDENCE = "evidence", _("Evidence of agreements that have ended")
    IMPORTS = "imports", _("Files of contact imports")
    NOTICES = "notices", _("What webhooks were told")
    CHANGES = "changes", _("Feed of changes for programs")


@dataclass(frozen=True, slots=True)
class Bounds:
    """In days."""

    usual: int
    least: int
    most: int
    goes: StrOrPromise
    stays: StrOrPromise


# 90 days at most for what a browser said, evidence beyond the limitation of claims:
# hygiene notes, section 4.3. An import can be undone for 7 days, and needs its file. A
# program that is switched off over the holidays finds its place in the feed again.
BOUNDS = {
    Kept.BROWSERS: Bounds(
        90,
        1,
        90,
        _("IP address, program and whatever else came with the request"),
        _("That it was opened or clicked, and whether a person did"),
    ),
    Kept.REPORTS: Bounds(
        90,
        15,
        730,
        _("The message, with whatever of the person stands in it"),
        _("What the server said, the codes and the judgement"),
    ),
    Kept.EVIDENCE: Bounds(
        1_461,
        365,
        3_653,
        _(
            "IP address, program and spelling of the address behind a sign-up, a"
            " confirmation or an opt-out, so long after the agreement ended"
        ),
        _("The record itself: what was said, when, how and in which words"),
    ),
    Kept.IMPORTS: Bounds(
        30,
        7,
        365,
        _("The file, and the file of its problems"),
        _("Who imported what into which columns, and the counts"),
    ),
    Kept.NOTICES: Bounds(
        30,
        7,
        90,
        _("Each event of the log, and those that could not be sent until then"),
        _("What they told of"),
    ),
    Kept.CHANGES: Bounds(
        90,
        30,
        730,
        _(
            "What the API tells of the do-not-mail list to a program that has not asked"
            " for so long; it is told to read the list anew"
        ),
        _("The list itself, and the ledger"),
    ),
}


class RetentionQuerySet(models.QuerySet["Retention"]):
    def days(self) -> dict[Kept, int]:
        """Of everything: what the account says, or what is usual."""
        said = dict(self.values_list("kept", "days"))
        return {kept: said.get(kept.value, one.usual) for kept, one in BOUNDS.items()}

    def since(self, kept: Kept, now: dt.datetime | None = None) -> dt.datetime:
        """What is older than this goes."""
        return (now or timezone.now()) - dt.timedelta(days=self.days()[kept])


class Retention(models.Model):
    """How many days one thing is kept, where that is not what is usual."""

    kept = models.CharField(max_length=12, primary_key=True, choices=Kept)
    days = models.PositiveSmallIntegerField()

    objects = RetentionQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "retention"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    *(
                        Q(kept=kept.value, days__range=(one.least, one.most))
                        for kept, one in BOUNDS.items()
                    ),
                    _connector=Q.OR,
                ),
                name="retention_is_within_bounds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kept_display()}: {self.days} days"
