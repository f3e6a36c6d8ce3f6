import django.utils.timezone
from django.db import migrations, models
from django.db.models import Q

# Administrators stay administrators. Whoever could erase people or take opt-outs back
# gets the role that may; the others become marketers. Nobody gets more than she had, but
# for what comes with that role; exports, deleting and settings are to be given anew.
ROLES = """
UPDATE accounts_user AS u SET role = CASE
    WHEN is_superuser THEN 'admin'
    WHEN EXISTS (
        SELECT FROM auth_permission p
        WHERE p.codename IN ('erase', 'undo_optoutimport') AND (
            EXISTS (SELECT FROM accounts_user_user_permissions own
                    WHERE own.user_id = u.id AND own.permission_id = p.id)
            OR EXISTS (SELECT FROM accounts_user_groups g
                       JOIN auth_group_permissions given USING (group_id)
                       WHERE g.user_id = u.id AND given.permission_id = p.id)))
        THEN 'hygiene'
    ELSE 'marketer'
END
"""
BACKWARD = """
UPDATE accounts_user
   SET is_superuser = role = 'admin', is_staff = role = 'admin'
"""

# One at a time, so that two administrators cannot make each other less at once: the
# second one sees what the first one did.
LAST = """
CREATE FUNCTION accounts_keep_an_administrator() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('accounts_keep_an_administrator'));
    IF NOT EXISTS (SELECT FROM accounts_user WHERE role = 'admin' AND is_active) THEN
        RAISE EXCEPTION 'There must be an active administrator'
            USING ERRCODE = 'check_violation',
                  CONSTRAINT = 'user_an_administrator_stays';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER user_an_administrator_stays
    AFTER UPDATE OF role, is_active ON accounts_user
    FOR EACH ROW WHEN (
        OLD.role = 'admin' AND OLD.is_active
        AND NOT (NEW.role = 'admin' AND NEW.is_active))
    EXECUTE FUNCTION accounts_keep_an_administrator();
CREATE TRIGGER user_an_administrator_is_not_deleted
    AFTER DELETE ON accounts_user
    FOR EACH ROW WHEN (OLD.role = 'admin' AND OLD.is_active)
    EXECUTE FUNCTION accounts_keep_an_administrator();
"""
NOT_LAST = """
DROP TRIGGER user_an_administrator_stays ON accounts_user;
DROP TRIGGER user_an_administrator_is_not_deleted ON accounts_user;
DROP FUNCTION accounts_keep_an_administrator();
"""
WORDS = ["viewer", "marketer", "hygiene", "admin"]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_redact_the_audit")]
    operations = [
        migrations.AddField(
            "user",
            "role",
            models.CharField(
                choices=[
                    ("viewer", "Viewer"),
                    ("marketer", "Marketer"),
                    ("hygiene", "Hygiene manager"),
                    ("admin", "Administrator"),
                ],
                default="viewer",
                max_length=8,
            ),
        ),
        migrations.RunSQL(ROLES, BACKWARD),
        migrations.AddConstraint(
            "user",
            models.CheckConstraint(
                condition=Q(role__in=WORDS), name="user_role_is_known"
            ),
        ),
        migrations.RemoveField("user", "groups"),
        migrations.RemoveField("user", "user_permissions"),
        migrations.RemoveField("user", "is_staff"),
        migrations.RemoveField("user", "is_superuser"),
        migrations.AlterField("user", "is_active", models.BooleanField(default=True)),
        migrations.AlterField(
            "user",
            "date_joined",
            models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.RunSQL(LAST, NOT_LAST),
    ]
