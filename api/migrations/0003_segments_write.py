from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("api", "0002_forms_read"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="token",
            name="token_scopes_are_known",
        ),
        migrations.AddConstraint(
            model_name="token",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "scopes__contained_by",
                        [
                            "contacts:read",
                            "contacts:write",
                            "contacts:export",
                            "consent:read",
                            "consent:write",
                            "suppressions:read",
                            "suppressions:write",
                            "suppressions:export",
                            "segments:read",
                            "segments:write",
                            "forms:read",
                        ],
                    )
                ),
                name="token_scopes_are_known",
            ),
        ),
    ]
