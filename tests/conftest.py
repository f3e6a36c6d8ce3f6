"""Fixtures every test may ask for. Those of the real processes are in tests/live.py."""

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from hypothesis import settings as hypothesis_settings

from tests import pristine
from tests.people import ALICE, PASSWORD

pytest_plugins = ("tests.live", "tests.browser", "tests.two_brands")


# A slow machine is no counter-example.
hypothesis_settings.register_profile("listwell", deadline=None)
hypothesis_settings.load_profile("listwell")


def pytest_configure(config):
    """Quicker than in production where nothing is tested by it."""
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher",
        "django.contrib.auth.hashers.Argon2PasswordHasher",  # for the live console
    ]
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {
            "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        }
    }


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings):
    """Start from a migrated copy where there is one."""
    return pristine.restore(connection.creation._get_test_db_name())


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_keepdb):
    if not django_db_keepdb:
        connection.close()
        pristine.remember(connection.settings_dict["NAME"])


@pytest.fixture
def alice(db):
    """An administrator."""
    return get_user_model().objects.create_superuser(ALICE, PASSWORD)


@pytest.fixture
def client(alice):
    """Signed in as Alice."""
    signed_in = Client()
    signed_in.force_login(alice)
    return signed_in


@pytest.fixture
def in_finnish(alice):
    """Alice reads the console in Finnish."""
    alice.language = "fi"
    alice.save(update_fields=["language"])


@pytest.fixture
def outsider_client(db):
    """Nobody is signed in."""
    return Client()
