from django.db import migrations

MOVE = """
INSERT INTO accounts_savedview (page, name, query, owner_id, is_shared)
SELECT 'contacts:list', name, query, owner_id, is_shared FROM contacts_contactview
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0015_saved_views"),
        ("contacts", "0016_contact_views"),
    ]

    operations = [migrations.RunSQL(MOVE, migrations.RunSQL.noop)]
