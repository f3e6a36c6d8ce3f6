from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0017_passkeys"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="retention",
            name="retention_is_within_bounds",
        ),
        migrations.AlterField(
            model_name="retention",
            name="kept",
            field=models.CharField(
                choices=[
                    ("browsers", "Browsers behind opens and clicks"),
                    ("reports", "Bounce reports as they came in"),
                    ("evidence", "Evidence of agreements that have ended"),
                    ("imports", "Files of contact imports"),
                    ("notices", "What webhooks were told"),
                    ("changes", "Feed of changes for programs"),
                ],
                max_length=12,
                primary_key=True,
                serialize=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="retention",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("days__range", (1, 90)), ("kept", "browsers")),
                    models.Q(("days__range", (15, 730)), ("kept", "reports")),
                    models.Q(("days__range", (365, 3653)), ("kept", "evidence")),
                    models.Q(("days__range", (7, 365)), ("kept", "imports")),
                    models.Q(("days__range", (7, 90)), ("kept", "notices")),
                    models.Q(("days__range", (30, 730)), ("kept", "changes")),
                    _connector="OR",
                ),
                name="retention_is_within_bounds",
            ),
        ),
    ]
