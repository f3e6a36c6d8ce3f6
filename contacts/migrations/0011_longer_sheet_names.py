from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0010_undo"),
    ]

    operations = [
        migrations.AlterField(
            model_name="contactimport",
            name="sheet",
            field=models.CharField(blank=True, max_length=255),
        ),
    ]
