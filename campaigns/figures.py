"""The figures of an email: counted when somebody looks, kept where that takes long.

Counting a million deliveries takes seconds. So beat counts large emails now and then,
stores what it found on the email, and its pages show that with the time of the count.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from typing import Any

from django.utils import timezone

from campaigns import places, report
from campaigns.models import EmailState, MarketingEmail
from deliveries.compared import Difference, difference
from deliveries.room import roomy, snapshot

# Recipients from which on the figures are not counted anew for every look.
LARGE = 100_000


def counted(email: MarketingEmail) -> dict[str, Any]:
    """{group: people} and whatever else a report shows; survives being JSON."""
    return {
        **report.tally(email),
        "machines": report.machine_clicks(email),
        "reasons": [list(row) for row in report.reasons(email, "not_sent")],
        "lost_by": [list(row) for row in report.reasons(email, "lost")],
        "clickers": report.clickers(email),
        "by_hour": report.by_hour(email),
        "on_the_way": report.left_on_the_way(email),
        "by_provider": places.by_provider(email),
        "by_domain": places.by_domain(email),
        "by_language": report.by_language(email),
    }


def kept_since(email: MarketingEmail) -> dt.datetime | None:
    """When the figures shown were counted; None: they are counted now."""
    whole = email.tally.get("intended", 0) >= LARGE and "pending" in email.tally
    return email.tallied_at if whole else None


def of(email: MarketingEmail) -> dict[str, Any]:
    """All figures, of one moment: while it is sent the next differs."""
    if kept_since(email):
        kept: dict[str, Any] = email.tally
        return kept
    with snapshot():
        return counted(email)


def groups(email: MarketingEmail) -> dict[str, int]:
    """{group: people} alone."""
    return email.tally if kept_since(email) else report.tally(email)


def recount() -> int:
    """Count again what may have moved since the last time; how many emails were.

    The new time is written first: no second worker counts the same meanwhile.
    """
    done = 0
    for email in MarketingEmail.objects.to_recount(LARGE):
        same = MarketingEmail.objects.filter(pk=email.pk, tallied_at=email.tallied_at)
        if same.update(tallied_at=timezone.now()):
            with snapshot(), roomy():
                email.tally = counted(email)
            email.save(update_fields=["tally"])
            done += 1
    return done


def differing() -> Iterator[Difference]:
    """Emails that are over, with figures kept that are not those of their mails now."""
    over = MarketingEmail.objects.filter(
        state__in=[EmailState.SENT, EmailState.STOPPED], tallied_at__isnull=False
    )
    for pk in list(over.order_by("pk").values_list("pk", flat=True)):
        email = MarketingEmail.objects.select_related("message").get(pk=pk)
        with snapshot(), roomy():
            now = json.loads(json.dumps(counted(email)))
        if found := difference(pk, f"email {pk}, “{email}”", email.tally, now):
            yield found


def mend(ids: Sequence[int]) -> None:
    """Count these emails anew."""
    for email in MarketingEmail.objects.select_related("message").filter(pk__in=ids):
        email.tallied_at = timezone.now()
        with snapshot(), roomy():
            email.tally = counted(email)
        email.save(update_fields=["tally", "tallied_at"])
