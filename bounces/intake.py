"""Ways in: what the mail catcher holds, files, and what waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from bounces.models import Outcome, Report, Source
from bounces.recording import Incoming, record, record_many, rejudge, waiting
from deliveries.mailfiles import mails_of
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


def tally(reports: Iterable[Report]) -> Counter[str]:
    """How many were made what of; one that is on file already is known, whatever was
    made of it then."""
    counts: Counter[str] = Counter()
    seen: set[int] = set()
    for report in reports:
        is_new = not report.was_known and report.pk not in seen
        counts[report.outcome if is_new else Outcome.KNOWN.value] += 1
        seen.add(report.pk)
    return counts


def rejudge_waiting() -> int:
    """Read all that waits once more by the rules of today; how many are settled."""
    return sum(rejudge(report) for report in waiting())
