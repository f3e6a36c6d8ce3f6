from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bounces", "0013_complaints"),
    ]

    operations = [
        migrations.AddField(
            model_name="providerlist",
            name="turned_at",
            field=models.DateTimeField(null=True),
        ),
    ]
