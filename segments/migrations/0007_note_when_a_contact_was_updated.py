"""The log of changes names `updated_at` of contacts, so that filters on it are fresh.

The function that notes changed contacts stays as it was made, with one more column.
"""

from django.db import migrations

COLUMNS = "{row}.address_id, {row}.owner_id, {row}.properties{more})"
NAMES = "THEN 'owner' END{more}]"
UPDATED = ", CASE WHEN b.updated_at IS DISTINCT FROM a.updated_at THEN 'updated_at' END"
CHANGES = [
    (COLUMNS.format(row="b", more=""), COLUMNS.format(row="b", more=", b.updated_at")),
    (COLUMNS.format(row="a", more=""), COLUMNS.format(row="a", more=", a.updated_at")),
    (NAMES.format(more=""), NAMES.format(more=UPDATED)),
]
EDIT = """
DO $edit$
DECLARE
    made text := pg_get_functiondef('segments_note_changed_contacts'::regproc);
BEGIN
    {steps}
    EXECUTE made;
END $edit$;
"""
STEP = """
    IF position($old${old}$old$ IN made) = 0 THEN
        RAISE EXCEPTION 'segments_note_changed_contacts is not as it was made';
    END IF;
    made := replace(made, $old${old}$old$, $new${new}$new$);
"""


def edit(pairs):
    steps = "".join(STEP.format(old=old, new=new) for old, new in pairs)
    return EDIT.format(steps=steps)


class Migration(migrations.Migration):
    dependencies = [("segments", "0006_changes_by_the_statement")]
    operations = [
        migrations.RunSQL(edit(CHANGES), edit([(new, old) for old, new in CHANGES]))
    ]
