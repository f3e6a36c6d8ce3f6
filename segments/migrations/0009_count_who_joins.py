from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("segments", "0008_tell_how_many_were_written")]
    operations = [
        migrations.AddField(
            model_name="segment",
            name=name,
            field=models.PositiveBigIntegerField(
                db_default=0, default=0, editable=False
            ),
        )
        for name in ("joins", "leaves")
    ]
