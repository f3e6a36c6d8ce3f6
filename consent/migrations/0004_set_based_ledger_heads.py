from django.db import migrations

# One UPDATE per statement instead of one per row: bulk opt-outs cost half.
FORWARD = """
CREATE OR REPLACE FUNCTION consent_record_chain() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    SELECT ledger_head INTO NEW.prev_hash FROM consent_address
        WHERE id = NEW.address_id FOR NO KEY UPDATE;
    NEW.hash := sha256(
        NEW.prev_hash || convert_to(consent_record_canonical(NEW), 'UTF8')
    );
    RETURN NEW;
END $$;

CREATE FUNCTION consent_record_heads() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moved bigint;
BEGIN
    UPDATE consent_address a SET ledger_head = n.hash
        FROM written n WHERE a.id = n.address_id AND a.ledger_head = n.prev_hash;
    GET DIAGNOSTICS moved = ROW_COUNT;
    IF moved <> (SELECT count(*) FROM written) THEN
        RAISE EXCEPTION 'one statement writes two records of one address'
            USING ERRCODE = 'integrity_constraint_violation',
            HINT = 'Write them in two statements, so that each is chained.';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER consent_record_moves_the_head AFTER INSERT ON consent_consentrecord
    REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION consent_record_heads();

-- room for the first head of every row of a page, so that it is a HOT update
ALTER TABLE consent_address SET (fillfactor = 50);
"""
BACKWARD = """
ALTER TABLE consent_address SET (fillfactor = 80);
DROP TRIGGER consent_record_moves_the_head ON consent_consentrecord;
DROP FUNCTION consent_record_heads();
CREATE OR REPLACE FUNCTION consent_record_chain() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    SELECT ledger_head INTO NEW.prev_hash FROM consent_address
        WHERE id = NEW.address_id FOR NO KEY UPDATE;
    NEW.hash := sha256(
        NEW.prev_hash || convert_to(consent_record_canonical(NEW), 'UTF8')
    );
    UPDATE consent_address SET ledger_head = NEW.hash WHERE id = NEW.address_id;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("consent", "0003_lift_as_the_reason_allows")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
