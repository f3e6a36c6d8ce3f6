from django.db import migrations

FORWARD = """
-- the row as the chain sees it: independent of time zone and date style
CREATE FUNCTION consent_record_canonical(r consent_consentrecord) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_array(
        r.id, r.address_id, r.subscription_type_id, r.brand_id, r.action, r.mechanism,
        r.actor, r.basis, (extract(epoch FROM r.occurred_at) * 1000000)::bigint,
        (extract(epoch FROM r.recorded_at) * 1000000)::bigint, r.explanation,
        r.user_id, r.text_id, r.batch_id, r.source, encode(r.evidence_hash, 'hex')
    )::text
$$;

CREATE FUNCTION consent_record_chain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT ledger_head INTO NEW.prev_hash FROM consent_address
        WHERE id = NEW.address_id FOR NO KEY UPDATE;
    NEW.hash := sha256(
        NEW.prev_hash || convert_to(consent_record_canonical(NEW), 'UTF8')
    );
    UPDATE consent_address SET ledger_head = NEW.hash WHERE id = NEW.address_id;
    RETURN NEW;
END $$;

CREATE TRIGGER consent_record_is_chained BEFORE INSERT ON consent_consentrecord
    FOR EACH ROW EXECUTE FUNCTION consent_record_chain();
CREATE TRIGGER consent_record_is_append_only
    BEFORE UPDATE OR DELETE ON consent_consentrecord
    FOR EACH ROW EXECUTE FUNCTION listwell_refuse_change();
CREATE TRIGGER consent_record_is_never_emptied
    BEFORE TRUNCATE ON consent_consentrecord
    FOR EACH STATEMENT EXECUTE FUNCTION listwell_refuse_change();

CREATE TRIGGER consent_text_is_append_only
    BEFORE UPDATE OR DELETE ON consent_consenttext
    FOR EACH ROW EXECUTE FUNCTION listwell_refuse_change();
CREATE TRIGGER suppression_is_never_deleted BEFORE DELETE ON consent_suppression
    FOR EACH ROW EXECUTE FUNCTION listwell_refuse_change();

CREATE FUNCTION consent_refuse_default() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the default % cannot be deleted', TG_ARGV[0]
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER default_brand_stays BEFORE DELETE ON consent_brand
    FOR EACH ROW WHEN (OLD.is_default)
    EXECUTE FUNCTION consent_refuse_default('brand');
CREATE TRIGGER default_subscription_type_stays
    BEFORE DELETE ON consent_subscriptiontype
    FOR EACH ROW WHEN (OLD.is_default)
    EXECUTE FUNCTION consent_refuse_default('subscription type');

-- room on the page, so that a new ledger head is a HOT update
ALTER TABLE consent_address SET (fillfactor = 80);
"""
BACKWARD = """
ALTER TABLE consent_address RESET (fillfactor);
DROP TRIGGER default_subscription_type_stays ON consent_subscriptiontype;
DROP TRIGGER default_brand_stays ON consent_brand;
DROP FUNCTION consent_refuse_default();
DROP TRIGGER suppression_is_never_deleted ON consent_suppression;
DROP TRIGGER consent_text_is_append_only ON consent_consenttext;
DROP TRIGGER consent_record_is_never_emptied ON consent_consentrecord;
DROP TRIGGER consent_record_is_append_only ON consent_consentrecord;
DROP TRIGGER consent_record_is_chained ON consent_consentrecord;
DROP FUNCTION consent_record_chain();
DROP FUNCTION consent_record_canonical(consent_consentrecord);
"""

DEFAULTS = """
INSERT INTO consent_brand (name, slug, legal_name, postal_address, website,
                           from_name, from_email, reply_to, is_default)
VALUES ('Main brand', 'main', '', '', '', '', '', '', true);
INSERT INTO consent_subscriptiontype (brand_id, name, slug, description, frequency,
                                      position, is_default)
SELECT id, 'Marketing Information', 'marketing-information',
       'News and offers', '', 0, true
FROM consent_brand WHERE is_default;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_append_only_audit"),
        ("consent", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.RunSQL(DEFAULTS, migrations.RunSQL.noop),
    ]
