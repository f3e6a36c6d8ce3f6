import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("consent", "0024_one_name_each"),
    ]

    operations = [
        migrations.AddField(
            model_name="subscriptiontype",
            name="purpose",
            field=models.CharField(blank=True, db_default="", max_length=300),
        ),
        migrations.AddField(
            model_name="typetranslation",
            name="purpose",
            field=models.CharField(blank=True, db_default="", max_length=300),
        ),
        migrations.AddConstraint(
            model_name="subscriptiontype",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Upper("name"),
                condition=models.Q(("archived_at", None)),
                name="subscription_type_name_once_in_use",
            ),
        ),
    ]
