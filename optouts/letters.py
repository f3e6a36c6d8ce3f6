"""Requests to unsubscribe that come as mail (RFC 2369, List-Unsubscribe: mailto).

The token in the address they are sent to is all that counts: who sent them and what
they say can be anything.
"""

from __future__ import annotations

from email import message_from_bytes

from django.db import transaction
from django.utils import timezone

from consent.vocabulary import Evidence, Mechanism
from deliveries.arrivals import HEAD, tokens_to
from deliveries.models import UNSUBSCRIBE_PREFIX, CaughtMail
from deliveries.tokens import Purpose
from optouts.leaving import Leaver

BATCH = 500


def read_caught() -> int:
    """Opt out whoever asked the mail catcher for it; how many. Local mode only."""
    done = 0
    while done < BATCH and _read_next():
        done += 1
    return done


@transaction.atomic
def _read_next() -> bool:
    mail = (
        CaughtMail.objects.unread_unsubscribes()
        .select_for_update(skip_locked=True)
        .order_by("id")
        .first()
    )
    if mail is None:
        return False
    take(bytes(mail.raw), envelope_to=mail.recipient)
    mail.read_at = timezone.now()
    mail.save(update_fields=["read_at"])
    return True


def take(raw: bytes, *, envelope_to: str = "") -> bool:
    """Opt out the person whose token it was sent to; False where there is none.

    Safe to repeat.
    """
    purpose = Purpose.UNSUBSCRIBE
    tokens = tokens_to(UNSUBSCRIBE_PREFIX, purpose, raw=raw, envelope_to=envelope_to)
    leaver = next(filter(None, map(Leaver.of, tokens)), None)
    if leaver is None:
        return False
    head = message_from_bytes(raw[:HEAD])
    evidence = Evidence(
        raw_address=leaver.address.key or "",
        detail={"path": "mail", "from": str(head["From"] or "")[:320]},
    )
    leaver.opt_out(Mechanism.UNSUBSCRIBE_MAIL, evidence)
    return True
