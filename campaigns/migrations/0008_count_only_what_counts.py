from django.db import migrations

CONTENT = (
    *("kind", "subscription_type_id", "from_name", "from_email", "reply_to"),
    *("subject", "preview_text", "blocks", "open_tracked", "click_tracked"),
    *("skip_unengaged", "revision"),
)

# The figures of an email are written every few seconds while it is sent: that needs
# nobody who unpacks its blocks to find that they are the same.
FORWARD = f"""
DROP TRIGGER email_counts_its_revisions ON campaigns_marketingemail;
CREATE TRIGGER email_counts_its_revisions
    BEFORE UPDATE OF {", ".join(CONTENT)} ON campaigns_marketingemail
    FOR EACH ROW EXECUTE FUNCTION campaigns_count_revision();
"""

BACKWARD = """
DROP TRIGGER email_counts_its_revisions ON campaigns_marketingemail;
CREATE TRIGGER email_counts_its_revisions BEFORE UPDATE ON campaigns_marketingemail
    FOR EACH ROW EXECUTE FUNCTION campaigns_count_revision();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0007_readers_time"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
