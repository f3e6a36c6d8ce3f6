"""The long work of an opt-out import: counting, opting out, undoing.

Each works in pieces and writes its resume point in the transaction of the piece, so
that a worker killed at any moment repeats nothing and loses nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Job
from consent.models import BATCH_SIZE, Address, Batch, Suppression
from consent.tables import BadTable
from consent.vocabulary import (
    OPT_OUT_REASONS,
    Act,
    Action,
    Actor,
    Mechanism,
    Reason,
)
from optouts import reading
from optouts.models import JobKind, OptOutImport

# A list of millions may outlive the time limit of a task more than once.
MAX_ATTEMPTS = 20
COUNTED_AT_ONCE = 50_000


def work(job_id: int) -> None:
    """Do the job unless another worker has it; safe to call at any time."""
    job = Job.objects.claim(job_id)
    if job is None:
        return
    imported = OptOutImport.objects.of(job)
    if imported is None:
        job.fail("The upload was deleted before it was used. Upload the file again.")
    elif job.attempts > MAX_ATTEMPTS:
        job.fail(
            f"This stopped {MAX_ATTEMPTS} times; the log of the worker says why."
            " What was done so far stays in force."
        )
    else:
        _do(imported, job)


def _do(imported: OptOutImport, job: Job) -> None:
    try:
        WORK[JobKind(job.kind)](imported, job)
    except BadTable as problem:
        job.fail(str(problem))
    except FileNotFoundError:
        job.fail("The uploaded file is gone. Upload it again.")


def count(imported: OptOutImport, job: Job) -> None:
    """What the import would do, exactly, at this moment; nothing is changed by it."""
    tally = reading.Tally()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS optouts_counting")
        cursor.execute("CREATE TEMPORARY TABLE optouts_counting (key text)")
    if not _load(imported, job, tally):
        return
    found = _compared(imported)
    problem = tally.refusal(imported.column_name)
    OptOutImport.objects.filter(pk=imported.pk, count_job=job, batch=None).update(
        counted_at=timezone.now(),
        problem=problem,
        rows=tally.rows,
        invalid=tally.invalid,
        **found,
    )
    job.finish(rows=tally.rows)


def _load(imported: OptOutImport, job: Job, tally: reading.Tally) -> bool:
    """The keys of the whole file into the temporary table, `tally` beside it.

    False when somebody stopped the job meanwhile.
    """
    with imported.opened() as file, connection.cursor() as cursor:
        cells = reading.cells(file, imported.shape, imported.column)
        while some := list(islice(cells, COUNTED_AT_ONCE)):
            with cursor.copy("COPY optouts_counting (key) FROM STDIN") as copy:
                for cell in some:
                    tally.add(cell)
                    if cell.parsed:
                        copy.write_row((cell.parsed.key,))
            if not job.report(tally.rows):
                return False
    return True


def _compared(imported: OptOutImport) -> dict[str, int]:
    """The distinct addresses of the temporary table against what we know."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE optouts_counted AS"
            " SELECT DISTINCT key FROM optouts_counting"
        )
        cursor.execute("DROP TABLE optouts_counting")
        cursor.execute("ANALYZE optouts_counted")
        cursor.execute(_COMPARE, _asked(imported))
        addresses, new_contacts, already, waiting, contacts = cursor.fetchone()
        cursor.execute("DROP TABLE optouts_counted")
    return {
        "addresses": addresses,
        "new_contacts": new_contacts,
        "already": already,
        "new_others": addresses - new_contacts - already,
        "waiting_mails": waiting,
        "all_contacts": contacts,
    }


