"""The engagement columns of contacts: summed up anew for whoever was touched.

The only writer of those columns. It never counts up: it computes the sums of touched
people from the deliveries to their current address and from the balance they brought
along, and writes the rows that differ. So a verdict that comes late, a bounce that
overturns a delivery and a repeated run all give the same numbers as a rebuild.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from contacts.models import ENGAGEMENT_FIELDS, Contact
from deliveries.compared import Difference, difference
from deliveries.room import roomy

BATCH = 20_000
# one folder at a time: two could overwrite newer sums by older ones
LOCK = "hashtext('deliveries.rollups')"

SUMS = {
    "delivered": "own.delivered + coalesce(b.delivered, 0)",
    "opened": "own.opened + coalesce(b.opened, 0)",
    "clicked": "own.clicked + coalesce(b.clicked, 0)",
    "bounced": "own.bounced + coalesce(b.bounced, 0)",
    "replied": "own.replied + coalesce(b.replied, 0)",
    # only of mail whose answer would be known: untracked is not unopened
    "sends_since_engagement": """CASE
        WHEN greatest(own.engaged_at, seen.until) IS NULL
        THEN coalesce(CASE WHEN b.opened = 0 AND b.clicked = 0
                AND num_nonnulls(b.last_opened_at, b.last_clicked_at) = 0
            THEN greatest(b.sends_since_engagement, b.delivered)
            ELSE b.sends_since_engagement END, 0)
            + coalesce(cardinality(own.measured), 0)
        ELSE (SELECT count(*) FROM unnest(own.measured) t
            WHERE t > greatest(own.engaged_at, seen.until))
    END""",
    "first_delivered_at": "least(b.first_delivered_at, own.first_delivered_at)",
    "last_delivered_at": "greatest(b.last_delivered_at, own.last_delivered_at)",
    "first_opened_at": "least(b.first_opened_at, own.first_opened_at)",
    "last_opened_at": """greatest(b.last_opened_at, own.last_opened_at,
        seen.opened_at)""",
    "first_clicked_at": "least(b.first_clicked_at, own.first_clicked_at)",
    "last_clicked_at": """greatest(b.last_clicked_at, own.last_clicked_at,
        seen.clicked_at)""",
    "last_replied_at": "greatest(b.last_replied_at, own.last_replied_at)",
    "last_email_name": "coalesce(own.last_email_name, b.last_email_name, '')",
}

# of those `who` names
SUMMED = """
    SELECT who.id, {sums}
    FROM who
    LEFT JOIN contacts_openingbalance b
        ON b.contact_id = who.id AND b.address_id = who.address_id
    CROSS JOIN LATERAL (
        SELECT count(d.delivered_at) AS delivered, count(d.opened_at) AS opened,
            count(d.clicked_at) AS clicked, count(d.bounced_at) AS bounced,
            count(d.replied_at) AS replied,
            min(d.delivered_at) AS first_delivered_at,
            max(d.delivered_at) AS last_delivered_at,
            min(d.opened_at) AS first_opened_at,
            max(greatest(d.opened_at, d.last_opened_at)) AS last_opened_at,
            min(d.clicked_at) AS first_clicked_at,
            max(greatest(d.clicked_at, d.last_clicked_at)) AS last_clicked_at,
            max(d.replied_at) AS last_replied_at,
            max(greatest(d.opened_at, d.last_opened_at, d.clicked_at,
                d.last_clicked_at)) AS engaged_at,
            array_agg(d.delivered_at) FILTER (WHERE d.delivered_at IS NOT NULL
                AND (d.open_tracked OR d.click_tracked OR d.dated)) AS measured,
            (array_agg(m.name ORDER BY d.delivered_at DESC)
                FILTER (WHERE d.delivered_at IS NOT NULL))[1] AS last_email_name
        FROM (
            SELECT * FROM deliveries_delivery
            WHERE address_id = who.address_id OFFSET 0  -- by that index, always
        ) d
        JOIN deliveries_message m ON m.id = d.message_id AND m.channel = 'marketing'
    ) own
    CROSS JOIN LATERAL (
        SELECT max(opened_on)::timestamp AT TIME ZONE 'UTC' AS opened_at,
            max(clicked_on)::timestamp AT TIME ZONE 'UTC' AS clicked_at,
            (max(greatest(opened_on, clicked_on)) + 1)::timestamp AT TIME ZONE 'UTC'
                AS until  -- mail of that day may be what was answered
        FROM deliveries_lastseen WHERE address_id = who.address_id
    ) seen
