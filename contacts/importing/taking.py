"""Taking the staged people in, piece by piece.

A piece is one transaction of at most BATCH_SIZE addresses, with the resume point and
the counts in it: a worker killed at any moment repeats nothing and skips nothing.
"""

from __future__ import annotations

from collections import Counter

from django.db import transaction

from accounts.models import Job
from contacts.importing import people, permission
from contacts.importing.pieces import Piece, among, next_piece
from contacts.models import Contact, ContactImport, ImportState


@transaction.atomic
def take(found: ContactImport, job: Job) -> bool:
    """Take in the next piece; False when there is none, or somebody stopped the job."""
    locked = ContactImport.objects.select_for_update().get(pk=found.pk)
    piece = next_piece(locked) if locked.state == ImportState.RUNNING else None
    if piece is None:
        return False
    locked.counts = dict(Counter(locked.counts) + _take_in(piece))
    locked.position = piece.upto
    locked.save(update_fields=["counts", "position"])
    return job.report(min(piece.upto, job.total or piece.upto))


def _take_in(piece: Piece) -> Counter[str]:
    kept_out = permission.kept_out(piece)
    counts = Counter(kept_out=len(kept_out))
    if piece.known:
        counts["updated"] = people.update(piece)
        counts["unchanged"] = piece.known - counts["updated"]
        people.roll_up(piece)
        people.note_bounce_reasons(piece)
        people.remember(piece)
    counts["new"] = people.insert(piece)
    people.bring_balances(piece)
    counts.update(permission.say_no(piece))
    if kept_out:
        Contact.objects.filter(among(kept_out)).adopt_bounces()
    counts.update(permission.say_yes(piece))
    return counts
