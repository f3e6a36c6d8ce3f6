"""Which campaigns beat may leave alone: nothing was written and no time ran out.

Going through a million people takes half a minute. A campaign that waits for its
readers has nothing to be gone through for most of its weeks, and even a busy one rests
for many times as long as its last turn took.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils import timezone

from accounts.models import Account
from deliveries import partitions
from reengagement.vocabulary import CampaignState, Ending

if TYPE_CHECKING:
    from reengagement.models import Campaign

# rests for this many times as long as the last turn took
REST = 10
# whatever is overlooked is found after this time
AT_LEAST_EVERY = dt.timedelta(hours=1)

# Everything that an outcome or the next email depends on, but for the deliveries.
TABLES = (
    "consent_suppression",
    "contacts_contact",
    "reengagement_pause",
    "campaigns_marketingemail",
    "consent_brand",
)
# The database counts rows written for its own housekeeping; reading that costs nothing.
# A change shows there after its commit at the earliest, so none is ever passed over.
WRITES = """
SELECT coalesce(sum(
    pg_stat_get_tuples_inserted(oid) + pg_stat_get_xact_tuples_inserted(oid)
    + pg_stat_get_tuples_updated(oid) + pg_stat_get_xact_tuples_updated(oid)), 0)
FROM pg_class WHERE oid IN (
    SELECT to_regclass(name) FROM unnest(%s::text[]) AS t(name)
    UNION ALL
    SELECT inhrelid FROM pg_inherits WHERE inhparent = 'deliveries_event'::regclass)
"""
# The next moment at which somebody's time runs out, or the next email is due.
NEXT = """
SELECT least(
    min(deadline_at) FILTER (WHERE deadline_at > statement_timestamp()),
    min(last_delivered_at) FILTER (
        WHERE last_delivered_at > statement_timestamp() - %(gap)s::interval)
        + %(gap)s::interval)
FROM reengagement_member WHERE campaign_id = %(campaign)s AND outcome = 'waiting'
"""


def needs_a_look(campaign: Campaign) -> bool:
    """Whether beat has to go through the people of `campaign` now."""
    now = timezone.now()
    if campaign.state == CampaignState.STARTING or campaign.tended_at is None:
        return True
    if now < campaign.tended_at + dt.timedelta(milliseconds=campaign.tend_ms * REST):
        return False
    if now > campaign.tended_at + AT_LEAST_EVERY:
        return True
    ran_out = campaign.wake_at is not None and campaign.wake_at <= now
    return ran_out or writes(campaign) != campaign.writes_seen


@contextlib.contextmanager
def awake(campaign: Campaign) -> Iterator[None]:
    """Goes through the people inside; afterwards it is written when to come again."""
    began, before = time.monotonic(), writes(campaign)
    yield
    type(campaign).objects.filter(pk=campaign.pk).update(
        tended_at=timezone.now(),
        tend_ms=int((time.monotonic() - began) * 1000),
        wake_at=_next_moment(campaign),
        writes_seen=before,
    )


def writes(campaign: Campaign) -> int:
    """A number that changes whenever something that matters is written."""
    mails = {partitions.table_of(message.pk) for message in campaign.messages()}
    with connection.cursor() as cursor:
        cursor.execute(WRITES, [[*TABLES, *sorted(mails)]])
        return int(cursor.fetchone()[0])


def _next_moment(campaign: Campaign) -> dt.datetime | None:
    more = campaign.emails.count() > 1
    gap = dt.timedelta(days=campaign.gap_days) if more else None
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"campaign": campaign.pk, "gap": gap}
        cursor.execute(NEXT, values)
        moment: dt.datetime | None = cursor.fetchone()[0]
    day = campaign.announced_on
    if campaign.ending != Ending.AUTOMATIC or day is None:
        return moment
    announced = dt.datetime.combine(day, dt.time(), Account.current().zone)
    coming = [one for one in (moment, announced) if one and one > timezone.now()]
    return min(coming, default=None)
