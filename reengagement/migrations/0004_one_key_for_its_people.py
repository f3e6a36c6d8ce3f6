from django.db import migrations

# What a campaign uses stands under the key that its emails have in common.
FORWARD = """
UPDATE segments_segmentuse SET key = 'reengagement:' || substr(key, 10)
WHERE key LIKE 'campaign:%'
"""
BACKWARD = """
UPDATE segments_segmentuse SET key = 'campaign:' || substr(key, 14)
WHERE key LIKE 'reengagement:%'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("reengagement", "0003_people_of_an_approval"),
        ("segments", "0001_segments_and_members"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
