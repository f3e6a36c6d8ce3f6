"""Domains that could not be found: asked for by ourselves before anybody is blocked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import models
from django.db.models import Q
from django.utils import timezone

from deliveries.models import Hold, HoldCause, HoldKind
from deliveries.providers import OTHER, provider_of

EVERY = dt.timedelta(hours=24)
ENOUGH = 3  # failures in a row, so over 72 hours
LONGEST = dt.timedelta(days=7)  # without an answer of the DNS
REASON = "The domain could not be found: the DNS is asked for three days."


class DomainCheckQuerySet(models.QuerySet["DomainCheck"]):
    def watch(self, domains: Iterable[str]) -> list[str]:
        """Begin to look after these; those that are looked after go on as they do.
        Those to which mail has to wait meanwhile, see `hold`: the great providers come
        back."""
        names = sorted(set(domains))
        self.bulk_create([self.model(domain=n) for n in names], ignore_conflicts=True)
        return [name for name in names if provider_of(name) == OTHER]

    def hold(self, domain: str) -> None:
        """Mail to it waits while the DNS is asked."""
        what = {"kind": HoldKind.DOMAIN, "value": domain}
        Hold.objects.stop(None, REASON, cause=HoldCause.DNS, **what)

    def due(self) -> DomainCheckQuerySet:
        """Never asked yet, or a day ago."""
        first = Q(asked_at=None)
        return self.filter(first | Q(asked_at__lte=timezone.now() - EVERY))


class DomainCheck(models.Model):
    """One domain that a bounce said is not there; gone when that is decided."""

    domain = models.CharField(max_length=255, unique=True)
    began_at = models.DateTimeField(default=timezone.now)
    # the first question finds out whether the other server was wrong, and counts not
    asked_at = models.DateTimeField(null=True, db_index=True)
    failures = models.PositiveSmallIntegerField(default=0)

    objects = DomainCheckQuerySet.as_manager()

    def __str__(self) -> str:
        return self.domain

    @property
    def is_given_up(self) -> bool:
        """The DNS did not answer at all for so long that nothing can be concluded."""
        return timezone.now() - self.began_at > LONGEST

    def close(self, words: str) -> None:
        """It is decided: mail to the domain goes on or is refused, and waits for the
        DNS no more. Inside a transaction."""
        self.delete()
        holds = Hold.objects.active().filter(cause=HoldCause.DNS, value=self.domain)
        for hold in holds:
            hold.lift(None, words)