# An active no that covers the scope of the import, for the address `people.id`.
_ALREADY = """
EXISTS (
    SELECT FROM consent_suppression s
    WHERE s.address_id = people.id AND s.lifted_at IS NULL
        AND s.reason = ANY(%(reasons)s)
        AND (s.scope = 'everything' OR s.scope = 'brand' AND s.brand_id = %(brand)s)
)
"""
_COMPARE = f"""
WITH people AS (
    SELECT a.id FROM optouts_counted k JOIN consent_address a ON a.key = k.key
), judged AS (
    SELECT {_ALREADY} AS already,
        EXISTS (SELECT FROM contacts_contact c WHERE c.address_id = people.id)
            AS is_contact
    FROM people
)
SELECT
    (SELECT count(*) FROM optouts_counted),
    count(*) FILTER (WHERE is_contact AND NOT already),
    count(*) FILTER (WHERE already),
    (SELECT count(*) FROM deliveries_delivery d
        JOIN deliveries_message m ON m.id = d.message_id
        WHERE d.state = 'queued' AND d.address_id IN (SELECT id FROM people)
            AND (%(brand)s::bigint IS NULL OR m.brand_id = %(brand)s)),
    (SELECT count(*) FROM contacts_contact)
FROM judged
"""  # noqa: S608  put together from the constant above


def _asked(imported: OptOutImport) -> dict[str, Any]:
    return {
        "brand": imported.brand_id,
        "reasons": [reason.value for reason in OPT_OUT_REASONS],
    }


def run(imported: OptOutImport, job: Job) -> None:
    """Opt out everybody on the list, in committed pieces, until somebody stops it."""
    counts = Counter(job.resume.get("counts", {}))
    with imported.opened() as file:
        for piece in reading.pieces(
            file,
            imported.shape,
            imported.column,
            after=job.resume.get("row", 0),
            size=BATCH_SIZE,
        ):
            with transaction.atomic():
                counts.update(_opt_out(imported, piece, _act(imported, job)))
                counts["rows"] += piece.rows
                done = counts["rows"]
                if not job.report(done, row=piece.last, counts=dict(counts)):
                    transaction.set_rollback(True)  # what is not told is not done
                    return
    job.finish(**counts)


def _opt_out(imported: OptOutImport, piece: reading.Piece, act: Act) -> dict[str, int]:
    """One piece: who is newly opted out, and who was already; none counted twice."""
    ids = list(Address.objects.ensure(piece.addresses.values()).values())
    Address.objects.lock(ids)
    contacts, already = _known(imported, ids)
    fresh = Suppression.objects.suppress(
        ids, Reason.IMPORTED_OPT_OUT, act, brand=imported.brand
    )
    newly = fresh - already
    return {
        "new_contacts": len(newly & contacts),
        "new_others": len(newly - contacts),
        "already": len(fresh & already),
    }


def _known(imported: OptOutImport, ids: list[int]) -> tuple[set[int], set[int]]:
    """Of these addresses: those of contacts, and those opted out already."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT id, {_ALREADY},
                EXISTS (SELECT FROM contacts_contact c WHERE c.address_id = people.id)
            FROM unnest(%(ids)s::bigint[]) AS people(id)
            """,  # noqa: S608  put together from the constant above
            {**_asked(imported), "ids": ids},
        )
        judged = cursor.fetchall()
    contacts = {address for address, _, is_contact in judged if is_contact}
    return contacts, {address for address, already, _ in judged if already}


def _act(imported: OptOutImport, job: Job) -> Act:
    return Act(
        action=Action.WITHDRAWN,
        mechanism=Mechanism.OPT_OUT_IMPORT,
        actor=Actor.IMPORT,
        user_id=job.owner_id,
        batch_id=imported.batch_id,
        source={
            "file": imported.file_name,
            "sha256": imported.sha256,
            "import": imported.pk,
        },
    )


def undo(imported: OptOutImport, job: Job) -> None:
    """Take back what the import did, but for those who acted themselves since."""
    counts = Counter(job.resume.get("counts", {}))
    batch = Batch.objects.get(optoutimport=imported)
    pieces = batch.undo_pieces(job.resume.get("after", 0))
    while True:
        with transaction.atomic():
            piece = next(pieces, None)
            if piece is None:
                break
            counts.update(lifted=piece.lifted, kept=piece.kept)
            if not job.report(counts.total(), after=piece.after, counts=dict(counts)):
                transaction.set_rollback(True)
                return
    job.finish(**counts)


WORK: dict[JobKind, Callable[[OptOutImport, Job], None]] = {
    JobKind.COUNT: count,
    JobKind.RUN: run,
    JobKind.UNDO: undo,
}
