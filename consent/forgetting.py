"""What proved an agreement is needed while it stands, and while somebody could still
argue about it. After that it goes: the records stay, and the chain with them."""

from __future__ import annotations

from django.db.models import Exists, Max, OuterRef, QuerySet

from accounts.models import Retention
from accounts.retention import Kept
from consent.models import ConsentEvidence, ConsentRecord, Grant, Suppression

PIECE = 20_000  # records


def forget() -> int:
    """Delete the evidence that is over; how much. Safe to repeat and to stop."""
    gone, end = 0, 0
    rows = _over()
    newest = ConsentEvidence.objects.aggregate(pk=Max("pk"))["pk"] or 0
    while end < newest:
        start, end = end, end + PIECE
        gone += rows.filter(pk__gt=start, pk__lte=end).delete()[0]
    return gone


def _over() -> QuerySet[ConsentEvidence]:
    """Of addresses that agree to nothing any more, and of which nothing was heard for
    as long as evidence is kept."""
    since = Retention.objects.since(Kept.EVIDENCE)
    here = {"address": OuterRef("record__address")}
    since_then = ConsentRecord.objects.filter(**here, recorded_at__gte=since)
    return ConsentEvidence.objects.filter(
        ~Exists(since_then),
        ~Exists(_agreements().filter(**here)),
        record__recorded_at__lt=since,
    )


def _agreements() -> QuerySet[Grant]:
    """Those that no opt-out stands against."""
    kind, brand = OuterRef("subscription_type"), OuterRef("subscription_type__brand")
    noes = Suppression.objects.active().against(kind, brand)
    return Grant.objects.filter(~Exists(noes.filter(address=OuterRef("address"))))
