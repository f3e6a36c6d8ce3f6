"""Run a manage.py command as `nobody` although only root can read the project.

`python -m config.local.unprivileged COMMAND ...`: what the command needs is imported
while root can still read it, then root is left for good.
"""

import concurrent.futures.thread
import contextlib
import email.generator
import email.headerregistry
import email.message
import email.policy
import encodings
import importlib
import io
import os
import pkgutil
import signal
import sys

import django
from django.core.management import call_command, get_commands, load_command_class
from django.db import connection

from config.environment import stop_if_misconfigured
from config.local import children, places

# What is otherwise loaded at its first use.
LOADED_EARLY = (
    concurrent.futures.thread,
    email.generator,
    email.headerregistry,
    email.message,
    email.policy,
)


def import_encodings() -> None:
    """Python looks these up by name at the first use, which may be too late."""
    for module in pkgutil.iter_modules(encodings.__path__):
        with contextlib.suppress(ImportError):
            importlib.import_module(f"encodings.{module.name}")


def leave_root() -> None:
    """Leaving root makes the kernel forget who is to be followed: ask again."""
    account = places.account()
    if account:
        os.setgroups(account["extra_groups"])
        os.setgid(account["group"])
        os.setuid(account["user"])
    follow = children.follow_parent(signal.SIGTERM, os.getppid())
    if follow:
        follow()


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    stop_if_misconfigured()
    django.setup()
    name, *arguments = sys.argv[1:]
    command = load_command_class(get_commands()[name], name)
    command.requires_system_checks = []  # they read files; done while root
    import_encodings()
    call_command("check", stdout=io.StringIO())
    connection.ensure_connection()
    connection.close()
    leave_root()
    command.run_from_argv(["manage.py", name, *arguments])


if __name__ == "__main__":
    main()
