from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0017_views_move"),
    ]

    operations = [migrations.DeleteModel(name="ContactView")]
