"""The ways in: what the mail catcher holds, and files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from bounces.models import Report, Source
from bounces.recording import record
from deliveries.mailfiles import mails_of
from deliveries.models import CaughtMail

BATCH = 500


def read_caught() -> int:
    """Record what came back into the mail catcher; how many. Local mode only."""
    done = 0
    while done < BATCH and _read_next():
        done += 1
    return done


@transaction.atomic
def _read_next() -> bool:
    mail = (
        CaughtMail.objects.unread_reports()
        .select_for_update(skip_locked=True)
        .order_by("id")
        .first()
    )
    if mail is None:
        return False
    record(bytes(mail.raw), envelope_to=mail.recipient, source=Source.CATCHER)
    mail.read_at = timezone.now()
    mail.save(update_fields=["read_at"])
    return True


def read_file(path: Path) -> Iterator[Report]:
    """Record the one mail of an .eml file, or every mail of an mbox."""
    for raw in mails_of(path):
        yield record(raw, source=Source.FILE)
