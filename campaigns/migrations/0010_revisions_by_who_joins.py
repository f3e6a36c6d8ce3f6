import importlib

from django.db import migrations

# As many may be put into a static segment as left it, or were deleted: so who joined is
# counted and not the size. Who is taken out reaches others where the segment is left out,
# or where another one is made from it.
FORWARD = """
DROP TRIGGER segment_counts_who_is_put_in ON segments_segment;
CREATE OR REPLACE FUNCTION campaigns_count_segments() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    only_left boolean := (NEW.rules, NEW.kind, NEW.joins)
        IS NOT DISTINCT FROM (OLD.rules, OLD.kind, OLD.joins);
BEGIN
    WITH RECURSIVE users (key, directly) AS (
        SELECT key, true FROM segments_segmentuse WHERE segment_id = NEW.id
        UNION SELECT uses.key, false FROM users JOIN segments_segmentuse uses
            ON users.key = 'segment:' || uses.segment_id
    )
    UPDATE campaigns_marketingemail email SET revision = revision + 1
    WHERE message_id IS NULL
        AND EXISTS (SELECT FROM users
            WHERE key = coalesce(nullif(email."group", ''), 'email:' || email.id)
            AND NOT (only_left AND directly AND NOT EXISTS (
                SELECT FROM campaigns_marketingemail_exclude out
                WHERE out.marketingemail_id = email.id AND out.segment_id = NEW.id)))
        AND NOT EXISTS (SELECT FROM campaigns_marketingemail first
            WHERE first."group" = email."group" AND first."group" <> ''
            AND first.message_id IS NOT NULL);
    RETURN NULL;
END $$;
CREATE TRIGGER segment_counts_who_is_put_in
    AFTER UPDATE OF joins, leaves ON segments_segment FOR EACH ROW
    WHEN (NEW.kind = 'static'
        AND (NEW.joins, NEW.leaves) IS DISTINCT FROM (OLD.joins, OLD.leaves))
    EXECUTE FUNCTION campaigns_count_segments();
"""

BEFORE = importlib.import_module("campaigns.migrations.0009_revisions_by_segments")
BACKWARD = BEFORE.BACKWARD + BEFORE.FORWARD


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0009_revisions_by_segments"),
        ("segments", "0009_count_who_joins"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
