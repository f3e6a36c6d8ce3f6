import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("consent", "0023_tracking"),
        ("deliveries", "0024_proof"),
    ]

    operations = [
        migrations.CreateModel(
            name="LastSeen",
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
                ("opened_on", models.DateField(null=True)),
                ("clicked_on", models.DateField(null=True)),
            ],
            options={
                "verbose_name_plural": "last seen",
            },
        ),
        migrations.AddField(
            model_name="delivery",
            name="dated",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="message",
            name="tracking",
            field=models.CharField(
                choices=[
                    ("full", "Full: who opened and clicked what, and when"),
                    ("hygiene", "Hygiene only: the day of the last open and click"),
                    ("off", "Off: nothing"),
                ],
                db_default="full",
                default="full",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("tracking__in", ["full", "hygiene", "off"])),
                name="message_tracking_is_known",
            ),
        ),
        migrations.AddField(
            model_name="lastseen",
            name="address",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="consent.address",
            ),
        ),
        migrations.AddField(
            model_name="lastseen",
            name="brand",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="consent.brand",
            ),
        ),
        migrations.AddConstraint(
            model_name="lastseen",
            constraint=models.UniqueConstraint(
                fields=("address", "brand"), name="last_seen_once_per_brand"
            ),
        ),
    ]
