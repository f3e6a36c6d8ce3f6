"""A wrong setting stops the start with one sentence that names it."""

import runpy
import subprocess
import sys

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from config.local import places
from config.local.lint import production
from tests.platform.checkout import outside_env

WRONG = [
    ("SECRET_KEY", ""),
    ("SECRET_KEY", "short"),
    ("ERASURE_KEY", ""),
    ("ERASURE_KEYS_BEFORE", f"{'a' * 40},short"),
    ("LEDGER_KEY", "short"),
    ("LINK_KEYS", "no number"),
    ("LINK_KEYS", f"1:{'a' * 40},1:{'b' * 40}"),
    ("BASE_URL", "listwell.example"),
    ("DATABASE_URL", ""),
    ("DATABASE_URL", "sqlite:///here.db"),
    ("DATABASE_URL", "postgres://user@host:port/name"),
    ("REDIS_URL", "http://127.0.0.1"),
    ("EMAIL_URL", "mail.example"),
    ("DEBUG", "maybe"),
    ("LOCAL_MODE", "sometimes"),
    ("DB_POOL", "many"),
    ("LOG_LEVEL", "loud"),
    ("BOUNCE_DOMAIN", "no domain"),
    ("VAULT_KEYS", "1:short"),
    ("DNS_SERVERS", "ns.example"),
    ("DNS_SERVERS", "127.0.0.1:many"),
    ("WEBHOOK_KEYS", "a key without a name"),
    ("WEBHOOKS_INTERNAL", "perhaps"),
    ("CLICK_SETTLE_SECONDS", "soon"),
    ("API_REQUESTS_PER_MINUTE", "many"),
    ("SUPPRESSION_LISTS", "postmark+http://KEY@api.example/outbound"),
]


def run(*command, **changes):
    return subprocess.run(
        [sys.executable, *command],
        cwd=places.ROOT,
        env=outside_env() | production() | changes,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_is_named_in_one_sentence(name, value, monkeypatch):
    for variable, good in production().items():
        monkeypatch.setenv(variable, good)
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=f"^{name} "):
        runpy.run_path(str(places.ROOT / "config" / "settings.py"))


@pytest.mark.parametrize(
    "command",
    [
        ["manage.py", "check"],
        ["-m", "config.prepare"],
        ["-c", "import config.wsgi"],
        ["-m", "celery", "--app", "config.worker", "worker"],
        ["-m", "celery", "--app", "config.worker", "beat"],
    ],
)
def test_every_process_says_the_same(command):
    refused = run(*command, SECRET_KEY="")
    assert refused.returncode != 0
    assert refused.stderr.startswith("Not started: SECRET_KEY is not set.")
    assert refused.stderr.count("\n") == 1


def test_the_secret_itself_is_not_printed():
    refused = run("manage.py", "check", DATABASE_URL="mysql://user:s3cr3t@host/name")
    assert "s3cr3t" not in refused.stderr


def test_production_settings_pass_the_deployment_checks():
    checked = run("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert checked.returncode == 0, checked.stderr


@pytest.mark.django_db
def test_every_model_change_has_its_migration():
    made = run(
        *("manage.py", "makemigrations", "--check", "--dry-run"),
        PYTHONWARNINGS="ignore:Got an error checking a consistent migration",
    )
    assert made.returncode == 0, made.stdout


def test_the_user_model_is_our_own():
    assert get_user_model()._meta.label == "accounts.User"


@pytest.mark.django_db
def test_health_answers_without_a_sign_in(outsider_client):
    assert outsider_client.get(reverse("healthz")).content == b"ok\n"
