"""Why somebody got an email, or did not: her way through it from the segments on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.urls import reverse

from campaigns.audience import aims
from campaigns.models import MarketingEmail
from campaigns.people import row
from campaigns.report import deliveries_of, reason_label
from deliveries import trace
from deliveries.models import Delivery
from segments.members import SegmentMember


@dataclass(frozen=True, slots=True)
class Stay:
    """A segment of the email that she was in when its people were chosen."""

    name: str
    url: str
    # of the rules of the segment; None where it was not noted
    version: int | None
    is_left_out: bool


def find(email: MarketingEmail, delivery: int) -> Delivery:
    """One mail of the email with what its trace needs, or 404."""
    rows = deliveries_of(email).select_related(
        "message__subscription_type",
        "contact",
        "address",
        "consent__text",
        "rule_set",
    )
    return get_object_or_404(rows, pk=delivery)


def told(email: MarketingEmail, mail: Delivery) -> dict[str, Any]:
    """The context of the trace."""
    return {
        "mail": mail,
        "row": row(mail),
        "stays": stays(email, mail),
        "is_named": mail.contact_id in email.named(),
        "asked_at": trace.asked_at(mail),
        "checks": trace.checks(mail, reason_label),
        "proof": trace.allowed_by(mail),
        "attempts": trace.attempts(mail),
        "signs": list(trace.signs(mail)),
        "category": reason_label(mail.bounce_category) if mail.bounce_category else "",
    }


def stays(email: MarketingEmail, mail: Delivery) -> list[Stay]:
    """The segments that put her among the people of the email, or out of them."""
    chosen = {
        one["segment"]: one for one in email.funnel.get("aimed") or _aimed_now(email)
    }
    hers = SegmentMember.objects.filter(
        Q(left_at=None) | Q(left_at__gt=mail.queued_at),
        segment__in=chosen,
        contact=mail.contact_id,
        joined_at__lte=mail.queued_at,
    )
    inside = set(hers.values_list("segment_id", flat=True))
    return [
        Stay(
            one["name"],
            reverse("segments:detail", args=[pk]),
            one["version"],
            one["is_left_out"],
        )
        for pk, one in chosen.items()
        if pk in inside
    ]


def _aimed_now(email: MarketingEmail) -> list[dict[str, Any]]:
    """For emails of before this was noted: without the versions, which may be newer."""
    return [{**one, "version": None} for one in aims(email)]
