from django.db import migrations

# An approval is of the people as well: other rules of a segment that an email goes to or
# leaves out, or of one that such a segment is made from, and more people in a static one
# change whom it reaches. A campaign has fixed its people once one of its emails has left.
FORWARD = """
CREATE FUNCTION campaigns_count_segments() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH RECURSIVE users (key) AS (
        SELECT key FROM segments_segmentuse WHERE segment_id = NEW.id
        UNION SELECT uses.key FROM users JOIN segments_segmentuse uses
            ON users.key = 'segment:' || uses.segment_id
    )
    UPDATE campaigns_marketingemail email SET revision = revision + 1
    WHERE message_id IS NULL
        AND coalesce(nullif("group", ''), 'email:' || id) IN (SELECT key FROM users)
        AND NOT EXISTS (SELECT FROM campaigns_marketingemail first
            WHERE first."group" = email."group" AND first."group" <> ''
            AND first.message_id IS NOT NULL);
    RETURN NULL;
END $$;
CREATE TRIGGER segment_counts_its_rules
    AFTER UPDATE OF rules, kind ON segments_segment FOR EACH ROW
    WHEN ((OLD.rules, OLD.kind) IS DISTINCT FROM (NEW.rules, NEW.kind))
    EXECUTE FUNCTION campaigns_count_segments();
CREATE TRIGGER segment_counts_who_is_put_in
    AFTER UPDATE OF size ON segments_segment FOR EACH ROW
    WHEN (NEW.kind = 'static' AND NEW.size > coalesce(OLD.size, 0))
    EXECUTE FUNCTION campaigns_count_segments();
"""

BACKWARD = """
DROP TRIGGER segment_counts_who_is_put_in ON segments_segment;
DROP TRIGGER segment_counts_its_rules ON segments_segment;
DROP FUNCTION campaigns_count_segments();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0008_count_only_what_counts"),
        ("segments", "0001_segments_and_members"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
