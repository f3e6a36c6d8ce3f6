"""What became of everybody asked, worked out from deliveries, events and opt-outs.

The order of the branches is the policy: a person's own no wins over everything, a
yes over any deadline, and silence is only what is left when somebody was reached,
had the whole time, and showed no sign of life anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection

from consent.vocabulary import BOUNCE_REASONS, OPT_OUT_REASONS, Reason
from reengagement.vocabulary import Uncertain

if TYPE_CHECKING:
    from reengagement.models import Campaign

ENROL = """
INSERT INTO reengagement_member
    (campaign_id, address_id, contact_id, outcome, outcome_at)
SELECT %(campaign)s, address_id, contact_id,
       CASE WHEN state = 'not_sent' THEN 'holdout' ELSE 'waiting' END, now()
FROM deliveries_delivery
WHERE message_id = %(message)s AND occurrence = 0
  AND (state <> 'not_sent' OR reason = 'holdout')
ON CONFLICT (campaign_id, address_id) DO NOTHING
"""

# One pass over the campaign's deliveries, hash-joined to its members.
FOLD = """
WITH d AS (
    SELECT address_id,
        count(*) AS tries,
        max(delivered_at) FILTER (WHERE bounced_at IS NULL) AS last_delivered_at,
        bool_or(state IN ('queued', 'started')) AS is_open,
        bool_or(state NOT IN ('queued', 'started', 'delivered')
                OR bounced_at IS NOT NULL) AS has_failed,
        bool_or(confirmed_at IS NOT NULL) AS confirmed,
        bool_or(clicked_at IS NOT NULL OR replied_at IS NOT NULL) AS signal,
        bool_or(unverified_click_at IS NOT NULL) AS unverified,
        bool_and(click_tracked OR dated)
            FILTER (WHERE delivered_at IS NOT NULL) AS measured
    FROM deliveries_delivery
    WHERE message_id = ANY(%(messages)s) AND occurrence = 0 {some}
    GROUP BY address_id
), s AS (
    SELECT address_id,
        bool_or(lifted_at IS NULL AND reason = ANY(%(opt_outs)s)
                AND created_at >= %(started)s) AS has_left,
        bool_or(reason = 'paused' AND created_at >= %(started)s) AS has_paused,
        bool_or(lifted_at IS NULL AND reason = ANY(%(bounces)s)) AS is_dead,
        bool_or(lifted_at IS NULL AND reason = 'sunset'
                AND batch_id = %(batch)s) AS is_sunset,
        bool_or(lifted_by IN ('late_confirmation', 'double_opt_in')
                AND batch_id = %(batch)s) AS returned,
        bool_or(lifted_by = 'undo' AND batch_id = %(batch)s) AS restored
    FROM consent_suppression
    WHERE (lifted_at IS NULL OR batch_id = %(batch)s OR reason = 'paused') {members}
    GROUP BY address_id
), pending AS (
    SELECT DISTINCT address_id FROM deliveries_event
    WHERE verdict = 'pending' AND kind IN ('click', 'confirm') {members}
), seen AS (
    SELECT DISTINCT address_id FROM deliveries_lastseen
    WHERE clicked_on >= (%(started)s AT TIME ZONE 'UTC')::date {members}
    UNION
    SELECT address_id FROM consent_ownlimit WHERE said_at >= %(started)s {members}
), timed AS (
    SELECT m.id, m.outcome AS old_outcome, d.*, s.has_left, s.has_paused, s.is_dead,
        s.is_sunset, s.returned, s.restored, m.kept_at,
        p.address_id IS NOT NULL AS is_pending,
        coalesce(c.last_clicked_at >= %(started)s
                 OR c.last_replied_at >= %(started)s, false)
            OR seen.address_id IS NOT NULL AS alive_elsewhere,
        d.last_delivered_at + make_interval(days => %(waiting)s) + coalesce((
            SELECT sum(coalesce(pause.ended_at, now())
                       - greatest(pause.began_at, d.last_delivered_at))
            FROM reengagement_pause pause
            WHERE pause.campaign_id = %(campaign)s
              AND coalesce(pause.ended_at, now()) > d.last_delivered_at
        ), interval '0') AS deadline_at
    FROM reengagement_member m
    LEFT JOIN d ON d.address_id = m.address_id
    LEFT JOIN s ON s.address_id = m.address_id
    LEFT JOIN pending p ON p.address_id = m.address_id
    LEFT JOIN contacts_contact c ON c.id = m.contact_id
    LEFT JOIN seen ON seen.address_id = m.address_id
    WHERE m.campaign_id = %(campaign)s {some_m}
), judged AS (
    SELECT *, CASE
        WHEN has_left THEN 'left'
        WHEN is_sunset THEN 'sunset'
        WHEN returned THEN 'returned'
        WHEN restored THEN 'restored'
        WHEN confirmed THEN 'confirmed'
        WHEN old_outcome = 'holdout' THEN 'holdout'
        WHEN signal OR alive_elsewhere OR has_paused THEN 'signal'
        WHEN is_dead THEN 'undelivered'
        WHEN is_pending THEN 'pending'
        WHEN kept_at IS NOT NULL THEN 'kept'
        WHEN last_delivered_at IS NULL AND NOT coalesce(is_open, false)
            THEN 'undelivered'
        WHEN coalesce(is_open, false) OR now() < deadline_at
             OR (tries < %(emails)s AND NOT has_failed) THEN 'waiting'
        WHEN unverified AND %(probation)s THEN 'probation'
        WHEN NOT measured THEN 'untracked'
        ELSE 'silent'
    END AS outcome
    FROM timed
)
UPDATE reengagement_member m
SET outcome = j.outcome,
    outcome_at = CASE WHEN m.outcome = j.outcome THEN m.outcome_at ELSE now() END,
    last_delivered_at = j.last_delivered_at, deadline_at = j.deadline_at
