from django.db import migrations

FORWARD = "UPDATE accounts_user SET email = lower(email) WHERE email <> lower(email)"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_append_only_audit")]
    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
