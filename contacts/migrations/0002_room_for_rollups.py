from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("contacts", "0001_initial")]
    operations = [
        # room on the page, so that writing the roll-ups is a HOT update
        migrations.RunSQL(
            "ALTER TABLE contacts_contact SET (fillfactor = 85)",
            "ALTER TABLE contacts_contact RESET (fillfactor)",
        ),
    ]
