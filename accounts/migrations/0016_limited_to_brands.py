import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0015_saved_views"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="brand_ids",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(),
                blank=True,
                db_default=[],
                default=list,
                size=None,
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("role", "admin"), _negated=True),
                    ("brand_ids", []),
                    _connector="OR",
                ),
                name="user_administrator_is_not_limited",
                violation_error_message="An administrator works for every brand.",
            ),
        ),
    ]
