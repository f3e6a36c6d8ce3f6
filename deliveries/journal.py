"""The journal of noes: a folder outside the database that knows what a backup of it
has forgotten.

A restored backup would mail everybody who opted out since it was made, and a copy of
the database on another machine would mail everybody a second time. So sending stops as
soon as the database is not the one that the journal has followed, until the journal was
replayed or somebody takes it upon herself (shared notes: decisions, D34).

Lines of JSON, a file a month. `{"journal", "place"}` begins; `{"place", "said",
"ended"}` are the noes up to a place of the feed of the ledger, each as [HMAC of the
address in hex, reason, brand, type, its number, moment, end of a pause]. No address
stands in it. `tail.json` says how far the lines are whole, and is replaced once they
are.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from consent.models import ConsentChange, OtherHistory, Place, Suppression
from deliveries.models import Hold, HoldCause, Journal

TAIL = "tail.json"
PIECE = 1_000
# one writer at a time, and whoever asks while it begins anew waits
LOCK = "SELECT pg_advisory_xact_lock(hashtext('deliveries.journal'))"
STOPPED = (
    "This database was restored or copied: the opt-out journal has followed another"
    " one, or is not here. Run “manage.py replay_journal”, or let sending go on without"
    " it if nobody can have opted out meanwhile."
)

No = tuple[str, str, int | None, int | None, int, str, str | None]


@dataclass(frozen=True, slots=True)
class Tail:
    """How far a journal is whole: up to `place`, the first `size` octets of `file`."""

    journal: str
    place: str
    file: str
    size: int


def folder() -> Path | None:
    """Where it is kept; None where none is."""
    return Path(settings.JOURNAL_DIR) if settings.JOURNAL_DIR else None


@transaction.atomic
def write() -> int:
    """Write down the noes said and ended since; how many. Nothing while the database is
    not the one that the journal follows."""
    if folder() is None:
        return 0
    tail = _tail_of_ours()
    if tail is None:
        return 0
    count, read = 0, Place.read(tail.place)
    while behind := ConsentChange.objects.behind(read, PIECE):
        read = behind[-1].place
        line = _line([one.record for one in behind])
        count += len(line["said"]) + len(line["ended"])
        tail = _append(tail, line | {"place": str(read)})
    return count


def check() -> None:
    """Stop all sending where the database is another one than before."""
    if folder() is None or _follows(Journal.objects.first(), _tail()):
        return
    with transaction.atomic():
        _tail_of_ours()


def _tail_of_ours() -> Tail | None:
    """The end of the journal of this database, begun where there is none yet or
    somebody has let sending go on; None, and sending is stopped, where it is not it."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
    row, tail = Journal.objects.select_related("hold").first(), _tail()
    if _follows(row, tail):
        return tail
    if (row is None and tail is None) or (row and row.hold and row.hold.lifted_at):
        return begin()
    if row is None or row.hold is None:
        hold = Hold.objects.stop_itself(STOPPED, {}, cause=HoldCause.JOURNAL)
        Journal.objects.update_or_create(id=1, defaults={"hold": hold})
    return None


def _follows(row: Journal | None, tail: Tail | None) -> bool:
    if row is None or tail is None or row.hold_id or tail.journal != str(row.key):
        return False
    try:
        ConsentChange.objects.behind(Place.read(tail.place), 0)
    except OtherHistory:
        return False
    return True


def begin() -> Tail:
    """Follow this database from now on, behind whatever stands in the journal."""
    row, _ = Journal.objects.update_or_create(
        id=1, defaults={"key": uuid.uuid4(), "hold": None}
    )
    place = str(ConsentChange.objects.here())
    tail = _tail() or Tail("", "", _file_name(), 0)
    first = {"journal": str(row.key), "place": place}
    return _append(tail, first, journal=str(row.key))


def _line(records: list[int]) -> dict[str, list[No]]:
    """What these records of the ledger began and ended."""
    noes = Suppression.objects.told_by(records).select_related("address")
    numbers = set(records)
    return {
        "said": [_no(one) for one in noes if one.record_id in numbers],
        "ended": [_no(one) for one in noes if one.lifted_record_id in numbers],
    }


def _no(one: Suppression) -> No:
    return (
        bytes(one.address.key_hmac).hex(),
        one.reason,
        one.brand_id,
        one.subscription_type_id,
        one.pk,
        one.occurred_at.isoformat(),
        one.until.isoformat() if one.until else None,
    )


# -- files -------------------------------------------------------------------------


def lines() -> Iterator[dict[str, Any]]:
    """Every whole line of the journal, oldest first."""
    where, tail = folder(), _tail()
    if where is None or tail is None:
        return
    for path in sorted(where.glob("*.jsonl")):
        size = tail.size if path.name == tail.file else path.stat().st_size
        with path.open("rb") as file:
            while file.tell() < size:
                yield json.loads(file.readline())


def _tail() -> Tail | None:
    where = folder()
    if where is None or not (where / TAIL).exists():
        return None
    return Tail(**json.loads((where / TAIL).read_text()))


def _file_name() -> str:
    return f"{timezone.now():%Y-%m}.jsonl"


def _append(tail: Tail, line: dict[str, Any], journal: str = "") -> Tail:
    """`line` behind the whole ones, on the disk before anybody is told that it is."""
    where = folder() or Path()
    where.mkdir(parents=True, exist_ok=True)
    name = _file_name()
    path = where / name
    path.touch()
    with path.open("r+b") as file:
        # what a crash left half written, or wrote and did not tell, is written anew
        file.truncate(tail.size if name == tail.file else 0)
        file.seek(0, os.SEEK_END)
        file.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
        size = file.tell()
    written = Tail(journal or tail.journal, line["place"], name, size)
    beside = where / f"{TAIL}.new"
    with beside.open("w") as new:
        json.dump(asdict(written), new)
        new.flush()
        os.fsync(new.fileno())
    beside.replace(where / TAIL)
    return written
