import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("consent", "0025_purpose"),
    ]

    operations = [
        migrations.CreateModel(
            name="OwnLimit",
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
                    "days",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (7, "at most once a week"),
                            (30, "at most once a month"),
                            (91, "at most once a quarter"),
                        ],
                        null=True,
                    ),
                ),
                ("said_at", models.DateTimeField()),
                (
                    "address",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="consent.address",
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="consent.consentrecord",
                    ),
                ),
                (
                    "subscription_type",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="consent.subscriptiontype",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("days__isnull", False)),
                        fields=["subscription_type"],
                        name="own_limit_in_force",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["address", "subscription_type"],
                        name="own_limit_once_per_type",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("days", None), ("days__in", [7, 30, 91]), _connector="OR"
                        ),
                        name="own_limit_days_are_offered",
                    ),
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name="consentrecord",
            name="record_action_is_known",
        ),
        migrations.AlterField(
            model_name="consentrecord",
            name="action",
            field=models.CharField(
                choices=[
                    ("given", "Agreed"),
                    ("refused", "Refused"),
                    ("withdrawn", "Opted out"),
                    ("renewed", "Confirmed again"),
                    ("expired", "Expired"),
                    ("sunset", "Opted out after staying silent"),
                    ("late_confirmed", "Came back by a late confirmation"),
                    ("restored", "Opt-out undone"),
                    ("suppressed", "Address blocked"),
                    ("released", "Address released"),
                    ("paused", "Asked for a pause"),
                    ("resumed", "The pause ended"),
                    ("erased", "Erased on request"),
                    ("fewer", "Asked for fewer emails"),
                    ("as_sent", "Asked for all emails again"),
                    ("tracking_agreed", "Agreed to tracking"),
                    ("tracking_refused", "Refused tracking"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="consentrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "action__in",
                        [
                            "given",
                            "refused",
                            "withdrawn",
                            "renewed",
                            "expired",
                            "sunset",
                            "late_confirmed",
                            "restored",
                            "suppressed",
                            "released",
                            "paused",
                            "resumed",
                            "erased",
                            "fewer",
                            "as_sent",
                            "tracking_agreed",
                            "tracking_refused",
                        ],
                    )
                ),
                name="record_action_is_known",
            ),
        ),
    ]
