"""Ways to look at a list that somebody wants to find again."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from accounts.models import User


class Page(models.TextChoices):
    """The lists of which views are kept, each by the name of its address."""

    CONTACTS = "contacts:list", _("Contacts")
    BOUNCES = "bounces:list", _("Bounce audit")


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def seen_by(self, user: User, page: str) -> SavedViewQuerySet:
        """Her own of this list, and those that are for everybody."""
        mine = Q(owner=user) | Q(is_shared=True)
        return self.filter(mine, page=page).select_related("owner")


class SavedView(models.Model):
    """A name for the filters, columns and order of a list. `query`: what stands behind
    the question mark of its address."""

    page = models.CharField(max_length=20, choices=Page)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=600, blank=True)
    owner = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="+"
    )
    is_shared = models.BooleanField(default=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(page__in=Page.values), name="saved_view_is_of_a_known_list"
            ),
            models.UniqueConstraint(
                "page",
                Lower("name"),
                condition=Q(is_shared=True),
                name="saved_view_shared_name_once",
                violation_error_message=_("Everybody has a view of this name already."),
            ),
            models.UniqueConstraint(
                "owner",
                "page",
                Lower("name"),
                condition=Q(is_shared=False),
                name="saved_view_own_name_once",
                violation_error_message=_("You have a view of this name already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse(self.page)}?{self.query}"
