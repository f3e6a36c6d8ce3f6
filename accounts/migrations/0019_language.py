from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("accounts", "0018_retention_of_changes")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="language",
            field=models.CharField(
                choices=[
                    ("en", "English"),
                    ("fi", "Suomi"),
                    ("fr", "Français"),
                    ("nb", "Norsk bokmål"),
                    ("pl", "Polski"),
                ],
                default="en",
                max_length=5,
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=Q(language__in=["en", "fi", "fr", "nb", "pl"]),
                name="user_language_is_known",
            ),
        ),
    ]
