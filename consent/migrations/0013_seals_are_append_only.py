from django.db import migrations

FORWARD = """
CREATE TRIGGER seal_is_append_only BEFORE UPDATE OR DELETE ON consent_seal
    FOR EACH ROW EXECUTE FUNCTION listwell_refuse_change();
CREATE TRIGGER seal_is_never_emptied BEFORE TRUNCATE ON consent_seal
    FOR EACH STATEMENT EXECUTE FUNCTION listwell_refuse_change();
"""
BACKWARD = """
DROP TRIGGER seal_is_never_emptied ON consent_seal;
DROP TRIGGER seal_is_append_only ON consent_seal;
"""


class Migration(migrations.Migration):
    dependencies = [("consent", "0012_seal")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
