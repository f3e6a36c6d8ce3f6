"""Requests to unsubscribe that come as mail (RFC 2369, List-Unsubscribe: mailto).

The token in the address they are sent to is all that counts: who sent them and what
they say can be anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message

from django.db import transaction
from django.utils import timezone

from consent.vocabulary import Evidence, Mechanism
from deliveries.models import UNSUBSCRIBE_PREFIX, CaughtMail
from deliveries.tokens import BadToken, Purpose, read
from optouts.leaving import Leaver

BATCH = 500
HEAD = 64 * 1024  # the header is in it, or it is no mail
# where a mail server writes whom a mail was for
PLACES = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
_TOKEN = re.compile(
    rf"(?<![a-z0-9._-]){UNSUBSCRIBE_PREFIX}([a-z0-9]+-[a-z2-7]+)@", re.IGNORECASE
)


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
    head = message_from_bytes(raw[:HEAD])
    leaver = next(_leavers(head, envelope_to), None)
    if leaver is None:
        return False
    evidence = Evidence(
        raw_address=leaver.address.key or "",
        detail={"path": "mail", "from": str(head["From"] or "")[:320]},
    )
    leaver.opt_out(Mechanism.UNSUBSCRIBE_MAIL, evidence)
    return True


def _leavers(head: Message, envelope_to: str) -> Iterator[Leaver]:
    named = [str(value) for place in PLACES for value in head.get_all(place, [])]
    for text in (envelope_to, *named):
        for token in _TOKEN.findall(text):
            try:
                leaver = Leaver.of(read(token, Purpose.UNSUBSCRIBE))
            except BadToken:
                continue
            if leaver:
                yield leaver
