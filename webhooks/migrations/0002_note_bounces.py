from django.db import migrations

# in the transaction that stores a bounce, one row for each statement, and none while
# nobody asks for bounces; a complaint is told by the ledger
FORWARD = """
CREATE FUNCTION webhooks_note_bounces() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM webhooks_endpoint
        WHERE removed_at IS NULL AND 'email.bounced' = ANY (events)
    ) THEN
        INSERT INTO webhooks_bouncenote (bounces)
            SELECT array_agg(id ORDER BY id) FROM written
            WHERE kind <> 'complaint' HAVING count(*) > 0;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER bounce_is_told AFTER INSERT ON bounces_bounce
    REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION webhooks_note_bounces();
"""
BACKWARD = """
DROP TRIGGER bounce_is_told ON bounces_bounce;
DROP FUNCTION webhooks_note_bounces();
"""


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0001_endpoints_and_notices")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
