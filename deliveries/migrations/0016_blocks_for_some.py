from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("deliveries", "0015_journal"),
    ]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="shown",
            field=models.BigIntegerField(null=True),
        ),
    ]
