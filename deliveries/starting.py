"""The statements that pick mails and start them, with what allowed each written down.

The addresses are locked between the two: the yes and the place of the ledger are read
as they stand at that moment.
"""

# Each message has statements of its own, so that a plan made once knows its partition:
# one for all partitions costs more than planning anew, and is never kept; nor is one
# that does not know how few rows it is to pick.
#
# SKIP LOCKED twice: other workers' rows, and addresses that somebody writes about.
# The setting lasts until the commit: what follows looks for single rows, and must
# not read a whole table for them, whatever the statistics say.
PICK = """
WITH picked AS MATERIALIZED (
    SELECT d.id, d.address_id FROM deliveries_delivery d
    WHERE d.message_id = {message} AND d.state = 'queued'
      AND d.due_at <= statement_timestamp()
      AND d.provider <> ALL(ARRAY(
          SELECT value FROM deliveries_hold WHERE lifted_at IS NULL
          AND kind = 'provider'))
      AND d.provider <> ALL(%(closed)s::text[])
      AND (NOT EXISTS (
          SELECT FROM deliveries_hold WHERE lifted_at IS NULL AND kind = 'domain')
        OR NOT EXISTS (
          SELECT FROM consent_address a JOIN deliveries_hold h ON h.value = a.domain
          WHERE a.id = d.address_id AND h.lifted_at IS NULL AND h.kind = 'domain'))
      AND NOT EXISTS (
          SELECT FROM deliveries_hold WHERE lifted_at IS NULL AND kind = 'sender'
          AND value = %(sender)s)
    ORDER BY d.due_at, d.id LIMIT {limit}
    FOR UPDATE OF d SKIP LOCKED
), locked AS MATERIALIZED (
    SELECT a.id FROM consent_address a
    WHERE a.id = ANY(SELECT address_id FROM picked)
    ORDER BY a.id FOR SHARE SKIP LOCKED
)
SELECT picked.id, locked.id IS NOT NULL, set_config('enable_seqscan', 'off', true)
FROM picked LEFT JOIN locked ON locked.id = picked.address_id
ORDER BY picked.id
"""

# `t` says for each row what it becomes: '' starts, 'busy' waits a moment or until
# `due`, else a reason. Tracking may have become stricter since the audience was fixed.
START = """
UPDATE deliveries_delivery d SET
    state = CASE t.reason WHEN '' THEN 'started' WHEN 'busy' THEN 'queued'
                          ELSE 'not_sent' END,
    rule_set_id = CASE t.reason WHEN 'busy' THEN d.rule_set_id
        ELSE %(rules)s::bigint END,
    consent_id = CASE t.reason WHEN '' THEN (
        SELECT g.record_id FROM consent_grant g WHERE g.address_id = d.address_id
            AND g.subscription_type_id = %(yes_to)s::bigint) ELSE d.consent_id END,
    ledger_at = CASE t.reason WHEN '' THEN (
        SELECT r.id FROM consent_address a JOIN consent_consentrecord r
            ON r.address_id = a.id AND r.hash = a.ledger_head
        WHERE a.id = d.address_id) END,
    reason = CASE WHEN t.reason IN ('', 'busy') THEN '' ELSE t.reason END,
    started_at = CASE WHEN t.reason = '' THEN statement_timestamp() END,
    claimed_by = CASE WHEN t.reason = '' THEN %(worker)s ELSE '' END,
    claimed_at = CASE WHEN t.reason = '' THEN statement_timestamp() END,
    settled_at = CASE WHEN t.reason NOT IN ('', 'busy') THEN statement_timestamp() END,
    attempts = d.attempts + (t.reason = '')::int,
    due_at = CASE WHEN t.reason = 'busy'
                  THEN COALESCE(t.due, statement_timestamp() + %(busy)s)
                  ELSE d.due_at END,
    open_tracked = d.open_tracked AND %(open_tracked)s AND NOT t.plain,
    click_tracked = d.click_tracked AND %(click_tracked)s AND NOT t.plain,
    dated = (d.dated OR d.open_tracked OR d.click_tracked) AND %(dated)s AND NOT t.plain
FROM unnest(%(ids)s::bigint[], %(reasons)s::text[], %(dues)s::timestamptz[],
    %(plain)s::boolean[]) AS t(id, reason, due, plain)
WHERE d.message_id = {message} AND d.id = t.id AND d.id = ANY(%(ids)s::bigint[])
"""
