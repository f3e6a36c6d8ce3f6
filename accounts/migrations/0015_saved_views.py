import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0014_retention"),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedView",
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
                    "page",
                    models.CharField(
                        choices=[
                            ("contacts:list", "Contacts"),
                            ("bounces:list", "Bounce audit"),
                        ],
                        max_length=20,
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("query", models.CharField(blank=True, max_length=600)),
                ("is_shared", models.BooleanField(default=False)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["name", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("page__in", ["contacts:list", "bounces:list"])
                        ),
                        name="saved_view_is_of_a_known_list",
                    ),
                    models.UniqueConstraint(
                        models.F("page"),
                        django.db.models.functions.text.Lower("name"),
                        condition=models.Q(("is_shared", True)),
                        name="saved_view_shared_name_once",
                        violation_error_message=(
                            "Everybody has a view of this name already."
                        ),
                    ),
                    models.UniqueConstraint(
                        models.F("owner"),
                        models.F("page"),
                        django.db.models.functions.text.Lower("name"),
                        condition=models.Q(("is_shared", False)),
                        name="saved_view_own_name_once",
                        violation_error_message=(
                            "You have a view of this name already."
                        ),
                    ),
                ],
            },
        ),
    ]