FROM judged j
WHERE m.id = j.id
  AND (m.outcome, m.last_delivered_at, m.deadline_at)
      IS DISTINCT FROM (j.outcome, j.last_delivered_at, j.deadline_at)
"""
SOME = "AND address_id = ANY(%(addresses)s)"
# an installation has many more opt-outs than one campaign has people
MEMBERS = """AND address_id IN
    (SELECT address_id FROM reengagement_member WHERE campaign_id = %(campaign)s)"""


def alone(campaign_id: int) -> bool:
    """Whether nobody else moves this campaign on, until our transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtext('reengagement.advance'), %s)",
            [campaign_id],
        )
        return bool(cursor.fetchone()[0])


def enrol(campaign_id: int, message_id: int) -> int:
    """Make a member of everybody whom the first email goes to; how many are new."""
    with connection.cursor() as cursor:
        cursor.execute(ENROL, {"campaign": campaign_id, "message": message_id})
        return int(cursor.rowcount)


def fold(campaign: Campaign, address_ids: Sequence[int] | None = None) -> int:
    """Work out the outcome of all members, or of these addresses; rows changed.

    Recomputes from the facts each time: late verdicts and bounces are safe.
    """
    some, members = ("", MEMBERS) if address_ids is None else (SOME, SOME)
    # every fragment is a constant of this file, every value a parameter
    some_m = some.replace("address_id", "m.address_id")
    sql = FOLD.format(some=some, members=members, some_m=some_m)
    with connection.cursor() as cursor:
        cursor.execute(sql, _parameters(campaign, address_ids))
        return int(cursor.rowcount)


def _parameters(
    campaign: Campaign, address_ids: Sequence[int] | None
) -> dict[str, Any]:
    messages = list(campaign.messages().values_list("pk", flat=True))
    own = [reason.value for reason in OPT_OUT_REASONS if reason != Reason.SUNSET]
    return {
        "campaign": campaign.pk,
        "messages": messages,
        "emails": campaign.emails.count(),
        "addresses": list(address_ids or []),
        "started": campaign.started_at,
        "waiting": campaign.waiting_days,
        "batch": campaign.batch_id,
        "probation": campaign.uncertain_clicks == Uncertain.PROBATION,
        "opt_outs": own,
        "bounces": [reason.value for reason in BOUNCE_REASONS],
    }
