"""Seals of the ledger: what it held, in a form that nobody makes without the key."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from typing import ClassVar

from django.conf import settings
from django.db import OperationalError, connection, models, transaction
from django.db.models import F, Q
from django.utils import timezone


class SealQuerySet(models.QuerySet["Seal"]):
    def seal(self) -> Seal | None:
        """Seal the records since the last seal. None when there are none, or when
        somebody writes right now: then the next time does it."""
        last = self.order_by("after").last()
        after = last.upto if last else 0
        try:
            upto = _written_upto()
        except OperationalError:
            return None
        if upto <= after:
            return None
        count, digest = _held(after, upto)
        made = Seal(after=after, upto=upto, count=count, digest=digest)
        fields = {"upto": upto, "count": count, "digest": digest}
        mac = made.mac_behind(last)
        return self.get_or_create(after=after, defaults=fields | {"mac": mac})[0]

    def broken(self) -> Iterator[Seal]:
        """Those whose records, or whose place behind the seal before, do not hold."""
        before: Seal | None = None
        for one in self.order_by("after"):
            held = (one.count, bytes(one.digest)) == _held(one.after, one.upto)
            if not (held and hmac.compare_digest(one.mac_behind(before), one.mac)):
                yield one
            before = one


@transaction.atomic
def _written_upto() -> int:
    """The newest record, and none below it is still to be committed: whoever is
    writing is waited for, and whoever begins waits for that moment."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '500ms'")
        cursor.execute("LOCK TABLE consent_consentrecord IN SHARE MODE")
        cursor.execute("SELECT coalesce(max(id), 0) FROM consent_consentrecord")
        return int(cursor.fetchone()[0])


def _held(after: int, upto: int) -> tuple[int, bytes]:
    """How many records there are behind `after` up to `upto`, and one digest of all
    their hashes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), sha256(coalesce(string_agg(hash, ''::bytea ORDER BY id),"
            " ''::bytea)) FROM consent_consentrecord WHERE id > %s AND id <= %s",
            [after, upto],
        )
        count, digest = cursor.fetchone()
    return count, bytes(digest)


class Seal(models.Model):
    """The records behind `after` up to `upto`; chained to the seal before, and never
    changed (trigger).

    The chain of an address finds what was changed by hand. Whoever also rewrites the
    chain cannot rewrite the seal: `mac` needs a key that is not in the database.
    """

    after = models.BigIntegerField(unique=True)
    upto = models.BigIntegerField()
    count = models.BigIntegerField()
    digest = models.BinaryField()
    mac = models.BinaryField()
    at = models.DateTimeField(default=timezone.now)

    objects = SealQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(upto__gt=F("after")), name="seal_covers_something"
            ),
        ]

    def __str__(self) -> str:
        return f"Seal up to record {self.upto}"

    def mac_behind(self, before: Seal | None) -> bytes:
        """HMAC-SHA-256 over what is sealed and the seal before."""
        told = f"{self.after}:{self.upto}:{self.count}:".encode()
        content = bytes(before.mac if before else b"") + told + bytes(self.digest)
        return hmac.digest(settings.LEDGER_KEY.encode(), content, hashlib.sha256)
