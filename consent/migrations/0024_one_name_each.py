"""Two types in use of one name, which two people could make at one moment."""

from django.db import migrations

RENAME = """
UPDATE consent_subscriptiontype AS later
SET name = left(name, 100) || ' (' || id || ')'
WHERE archived_at IS NULL AND EXISTS (
    SELECT FROM consent_subscriptiontype AS first
    WHERE first.archived_at IS NULL AND first.id < later.id
        AND upper(first.name) = upper(later.name)
)
"""


class Migration(migrations.Migration):
    dependencies = [("consent", "0023_tracking")]
    operations = [migrations.RunSQL(RENAME, migrations.RunSQL.noop)]
