"""Leaving somebody blocked whom the rules of today would not block.

A person who looked at what the server said may know better. The decision takes the
block out of the rescue report until the words mean something else again, and can be
taken back.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from accounts.models import AuditEntry, User
from bounces import rescue
from bounces.models import Kept
from consent.models import BATCH_SIZE, Address


@transaction.atomic
def keep(user: User, blocks: Collection[int]) -> int:
    """Leave those of these blocks, by their numbers, that are in the report; how
    many. NotUnbounced when `user` may not decide it."""
    rescue.refuse_others(user)
    asked = rescue.candidates().filter(pk__in=blocks)
    ids = list(asked.order_by("pk").values_list("address_id", flat=True)[:BATCH_SIZE])
    Address.objects.lock(ids)
    rows = rescue.rows_of(asked.filter(address__in=ids).select_related("address"))
    now = timezone.now()
    before = Kept.objects.filter(block__in=[one.block.pk for one in rows])
    before.filter(ended_at=None).update(ended_at=now, ended_by=user)
    Kept.objects.bulk_create(
        Kept(block=one.block, category=one.bounce.category, user=user) for one in rows
    )
    if rows:
        AuditEntry.objects.record(
            user,
            "kept people blocked who were judged anew",
            subject=str(rows[0].block.address) if len(rows) == 1 else "",
            detail={"kept": len(rows)},
        )
    return len(rows)


@transaction.atomic
def take_back(kept: Kept, user: User) -> bool:
    """Put the address into the report again, with all its blocks; False when somebody
    had done so before."""
    rescue.refuse_others(user)
    Address.objects.lock([kept.block.address_id])
    mine = Kept.objects.filter(block__address=kept.block.address_id, ended_at=None)
    if not mine.filter(pk=kept.pk).exists():
        return False
    mine.update(ended_at=timezone.now(), ended_by=user)
    AuditEntry.objects.record(
        user,
        "put somebody who was kept blocked back into the report",
        subject=str(kept.block.address),
    )
    return True
