"""Ways in: what the mail catcher holds, files, uploads, and what waits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone

from bounces.models import Report, Source
from bounces.recording import Incoming, record, record_many, rejudge, waiting
from deliveries.mailfiles import mails_in, mails_of
from deliveries.models import CaughtMail

BATCH = 200


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
    """Record the one mail of an .eml file, or every mail of an mbox or a Maildir."""
    for some in batched(mails_of(path), BATCH):
        yield from record_many(Incoming(raw, Source.FILE) for raw in some)


def batched(items: Iterator[bytes], size: int) -> Iterator[list[bytes]]:
    while some := list(islice(items, size)):
        yield some


def read_upload(files: Iterable[BinaryIO]) -> list[Report]:
    """Record what somebody uploaded: .eml and mbox files, open for reading."""
    return [
        report
        for file in files
        for some in batched(mails_in(file), BATCH)
        for report in record_many(Incoming(raw, Source.UPLOAD) for raw in some)
    ]


def rejudge_waiting() -> int:
    """Read all that waits once more by the rules of today; how many are settled."""
    return sum(rejudge(report) for report in waiting())
