from django.db import migrations

FORWARD = """
UPDATE consent_subscriptiontype SET archived_at = NULL
WHERE is_default AND archived_at IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("consent", "0008_global_blocks_and_rescue")]
    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
