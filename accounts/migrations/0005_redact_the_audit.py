from django.db import migrations

# Who did what and when stays for good; whom it was about can be made to be forgotten.
FORWARD = """
CREATE FUNCTION accounts_audit_is_only_redacted() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.subject = '' AND NEW.detail = '{}'::jsonb
       AND (NEW.id, NEW.at, NEW.actor_id, NEW.verb, NEW.url)
           IS NOT DISTINCT FROM (OLD.id, OLD.at, OLD.actor_id, OLD.verb, OLD.url) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'accounts_auditentry is append-only: UPDATE is refused'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

DROP TRIGGER audit_entry_is_append_only ON accounts_auditentry;
CREATE TRIGGER audit_entry_is_append_only
    BEFORE DELETE ON accounts_auditentry
    FOR EACH ROW EXECUTE FUNCTION listwell_refuse_change();
CREATE TRIGGER audit_entry_is_only_redacted
    BEFORE UPDATE ON accounts_auditentry
    FOR EACH ROW EXECUTE FUNCTION accounts_audit_is_only_redacted();
"""
BACKWARD = """
DROP TRIGGER audit_entry_is_only_redacted ON accounts_auditentry;
DROP TRIGGER audit_entry_is_append_only ON accounts_auditentry;
CREATE TRIGGER audit_entry_is_append_only
    BEFORE UPDATE OR DELETE ON accounts_auditentry
    FOR EACH ROW EXECUTE FUNCTION listwell_refuse_change();
DROP FUNCTION accounts_audit_is_only_redacted();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_sign_in_in_any_letters")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
