from django.db import migrations

# Of whom an email of a campaign goes to, the email itself knows nothing: an approval of
# it ends with a change of the people as well.
FORWARD = """
CREATE FUNCTION reengagement_count_people() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE campaigns_marketingemail SET revision = revision + 1
    WHERE id IN (SELECT email_id FROM reengagement_campaignemail
        WHERE campaign_id = NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER campaign_counts_whom_it_asks
    AFTER UPDATE OF segment_id, skip_double_opt_in, holdout_percent
    ON reengagement_campaign FOR EACH ROW
    WHEN ((OLD.segment_id, OLD.skip_double_opt_in, OLD.holdout_percent)
        IS DISTINCT FROM
        (NEW.segment_id, NEW.skip_double_opt_in, NEW.holdout_percent))
    EXECUTE FUNCTION reengagement_count_people();
"""

BACKWARD = """
DROP TRIGGER campaign_counts_whom_it_asks ON reengagement_campaign;
DROP FUNCTION reengagement_count_people();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0006_revisions"),
        ("reengagement", "0002_tallies_and_rest"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
