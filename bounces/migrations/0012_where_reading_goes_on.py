from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bounces", "0011_provider_lists"),
    ]

    operations = [
        migrations.AddField(
            model_name="providerlist",
            name="due_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="providerlist",
            name="is_busy",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="providerlist",
            name="reading_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="providerlist",
            name="cursor",
            field=models.TextField(blank=True, db_default=""),
        ),
        migrations.AddField(
            model_name="providerlist",
            name="listed_so_far",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="providerlist",
            name="added_so_far",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
    ]
