"""Ways to look at the list of contacts that somebody wants to find again."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse

from accounts.models import User


class ContactViewQuerySet(models.QuerySet["ContactView"]):
    def seen_by(self, user: User) -> ContactViewQuerySet:
        """Her own, and those that are for everybody."""
        return self.filter(Q(owner=user) | Q(is_shared=True))


class ContactView(models.Model):
    """A name for filters, columns and order of the list of contacts. `query`: what
    stands behind the question mark of its address."""

    name = models.CharField(max_length=60)
    query = models.CharField(max_length=600, blank=True)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    is_shared = models.BooleanField(default=False)

    objects = ContactViewQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                Lower("name"),
                condition=Q(is_shared=True),
                name="contact_view_shared_name_once",
                violation_error_message="Everybody has a view of this name already.",
            ),
            models.UniqueConstraint(
                "owner",
                Lower("name"),
                condition=Q(is_shared=False),
                name="contact_view_own_name_once",
                violation_error_message="You have a view of this name already.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('contacts:list')}?{self.query}"
