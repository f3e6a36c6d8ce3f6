import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("deliveries", "0017_languages"),
    ]

    operations = [
        migrations.CreateModel(
            name="Pace",
            fields=[
                (
                    "message",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="deliveries.message",
                    ),
                ),
                ("per_minute", models.PositiveIntegerField()),
                ("minute", models.DateTimeField(null=True)),
                ("started", models.PositiveIntegerField(db_default=0, default=0)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("per_minute__gt", 0)),
                        name="pace_lets_somebody_go",
                    )
                ],
            },
        ),
    ]
