"""Which messages have mails that wait and may leave now."""

from __future__ import annotations

from django.db import connection

WAITING_MESSAGES = """
WITH RECURSIVE waiting AS (
    (SELECT message_id FROM deliveries_delivery WHERE state = 'queued'
     ORDER BY message_id LIMIT 1)
    UNION ALL
    SELECT (SELECT d.message_id FROM deliveries_delivery d
            WHERE d.state = 'queued' AND d.message_id > waiting.message_id
            ORDER BY d.message_id LIMIT 1)
    FROM waiting WHERE waiting.message_id IS NOT NULL
)
SELECT waiting.message_id FROM waiting, LATERAL (
    SELECT due_at FROM deliveries_delivery d
    WHERE d.message_id = waiting.message_id AND d.state = 'queued'
    ORDER BY due_at LIMIT 1
) first
WHERE first.due_at <= statement_timestamp() AND NOT EXISTS (
    SELECT FROM deliveries_hold h WHERE h.lifted_at IS NULL AND (
        h.kind = 'everything' OR h.message_id = waiting.message_id))
ORDER BY first.due_at
"""


def waiting_messages() -> list[int]:
    """Messages with mails that are due and not held, the longest waiting first."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING_MESSAGES)
        return [row[0] for row in cursor.fetchall()]
