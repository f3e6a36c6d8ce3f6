from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0013_languages"),
    ]

    operations = [
        migrations.AddField(
            model_name="marketingemail",
            name="spread_hours",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddConstraint(
            model_name="marketingemail",
            constraint=models.CheckConstraint(
                condition=models.Q(("spread_hours__lte", 72)),
                name="email_spread_is_days",
                violation_error_message="An email leaves within three days.",
            ),
        ),
    ]
