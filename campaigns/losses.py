"""Whom an email cost: who left by it, called it spam, or whose mailbox is gone.

Each person counts once, under the gravest: the parts add up to the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Case, Count, Q, Value, When
from django.utils.translation import gettext_lazy

from deliveries.models import Delivery

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Loss:
    """One way to be lost. `key` is the reason in the addresses of pages."""

    key: str
    label: StrOrPromise
    sentence: StrOrPromise
    where: Q


# the gravest first: whoever did two things counts under the first
LOSSES: tuple[Loss, ...] = (
    Loss(
        "lost_spam",
        gettext_lazy("Reported it as spam"),
        gettext_lazy("Reported this email as spam."),
        Q(complained_at__isnull=False),
    ),
    Loss(
        "lost_left",
        gettext_lazy("Unsubscribed"),
        gettext_lazy("Unsubscribed by this email."),
        Q(unsubscribed_at__isnull=False),
    ),
    Loss(
        "lost_hard",
        gettext_lazy("Bounced for good"),
        gettext_lazy("The mailbox does not exist, or takes no mail."),
        Q(bounce_kind="hard"),
    ),
)
LOST = LOSSES[0].where | LOSSES[1].where | LOSSES[2].where
_WHICH = Case(
    *(When(one.where, then=Value(one.key)) for one in LOSSES),
    default=Value(""),
    output_field=models.TextField(),
)


def counted(rows: models.QuerySet[Delivery]) -> list[tuple[str, int]]:
    """(key, people) of those in `rows` who are lost, most first."""
    lost = rows.filter(LOST).annotate(loss=_WHICH).values_list("loss")
    return list(lost.annotate(people=Count("pk")).order_by("-people", "loss"))


def lost_by(rows: models.QuerySet[Delivery], key: str) -> models.QuerySet[Delivery]:
    """Those of `rows` that one way of losing counts."""
    return rows.annotate(loss=_WHICH).filter(loss=key)
