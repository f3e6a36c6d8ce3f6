import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

CHANNELS = ("marketing", "sequence", "one_to_one", "confirmation", "service", "test")
LABELS = (
    "Marketing email",
    "Sequence",
    "One-to-one email",
    "Confirmation email",
    "Service email",
    "Test send",
)
STAYS = """
CREATE TRIGGER rule_set_is_append_only
    BEFORE UPDATE OR DELETE ON deliveries_ruleset
    FOR EACH ROW EXECUTE FUNCTION listwell_refuse_change();
"""
GOES = "DROP TRIGGER rule_set_is_append_only ON deliveries_ruleset;"


class Migration(migrations.Migration):
    dependencies = [
        ("consent", "0001_initial"),
        ("deliveries", "0023_a_hold_for_each_cause"),
    ]

    operations = [
        migrations.CreateModel(
            name="RuleSet",
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
                (
                    "channel",
                    models.CharField(
                        choices=list(zip(CHANNELS, LABELS, strict=True)), max_length=12
                    ),
                ),
                ("rules", models.JSONField()),
                ("digest", models.CharField(max_length=64, unique=True)),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", list(CHANNELS))),
                        name="rule_set_channel_is_known",
                    )
                ],
            },
        ),
        migrations.RunSQL(STAYS, GOES),
        migrations.AddField(
            model_name="delivery",
            name="consent",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                to="consent.consentrecord",
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="rule_set",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                to="deliveries.ruleset",
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="ledger_at",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="delivery",
            name="put_off",
            field=models.JSONField(null=True),
        ),
    ]
