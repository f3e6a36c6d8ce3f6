from django.db import migrations

# Whoever waits for the statement hears of it before it ends.
FORWARD = """
CREATE FUNCTION segments_written(number bigint) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    RAISE NOTICE 'segments: written';
    RETURN number;
END $$;
"""
BACKWARD = "DROP FUNCTION segments_written(bigint);"


class Migration(migrations.Migration):
    dependencies = [("segments", "0007_note_when_a_contact_was_updated")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
