"""A report is kept as it came only for a while; what it said and what was made of it
stay. Those that wait for a person wait with all they have."""

from __future__ import annotations

from django.db import connection

from accounts.models import Retention
from accounts.retention import Kept
from bounces.models import Outcome, Report

AT_ONCE = 2_000
# what a webhook sent begins with the name of its provider: see judging
EMPTY = """
UPDATE bounces_report SET emptied_at = now(), envelope_to = '', raw = CASE source
    WHEN 'webhook' THEN substring(raw FROM 1 FOR position('\\x20'::bytea IN raw))
    ELSE ''::bytea END
WHERE id = ANY(%s)
"""


def forget() -> int:
    """Empty the reports that are old enough; how many. Safe to repeat and to stop."""
    since = Retention.objects.since(Kept.REPORTS)
    old = Report.objects.filter(received_at__lt=since, emptied_at=None)
    settled, gone = old.exclude(outcome=Outcome.REVIEW).order_by("received_at"), 0
    while found := list(settled.values_list("pk", flat=True)[:AT_ONCE]):
        with connection.cursor() as cursor:
            cursor.execute(EMPTY, [found])
        gone += len(found)
    return gone
