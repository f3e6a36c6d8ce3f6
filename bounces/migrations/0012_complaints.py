from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("bounces", "0011_provider_lists"),
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
