"""The segments of the demo: who went silent, who reads, who cannot be written to."""

from __future__ import annotations

from django.db import connection

from accounts.models import User
from segments.models import Segment, SegmentKind

NEVER_OPENED = "Never opened, more than 11 emails"
LAPSED = "Lapsed for half a year"
SEGMENTS = {
    NEVER_OPENED: {
        "match": "all",
        "rules": [
            {"field": "last_opened_at", "operator": "unknown"},
            {"field": "delivered", "operator": "greater", "value": 11},
        ],
    },
    LAPSED: {
        "match": "all",
        "rules": [
            {
                "field": "last_opened_at",
                "operator": "more_than_ago",
                "value": 26,
                "unit": "weeks",
            },
            {"field": "delivered", "operator": "greater", "value": 5},
        ],
    },
    "Customers in Finland": {
        "match": "all",
        "rules": [{"field": "country", "operator": "any_of", "values": ["Finland"]}],
    },
    "Clicked twice in half a year": {
        "match": "all",
        "rules": [
            {
                "field": "email_event",
                "operator": "link_clicked",
                "when": {"operator": "in_last", "value": 26, "unit": "weeks"},
                "times": {"operator": "at_least", "value": 2},
            },
        ],
    },
    "Cannot be emailed, and why": {
        "match": "any",
        "rules": [
            {
                "match": "all",
                "rules": [
                    {
                        "field": "refusal",
                        "operator": "any_of",
                        "values": ["complaint", "own_opt_out"],
                    },
                ],
            },
            {
                "match": "all",
                "rules": [
                    {
                        "field": "refusal",
                        "operator": "any_of",
                        "values": ["dead_address", "bounced"],
                    },
                    {
                        "field": "email_event",
                        "operator": "received",
                        "times": {"operator": "at_most", "value": 5},
                    },
                ],
            },
        ],
    },
}
# Who is in a segment now came in when what it asks for became true.
SINCE = """
UPDATE segments_segmentmember m SET joined_at = least(now(), CASE
    WHEN s.name = %s THEN coalesce(c.last_opened_at + interval '26 weeks', now())
    ELSE coalesce(c.last_delivered_at, c.created_at) END)
FROM contacts_contact c, segments_segment s
WHERE c.id = m.contact_id AND s.id = m.segment_id AND s.kind = 'active'
"""
DAYS = """
INSERT INTO segments_segmentday (segment_id, day, size, joined, "left")
SELECT segment_id, joined_at::date,
    sum(count(*)) OVER (PARTITION BY segment_id ORDER BY joined_at::date), count(*), 0
FROM segments_segmentmember WHERE left_at IS NULL GROUP BY segment_id, joined_at::date
"""


def make_segments(user: User) -> None:
    """Active segments, filled, with the curve of how they grew."""
    for name, rules in SEGMENTS.items():
        segment = Segment(name=name, kind=SegmentKind.ACTIVE, rules=rules)
        segment.save_rules(user)
        segment.refresh()
    with connection.cursor() as cursor:
        cursor.execute(SINCE, [LAPSED])
        cursor.execute("DELETE FROM segments_segmentday")
        cursor.execute(DAYS)
