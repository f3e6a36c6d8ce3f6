from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("bounces", "0012_where_reading_goes_on"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="bounce",
            index=models.Index(
                condition=models.Q(("kind", "complaint")),
                fields=["address"],
                name="bounce_that_complains",
            ),
        ),
    ]
