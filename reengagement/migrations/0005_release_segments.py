from django.db import migrations

# A campaign that is over, and its emails, use no segment any more.
FORWARD = """
DELETE FROM segments_segmentuse WHERE key IN (
    SELECT 'reengagement:' || id FROM reengagement_campaign
    WHERE state IN ('done', 'stopped')
    UNION ALL
    SELECT 'blocks:' || item.email_id FROM reengagement_campaignemail item
    JOIN reengagement_campaign campaign ON campaign.id = item.campaign_id
    WHERE campaign.state IN ('done', 'stopped')
)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("reengagement", "0004_one_key_for_its_people"),
        ("segments", "0001_segments_and_members"),
    ]

    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
