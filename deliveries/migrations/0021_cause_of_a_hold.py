from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("deliveries", "0020_loopback"),
    ]

    operations = [
        migrations.AddField(
            model_name="hold",
            name="cause",
            field=models.CharField(
                choices=[
                    ("person", "Somebody's own reason"),
                    ("email", "Its email was paused or stopped"),
                    ("guard", "Too much came back"),
                    ("rest", "Too much mail at once"),
                    ("content", "No mail can be made of it"),
                    ("records", "Its records are wrong"),
                    ("journal", "Another database than before"),
                    ("incident", "An open incident"),
                    ("dns", "The domain could not be found"),
                ],
                default="person",
                max_length=10,
            ),
        ),
    ]
