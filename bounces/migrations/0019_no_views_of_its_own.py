from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("bounces", "0018_views_move"),
    ]

    operations = [migrations.DeleteModel(name="SavedView")]
