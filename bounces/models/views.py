"""Ways to look at the audit that somebody wants to find again."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse

from accounts.models import User


class SavedView(models.Model):
    """A name for the filters of the audit, for everybody. `query`: what stands behind
    the question mark of its address."""

    name = models.CharField(max_length=60, unique=True)
    query = models.CharField(max_length=600)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('bounces:list')}?{self.query}"
