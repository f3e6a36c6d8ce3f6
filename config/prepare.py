"""Bring the database up to date: `python -m config.prepare [--static]`.

With `--static` the static files are gathered as well.
The last line it prints is JSON: is the console empty, and the first administrator's
email and password if this run made that account.
"""

import json
import os
import secrets
import sys

import django
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from config.environment import stop_if_misconfigured

FIRST_ADMIN = "admin@listwell.test"


def first_admin() -> dict[str, str]:
    """Make somebody who can sign in, where nobody can yet."""
    users = get_user_model().objects
    if users.exists():
        return {"email": "", "password": ""}
    password = secrets.token_urlsafe(12)
    users.create_superuser(email=FIRST_ADMIN, password=password)
    return {"email": FIRST_ADMIN, "password": password}


def is_behind() -> bool:
    """Asking takes a moment; the command takes seconds even with nothing to do."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    stop_if_misconfigured()
    django.setup()
    if is_behind():
        call_command("migrate", verbosity=0, interactive=False)
    if "--static" in sys.argv:
        call_command("collectstatic", verbosity=0, interactive=False)
    found = first_admin()
    empty = not django.apps.apps.get_model("contacts", "Contact").objects.exists()
    sys.stdout.write(json.dumps({"empty": empty, **found}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
