from django.db import migrations

# Test databases are emptied between tests; they set listwell.allow_truncate.
FORWARD = """
CREATE FUNCTION listwell_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE'
       AND current_setting('listwell.allow_truncate', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER audit_entry_is_append_only
    BEFORE UPDATE OR DELETE ON accounts_auditentry
    FOR EACH ROW EXECUTE FUNCTION listwell_refuse_change();
CREATE TRIGGER audit_entry_is_never_emptied
    BEFORE TRUNCATE ON accounts_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION listwell_refuse_change();

INSERT INTO accounts_account (id, name, time_zone)
VALUES (1, 'Our organisation', 'UTC') ON CONFLICT DO NOTHING;
"""
BACKWARD = """
DROP TRIGGER audit_entry_is_append_only ON accounts_auditentry;
DROP TRIGGER audit_entry_is_never_emptied ON accounts_auditentry;
DROP FUNCTION listwell_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
