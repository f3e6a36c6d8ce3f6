from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("deliveries", "0016_blocks_for_some"),
    ]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="language",
            field=models.CharField(blank=True, db_default="", max_length=12),
        ),
        migrations.AddField(
            model_name="message",
            name="variants",
            field=models.JSONField(
                db_default=models.Value({}, models.JSONField()), default=dict
            ),
        ),
        migrations.AddField(
            model_name="link",
            name="language",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=12
            ),
        ),
        migrations.RemoveConstraint(
            model_name="link", name="link_one_confirm_per_message"
        ),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "confirm")),
                fields=("message", "language"),
                name="link_one_confirm_per_language",
            ),
        ),
    ]
