"""How reading the suppression lists of providers went last."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class ProviderListQuerySet(models.QuerySet["ProviderList"]):
    def done(self, name: str, *, listed: int, added: int) -> ProviderList:
        found = {"listed": listed, "added": added, "problem": ""}
        return self._note(name, read_at=timezone.now(), **found)

    def failed(self, name: str, problem: str) -> ProviderList:
        """What was read before stays what it was."""
        return self._note(name, problem=problem[:300])

    def _note(self, name: str, **found: object) -> ProviderList:
        now = {**found, "tried_at": timezone.now()}
        return self.update_or_create(name=name[:200], defaults=now)[0]


class ProviderList(models.Model):
    """One suppression list of a provider, as it was read last."""

    name = models.CharField(max_length=200, unique=True)
    tried_at = models.DateTimeField()
    # when all of it was read; what is new since the time before
    read_at = models.DateTimeField(null=True)
    listed = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    # why it was not read at the last try
    problem = models.CharField(max_length=300, blank=True)

    objects = ProviderListQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name
