"""The properties that people of this account add to contacts."""

from __future__ import annotations

from typing import ClassVar

from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, User
from contacts.properties import Kind


class PropertyDefinition(models.Model):
    """One custom property of contacts; its id is the key in `Contact.properties`."""

    name = models.SlugField(max_length=60, unique=True)
    label = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind)
    choices = models.JSONField(default=list, blank=True)
    description = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["label"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=Kind.values), name="property_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("contacts:property_edit", args=[self.pk])

    @property
    def key(self) -> str:
        return str(self.pk)

    @transaction.atomic
    def archive(self, user: User) -> bool:
        """Out of forms and lists; what contacts have stays. False: it was already."""
        in_use = PropertyDefinition.objects.filter(pk=self.pk, archived_at=None)
        if not in_use.update(archived_at=timezone.now()):
            return False
        self.note(user, "archived a property")
        return True

    @transaction.atomic
    def restore(self, user: User) -> bool:
        archived = PropertyDefinition.objects.filter(pk=self.pk)
        if not archived.exclude(archived_at=None).update(archived_at=None):
            return False
        self.note(user, "brought a property back")
        return True

    def note(self, user: User, verb: str) -> None:
        AuditEntry.objects.record(
            user, verb, subject=self.label, url=self.get_absolute_url()
        )