"""

# Contacts that somebody else holds at the moment are put back for the next time.
FOLD = """
WITH log AS MATERIALIZED (
    DELETE FROM deliveries_touched WHERE id IN (
        SELECT id FROM deliveries_touched ORDER BY id LIMIT %s
    ) RETURNING address_id, contact_id
), meant AS MATERIALIZED (
    SELECT id FROM contacts_contact
    WHERE address_id IN (SELECT address_id FROM log WHERE address_id IS NOT NULL)
    UNION
    SELECT contact_id FROM log WHERE contact_id IS NOT NULL
), who AS MATERIALIZED (
    SELECT id, address_id FROM contacts_contact
    WHERE id IN (SELECT id FROM meant) FOR NO KEY UPDATE SKIP LOCKED
), later AS (
    INSERT INTO deliveries_touched (contact_id)
    SELECT c.id FROM contacts_contact c JOIN meant USING (id)
    WHERE c.id NOT IN (SELECT id FROM who)
), summed AS MATERIALIZED ({summed}
), written AS (
    UPDATE contacts_contact c SET ({columns}) = ROW({values})
    FROM summed
    WHERE c.id = summed.id AND ({current}) IS DISTINCT FROM ({values})
)
SELECT count(*) FROM log
"""


# Who waits for her next sum is left out: of the others the columns are exact.
DIFFERING = """
WITH who AS MATERIALIZED (
    SELECT id, address_id FROM contacts_contact WHERE id > %(after)s AND id <= %(upto)s
), summed AS MATERIALIZED ({summed}
)
SELECT c.id, to_jsonb(kept), to_jsonb(summed) - 'id'
FROM summed JOIN contacts_contact c USING (id)
CROSS JOIN LATERAL (SELECT {current}) kept
WHERE ({current}) IS DISTINCT FROM ({values})
    AND c.id NOT IN (
        SELECT contact_id FROM deliveries_touched WHERE contact_id IS NOT NULL)
    AND coalesce(c.address_id, 0) NOT IN (
        SELECT address_id FROM deliveries_touched WHERE address_id IS NOT NULL)
ORDER BY c.id
"""


def statement(form: str = FOLD) -> str:
    names = list(ENGAGEMENT_FIELDS)
    sums = ", ".join(f"{SUMS[name]} AS {name}" for name in names)
    return form.format(
        summed=SUMMED.format(sums=sums),
        columns=", ".join(names),
        current=", ".join(f"c.{name}" for name in names),
        values=", ".join(f"summed.{name}" for name in names),
    )


@transaction.atomic
def fold(*, limit: int = BATCH) -> int:
    """Sum up the next touched people; how many rows of the log that settled.

    0 also when somebody else is at it.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_xact_lock({LOCK})")
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(statement(), [limit])
        found: int = cursor.fetchone()[0]
    return found


def fold_all() -> int:
    """Until nobody is left, or only who is held by somebody else."""
    total = done = fold()
    while done == BATCH:
        done = fold()
        total += done
    return total


def differing() -> Iterator[Difference]:
    """People whose columns are not what their deliveries say, batch by batch."""
    newest = Contact.objects.aggregate(newest=Max("pk"))["newest"] or 0
    for after in range(0, newest, BATCH):
        with roomy(), connection.cursor() as cursor:
            values = {"after": after, "upto": after + BATCH}
            cursor.execute(statement(DIFFERING), values)
            rows = cursor.fetchall()
        for pk, kept, counted in rows:
            found = difference(pk, f"contact {pk}", _read(kept), _read(counted))
            yield from [found] if found else []


def _read(found: Any) -> dict[str, Any]:
    """Django has PostgreSQL's JSON come as text."""
    said: dict[str, Any] = json.loads(found) if isinstance(found, str) else found
    return said


def mend(ids: Sequence[int]) -> None:
    """Sum these people up anew."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO deliveries_touched (contact_id) SELECT unnest(%s::bigint[])",
            [list(ids)],
        )
    fold_all()


def rebuild() -> int:
    """Sum up everybody anew, in batches. Safe to stop and to repeat."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO deliveries_touched (contact_id)"
            " SELECT id FROM contacts_contact ORDER BY id"
        )
    return fold_all()
