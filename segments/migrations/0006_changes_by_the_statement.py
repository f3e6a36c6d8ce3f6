import importlib

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

# the names of the columns that are compared, and the functions as they were
BEFORE = importlib.import_module("segments.migrations.0003_notes_of_changes")

MANY = 20_000
CHANGED_CONTACTS = f"""
    WITH changed AS MATERIALIZED (
        SELECT a.id, array_remove(ARRAY[{BEFORE.CHANGED}], NULL)
            || CASE WHEN b.properties IS DISTINCT FROM a.properties THEN ARRAY(
                SELECT 'property:' || coalesce(was.key, now.key)
                FROM jsonb_each(b.properties) was
                FULL JOIN jsonb_each(a.properties) now ON now.key = was.key
                WHERE was.value IS DISTINCT FROM now.value)
            ELSE ARRAY[]::text[] END AS fields
        FROM before b JOIN after a USING (id)
        WHERE {BEFORE.differ(BEFORE.EVERYTHING)}
    ), big AS (SELECT count(*) > {MANY} AS yes FROM changed)
    INSERT INTO segments_change (contacts, fields)
    SELECT array_agg(id), fields FROM changed, big WHERE NOT yes GROUP BY fields
    UNION ALL
    SELECT NULL, array_agg(DISTINCT field) FROM big, changed, unnest(fields) field
    WHERE yes HAVING count(*) > 0;

    {BEFORE.CHANGED_CONTACTS.partition(";")[2]}
"""  # noqa: S608  names of columns
FUNCTION = BEFORE.FUNCTION.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


def noted(what, fields, rows):
    """A statement that notes `rows` in one row: their ids, or none for too many."""
    return f"""
    WITH found AS MATERIALIZED (
        SELECT DISTINCT id FROM ({rows}) r (id) WHERE id IS NOT NULL
    ), size AS (SELECT count(*) AS n FROM found)
    INSERT INTO segments_change ({what}, fields)
    SELECT CASE WHEN n <= {MANY} THEN ARRAY(SELECT id FROM found) END, ARRAY[{fields}]
    FROM size WHERE n > 0;
"""  # noqa: S608  as above


NEW, OLD = "SELECT {} FROM after", "SELECT {} FROM before"
MAIL, NO_MORE = "'email_event'", "'*', 'gone'"
BODIES = {
    "new_contacts": noted("contacts", "'*'", NEW.format("id")),
    "changed_contacts": CHANGED_CONTACTS,
    "gone_contacts": noted("contacts", NO_MORE, OLD.format("id")),
    "new_mails": noted("addresses", MAIL, BEFORE.new(BEFORE.SENT)),
    "changed_mails": noted("addresses", MAIL, BEFORE.changed(BEFORE.MAILED)),
    "new_events": noted("addresses", MAIL, BEFORE.new(BEFORE.JUDGED)),
    "changed_events": noted("addresses", MAIL, BEFORE.changed(BEFORE.EVENT)),
    "consent": noted("addresses", "'consent'", NEW.format("address_id")),
    "gone_grants": noted("addresses", "'consent'", OLD.format("address_id")),
    "imported": noted("contacts", "'import'", NEW.format("contact_id")),
}
FORWARD = "".join(FUNCTION.format(name=n, body=b) for n, b in BODIES.items())
BACKWARD = "".join(
    FUNCTION.format(name=name, body=body) for name, body, *_ in BEFORE.NOTES
)
TO_ARRAYS = """
UPDATE segments_change SET contacts = ARRAY[contact_id] WHERE contact_id IS NOT NULL;
UPDATE segments_change SET addresses = ARRAY[address_id] WHERE address_id IS NOT NULL;
"""
# what was noted is forgotten: everybody is looked at anew
TO_ROWS = "DELETE FROM segments_change; UPDATE segments_segment SET seen = '';"


def ids():
    return ArrayField(models.BigIntegerField(), null=True)


class Migration(migrations.Migration):
    dependencies = [("segments", "0005_days_of_segments")]
    operations = [
        migrations.AddField("change", "contacts", ids()),
        migrations.AddField("change", "addresses", ids()),
        migrations.RunSQL(TO_ARRAYS, TO_ROWS),
        migrations.RemoveField("change", "contact_id"),
        migrations.RemoveField("change", "address_id"),
        migrations.RunSQL(FORWARD, BACKWARD),
        # no question asks for it, and each member paid for it
        migrations.RemoveIndex("segmentmember", "segment_joined"),
    ]
