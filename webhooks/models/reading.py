"""From what happens to what is to be sent: read behind the feed, row by row never.

Consent, opt-outs and what bounces did to an address stand in the ledger, whose feed
loses nothing (`consent.models.changes`): how far it was read is moved on in the same
transaction that makes the notices. A single bounce is not in the ledger: a trigger
notes it with the change, and the note is deleted with the notices it became.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models, transaction

from consent.models import ConsentChange, OtherHistory, Place
from consent.models.address import as_array
from webhooks.models.endpoint import Endpoint
from webhooks.vocabulary import OF_ACTION, OF_MECHANISM, EventType

RECORDS = 5_000
NOTES = 100

_TELL_RECORDS = """
INSERT INTO webhooks_notice (endpoint_id, kind, record_id, address_id)
SELECT e.id, k.kind, r.id, r.address_id
FROM unnest(%(records)s::bigint[]) WITH ORDINALITY AS t (id, place)
JOIN consent_consentrecord r USING (id)
CROSS JOIN LATERAL (SELECT coalesce(
    (%(special)s::jsonb) ->> concat_ws(' ', r.action, r.mechanism),
    (%(usual)s::jsonb) ->> r.action
) AS kind) k
JOIN webhooks_endpoint e ON k.kind = ANY (e.events)
WHERE e.removed_at IS NULL AND e.created_at <= r.recorded_at
ORDER BY t.place, e.id
ON CONFLICT DO NOTHING
"""
_TELL_BOUNCES = """
WITH noted AS (
    DELETE FROM webhooks_bouncenote WHERE id IN (
        SELECT id FROM webhooks_bouncenote ORDER BY id LIMIT %(count)s
        FOR UPDATE SKIP LOCKED
    ) RETURNING bounces
), told AS (
    INSERT INTO webhooks_notice (endpoint_id, kind, bounce_id, address_id)
    SELECT e.id, %(kind)s, b.id, b.address_id
    FROM noted CROSS JOIN LATERAL unnest(noted.bounces) AS n (id)
    JOIN bounces_bounce b ON b.id = n.id
    JOIN webhooks_endpoint e ON %(kind)s = ANY (e.events)
    WHERE e.removed_at IS NULL
    ORDER BY b.id, e.id
    ON CONFLICT DO NOTHING
)
SELECT count(*) FROM noted
"""


class BounceNote(models.Model):
    """Bounces that one statement stored while somebody wanted to be told of bounces;
    made by a trigger of theirs."""

    bounces = ArrayField(models.BigIntegerField())

    def __str__(self) -> str:
        return f"{len(self.bounces)} bounces"


class ReadingQuerySet(models.QuerySet["Reading"]):
    @transaction.atomic
    def begin(self) -> None:
        """The first endpoint is told what happens from now on, not what was."""
        self.get_or_create(pk=1)
        if not Endpoint.objects.current().exists():
            here = ConsentChange.objects.here()
            self.select_for_update().filter(pk=1).update(place=str(here))

    def read_on(self) -> None:
        """All that there is to be told now; some thousands with each commit."""
        if Endpoint.objects.current().exists():
            while self._read_records() == RECORDS:
                pass
            while _read_bounces() == NOTES:
                pass

    @transaction.atomic
    def _read_records(self) -> int:
        """How many were read; 0 while another worker reads."""
        reading = self.select_for_update(skip_locked=True).filter(pk=1).first()
        if reading is None:
            return 0
        try:
            place = Place.read(reading.place)
            read = ConsentChange.objects.behind(place, RECORDS)
        except OtherHistory:
            reading.begin_anew()
            return 0
        if read:
            _tell([one.record for one in read])
            reading.move(read[-1].place)
        return len(read)


def _tell(records: Sequence[int]) -> None:
    special = {" ".join(pair): kind for pair, kind in OF_MECHANISM.items()}
    known = {"special": json.dumps(special), "usual": json.dumps(OF_ACTION)}
    with connection.cursor() as cursor:
        cursor.execute(_TELL_RECORDS, {"records": as_array(records)} | known)


def _read_bounces() -> int:
    """How many notes became notices."""
    with connection.cursor() as cursor:
        cursor.execute(_TELL_BOUNCES, {"count": NOTES, "kind": EventType.BOUNCED.value})
        return int(cursor.fetchone()[0])


class Reading(models.Model):
    """How far the feed of the ledger was read. One row."""

    place = models.CharField(max_length=120, default="", blank=True)

    objects = ReadingQuerySet.as_manager()

    def __str__(self) -> str:
        return self.place

    def move(self, place: Place) -> None:
        self.place = str(place)
        self.save(update_fields=["place"])

    def begin_anew(self) -> None:
        """In another history of the database, which may be a copy of ours."""
        self.move(ConsentChange.objects.here())
        Endpoint.objects.pause_restored()
