from django.db import migrations, models

BEFORE = (
    *("kind", "subscription_type_id", "from_name", "from_email", "reply_to"),
    *("subject", "preview_text", "blocks", "open_tracked", "click_tracked"),
    *("skip_unengaged", "ignore_cap"),
)
CONTENT = (*BEFORE, "variants")


def counting(content):
    """Whoever approved an email approved it in all of its languages."""
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
        ("campaigns", "0012_revisions_by_conditions"),
    ]

    operations = [
        migrations.AddField(
            model_name="marketingemail",
            name="variants",
            field=models.JSONField(
                blank=True,
                db_default=models.Value({}, models.JSONField()),
                default=dict,
            ),
        ),
        migrations.RunSQL(counting(CONTENT), counting(BEFORE)),
    ]
