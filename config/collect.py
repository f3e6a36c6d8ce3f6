"""`python -m config.collect`: gather the static files while an image is built.

No server and no secret is at hand then: what only running needs is made up.
"""

import os
import secrets
import sys

import django
from django.core.management import call_command

MADE_UP = {
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "BASE_URL": "https://build.example",
    "DATABASE_URL": "postgres://build:build@127.0.0.1:1/build",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "EMAIL_URL": "smtp://127.0.0.1:1",
}
KEYS = ("SECRET_KEY", "ERASURE_KEY", "LEDGER_KEY")
KEYRINGS = ("LINK_KEYS", "VAULT_KEYS")


def main() -> int:
    os.environ.update(MADE_UP)
    os.environ.update({name: secrets.token_urlsafe(40) for name in KEYS})
    os.environ.update({name: f"1:{secrets.token_urlsafe(40)}" for name in KEYRINGS})
    django.setup()
    call_command("collectstatic", verbosity=1, interactive=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
