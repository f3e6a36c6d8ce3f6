import django.db.models.deletion
from django.db import migrations, models

# Single people are part of what was approved. Two contacts that become one change whom
# an email reaches as little as a new name would.
FORWARD = """
CREATE FUNCTION campaigns_count_singles() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE campaigns_marketingemail SET revision = revision + 1
    WHERE id = coalesce(NEW.email_id, OLD.email_id);
    RETURN NULL;
END $$;
CREATE TRIGGER email_counts_single_contacts
    AFTER INSERT OR DELETE OR UPDATE OF gets ON campaigns_singlecontact
    FOR EACH ROW EXECUTE FUNCTION campaigns_count_singles();
"""

BACKWARD = """
DROP TRIGGER email_counts_single_contacts ON campaigns_singlecontact;
DROP FUNCTION campaigns_count_singles();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0014_spread"),
        ("contacts", "0016_contact_views"),
    ]

    operations = [
        migrations.CreateModel(
            name="SingleContact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("gets", models.BooleanField()),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="contacts.contact",
                    ),
                ),
                (
                    "email",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="singles",
                        to="campaigns.marketingemail",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("email", "contact"),
                        name="single_contact_once_for_each_email",
                        violation_error_message=(
                            "This contact is chosen or left out already. Not both."
                        ),
                    )
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
