from django.db import migrations

# of names that differ in capitals alone the later ones get their number
MOVE = """
INSERT INTO accounts_savedview (page, name, query, owner_id, is_shared)
SELECT 'bounces:list', CASE WHEN n = 1 THEN name ELSE left(name, 40) || ' ' || id END,
    query, made_by_id, true
FROM (SELECT *, row_number() OVER (PARTITION BY lower(name) ORDER BY id) n
      FROM bounces_savedview) v
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0015_saved_views"),
        ("bounces", "0017_stops_of_their_own"),
    ]

    operations = [migrations.RunSQL(MOVE, migrations.RunSQL.noop)]
