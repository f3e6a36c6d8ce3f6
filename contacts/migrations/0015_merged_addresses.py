import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("consent", "0021_bulk_opt_outs"),
        ("contacts", "0014_import_templates"),
    ]

    operations = [
        migrations.CreateModel(
            name="MergedAddress",
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
                ("merged_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "address",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged",
                        to="consent.address",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="merged_addresses",
                        to="contacts.contact",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "merged addresses",
            },
        ),
    ]
