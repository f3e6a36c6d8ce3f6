"""Of the stops that several things shared, each gets one of its own."""

from django.db import migrations

OF_INCIDENTS = """
WITH shared AS (
    SELECT i.id AS incident, h.*, row_number() OVER (PARTITION BY h.id ORDER BY i.id) n
    FROM bounces_incident i JOIN deliveries_hold h ON h.id = i.hold_id
    WHERE i.solved_at IS NULL AND h.lifted_at IS NULL
), own AS (
    INSERT INTO deliveries_hold (kind, value, cause, reason, evidence, created_at,
        created_by_id, lift_reason)
    SELECT kind, value, 'incident', 'Incident ' || incident
        || ': this provider or domain turns our mail away.', '{}'::jsonb, created_at,
        created_by_id, ''
    FROM shared WHERE cause <> 'incident' OR n > 1
    RETURNING id, reason
)
UPDATE bounces_incident i SET hold_id = own.id FROM own
WHERE own.reason LIKE 'Incident ' || i.id || ': %'
"""
OF_THE_DNS = """
INSERT INTO deliveries_hold (kind, value, cause, reason, evidence, created_at,
    lift_reason)
SELECT DISTINCT 'domain', h.value, 'dns',
    'The domain could not be found: the DNS is asked for three days.', '{}'::jsonb,
    now(), ''
FROM deliveries_hold h JOIN bounces_domaincheck c ON c.domain = h.value
WHERE h.kind = 'domain' AND h.lifted_at IS NULL
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [
        ("bounces", "0016_retention"),
        ("deliveries", "0023_a_hold_for_each_cause"),
    ]

    operations = [
        migrations.RunSQL(OF_INCIDENTS, migrations.RunSQL.noop),
        migrations.RunSQL(OF_THE_DNS, migrations.RunSQL.noop),
    ]
