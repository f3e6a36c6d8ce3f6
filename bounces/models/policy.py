"""What this installation decides itself: how strict it is, and single rows."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from bounces.categories import CATEGORIES


class Stance(models.TextChoices):
    """What happens to an address when a server holds something against the sender."""

    BY_CAUSE = "by_cause", "By cause: nothing, the address is not to blame"
    STRICT = "strict", "Strict: the address is blocked until somebody unbounces it"


class BouncePolicy(models.Model):
    """One row: the choice of this installation."""

    stance = models.CharField(max_length=8, choices=Stance, default=Stance.BY_CAUSE)
    # whether incidents stop sending by themselves
    pauses = models.BooleanField(default=True, db_default=True)

    class Meta:
        verbose_name_plural = "bounce policies"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=1), name="bounce_policy_is_one_row"),
            models.CheckConstraint(
                condition=Q(stance__in=Stance.values), name="bounce_stance_is_known"
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_stance_display())

    @classmethod
    def current(cls) -> BouncePolicy:
        return cls.objects.filter(id=1).first() or cls(id=1)

    @property
    def is_strict(self) -> bool:
        return self.stance == Stance.STRICT


class RuleChange(models.Model):
    """One row of the tables of rules that means another category here."""

    rule = models.CharField(max_length=40, unique=True)
    category = models.CharField(max_length=32)
    note = models.CharField(max_length=300)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(category__in=[*CATEGORIES]),
                name="rule_change_names_a_category",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.category}"
