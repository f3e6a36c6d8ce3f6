from django.db import migrations

# Who gets a block is part of what was approved: the segments that the conditions of blocks
# ask about are used under the key "blocks:" of their email, each email of a campaign too.
FORWARD = """
CREATE FUNCTION campaigns_count_conditions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH RECURSIVE users (key) AS (
        SELECT key FROM segments_segmentuse WHERE segment_id = NEW.id
        UNION SELECT uses.key FROM users JOIN segments_segmentuse uses
            ON users.key = 'segment:' || uses.segment_id
    )
    UPDATE campaigns_marketingemail SET revision = revision + 1
    WHERE message_id IS NULL AND 'blocks:' || id IN (SELECT key FROM users);
    RETURN NULL;
END $$;
CREATE TRIGGER segment_counts_rules_of_blocks
    AFTER UPDATE OF rules, kind ON segments_segment FOR EACH ROW
    WHEN ((OLD.rules, OLD.kind) IS DISTINCT FROM (NEW.rules, NEW.kind))
    EXECUTE FUNCTION campaigns_count_conditions();
CREATE TRIGGER segment_counts_who_gets_blocks
    AFTER UPDATE OF joins, leaves ON segments_segment FOR EACH ROW
    WHEN (NEW.kind = 'static'
        AND (NEW.joins, NEW.leaves) IS DISTINCT FROM (OLD.joins, OLD.leaves))
    EXECUTE FUNCTION campaigns_count_conditions();
"""

BACKWARD = """
DROP TRIGGER segment_counts_who_gets_blocks ON segments_segment;
DROP TRIGGER segment_counts_rules_of_blocks ON segments_segment;
DROP FUNCTION campaigns_count_conditions();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0011_ignore_cap"),
        ("segments", "0009_count_who_joins"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
