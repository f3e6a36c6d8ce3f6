import datetime as dt

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("deliveries", "0012_days")]
    operations = [
        migrations.CreateModel(
            name="Forgotten",
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
                    "until",
                    models.DateTimeField(
                        default=dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "forgotten",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(id=1), name="forgotten_is_one_row"
                    )
                ],
            },
        ),
    ]
