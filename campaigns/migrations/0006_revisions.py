from django.db import migrations

CONTENT = (
    *("kind", "subscription_type_id", "from_name", "from_email", "reply_to"),
    *("subject", "preview_text", "blocks", "open_tracked", "click_tracked"),
    "skip_unengaged",
)

OLD, NEW = (", ".join(f"{row}.{name}" for name in CONTENT) for row in ("OLD", "NEW"))

# An approval is of one revision: no way of changing an email may forget to count it.
FORWARD = f"""
CREATE FUNCTION campaigns_count_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.revision := greatest(NEW.revision, OLD.revision + (
        ({OLD})
        IS DISTINCT FROM ({NEW})
    )::int);
    RETURN NEW;
END $$;
CREATE TRIGGER email_counts_its_revisions BEFORE UPDATE ON campaigns_marketingemail
    FOR EACH ROW EXECUTE FUNCTION campaigns_count_revision();

CREATE FUNCTION campaigns_count_recipients() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE campaigns_marketingemail SET revision = revision + 1
    WHERE id = coalesce(NEW.marketingemail_id, OLD.marketingemail_id);
    RETURN NULL;
END $$;
CREATE TRIGGER email_counts_its_segments
    AFTER INSERT OR DELETE ON campaigns_marketingemail_include
    FOR EACH ROW EXECUTE FUNCTION campaigns_count_recipients();
CREATE TRIGGER email_counts_who_is_left_out
    AFTER INSERT OR DELETE ON campaigns_marketingemail_exclude
    FOR EACH ROW EXECUTE FUNCTION campaigns_count_recipients();
"""  # noqa: S608  the names are ours

BACKWARD = """
DROP TRIGGER email_counts_who_is_left_out ON campaigns_marketingemail_exclude;
DROP TRIGGER email_counts_its_segments ON campaigns_marketingemail_include;
DROP TRIGGER email_counts_its_revisions ON campaigns_marketingemail;
DROP FUNCTION campaigns_count_recipients();
DROP FUNCTION campaigns_count_revision();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0005_approvals"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
