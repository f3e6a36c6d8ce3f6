from django.db import migrations

# The stored figures know nobody who is lost: beat counts them once more.
AGAIN = """
UPDATE campaigns_marketingemail SET tallied_at = NULL
WHERE tallied_at IS NOT NULL AND NOT tally ? 'lost_by'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0003_templates_and_pictures"),
    ]

    operations = [migrations.RunSQL(AGAIN, migrations.RunSQL.noop)]
