"""Domains that could not be found: asked for by ourselves before anybody is blocked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import models
from django.utils import timezone

EVERY = dt.timedelta(hours=24)
ENOUGH = 3  # failures in a row, so over 72 hours


class DomainCheckQuerySet(models.QuerySet["DomainCheck"]):
    def watch(self, domains: Iterable[str]) -> None:
        """Begin to look after these; those that are looked after go on as they do."""
        rows = [DomainCheck(domain=domain) for domain in sorted(set(domains))]
        self.bulk_create(rows, ignore_conflicts=True)

    def due(self) -> DomainCheckQuerySet:
        return self.filter(last_at__lte=timezone.now() - EVERY)


class DomainCheck(models.Model):
    """One domain that a bounce said is not there; gone when that is decided."""

    domain = models.CharField(max_length=255, unique=True)
    began_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now, db_index=True)
    failures = models.PositiveSmallIntegerField(default=0)

    objects = DomainCheckQuerySet.as_manager()

    def __str__(self) -> str:
        return self.domain
