"""What wanted the stops of before, by what they say."""

from django.db import migrations

SET_CAUSES = """
UPDATE deliveries_hold SET cause = CASE
    WHEN id IN (SELECT hold_id FROM deliveries_journal) THEN 'journal'
    WHEN reason LIKE 'Incident: %' THEN 'incident'
    WHEN reason LIKE 'The domain could not be found: %' THEN 'dns'
    WHEN kind = 'sender' THEN 'records'
    WHEN lift_at IS NOT NULL THEN 'rest'
    WHEN evidence ? 'error' THEN 'content'
    WHEN evidence <> '{}' AND created_by_id IS NULL THEN 'guard'
    WHEN kind = 'message' THEN 'email'
    WHEN created_by_id IS NULL THEN 'guard'
    ELSE 'person'
END
"""


class Migration(migrations.Migration):
    dependencies = [
        ("deliveries", "0021_cause_of_a_hold"),
    ]

    operations = [
        migrations.RunSQL(SET_CAUSES, migrations.RunSQL.noop),
    ]
