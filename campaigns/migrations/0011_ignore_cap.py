from django.db import migrations, models

BEFORE = (
    *("kind", "subscription_type_id", "from_name", "from_email", "reply_to"),
    *("subject", "preview_text", "blocks", "open_tracked", "click_tracked"),
    "skip_unengaged",
)
CONTENT = (*BEFORE, "ignore_cap")


def counting(content):
    """Whoever approved an email approved to whom it goes in spite of the limit, too."""
    old, new = (
        ", ".join(f"{row}.{name}" for name in content) for row in ("OLD", "NEW")
    )
    return f"""
CREATE OR REPLACE FUNCTION campaigns_count_revision() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.revision := greatest(NEW.revision, OLD.revision + (
        ({old})
        IS DISTINCT FROM ({new})
    )::int);
    RETURN NEW;
END $$;
DROP TRIGGER email_counts_its_revisions ON campaigns_marketingemail;
CREATE TRIGGER email_counts_its_revisions
    BEFORE UPDATE OF {", ".join(content)}, revision ON campaigns_marketingemail
    FOR EACH ROW EXECUTE FUNCTION campaigns_count_revision();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0010_revisions_by_who_joins"),
    ]

    operations = [
        migrations.AddField(
            model_name="marketingemail",
            name="ignore_cap",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.RunSQL(counting(CONTENT), counting(BEFORE)),
    ]
