import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("consent", "0023_tracking"),
        ("deliveries", "0025_tracking_modes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Late",
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
                ("delivery_id", models.BigIntegerField(unique=True)),
                ("said_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField()),
                ("found_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name_plural": "late",
            },
        ),
        migrations.AddField(
            model_name="late",
            name="address",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="consent.address",
            ),
        ),
        migrations.AddField(
            model_name="late",
            name="message",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                to="deliveries.message",
            ),
        ),
        migrations.AddConstraint(
            model_name="late",
            constraint=models.CheckConstraint(
                condition=models.Q(("accepted_at__gt", models.F("said_at"))),
                name="late_is_after_the_no",
            ),
        ),
    ]
