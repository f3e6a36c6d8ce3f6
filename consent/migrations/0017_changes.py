import django.contrib.postgres.fields
from django.db import migrations, models

FORWARD = """
ALTER TABLE consent_consentchange
    ADD COLUMN transaction xid8 NOT NULL DEFAULT pg_current_xact_id();
-- serves whoever follows the feed
CREATE INDEX consent_change_by_transaction
    ON consent_consentchange (transaction, id);

CREATE FUNCTION consent_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO consent_consentchange (records, database)
        SELECT array_agg(id ORDER BY id),
            (SELECT system_identifier FROM pg_control_system())
        FROM written HAVING count(*) > 0;
    RETURN NULL;
END $$;
CREATE TRIGGER consent_record_is_told AFTER INSERT ON consent_consentrecord
    REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION consent_note_change();
"""
BACKWARD = """
DROP TRIGGER consent_record_is_told ON consent_consentrecord;
DROP FUNCTION consent_note_change();
ALTER TABLE consent_consentchange DROP COLUMN transaction;
"""


class Migration(migrations.Migration):
    dependencies = [("consent", "0016_programs")]
    operations = [
        migrations.CreateModel(
            name="ConsentChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "records",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), size=None
                    ),
                ),
                ("database", models.BigIntegerField()),
            ],
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
