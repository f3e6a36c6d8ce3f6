"""A migrated and otherwise untouched database, kept between test runs as a template.

Migrating takes longer than most tests; a copy of the template takes a moment. Only for
a server of our own: elsewhere every run migrates.
"""

import contextlib
import hashlib
import os

import psycopg
from psycopg import errors

from config.local import places


def template():
    """Named after all migrations: it changes whenever one of them does."""
    found = sorted(places.ROOT.glob("*/migrations/*.py"))
    content = b"".join(path.name.encode() + path.read_bytes() for path in found)
    return f"pristine_{hashlib.sha256(content).hexdigest()[:16]}"


def server():
    return psycopg.connect(os.environ["LISTWELL_TEST_SERVER"], autocommit=True)


def known(connection, pattern):
    listed = "SELECT datname FROM pg_database WHERE datname LIKE %s"
    return [name for (name,) in connection.execute(listed, [pattern]).fetchall()]


def restore(name):
    """Make `name` a copy of the template; False where there is no template yet."""
    if "LISTWELL_TEST_SERVER" not in os.environ:
        return False
    with server() as connection:
        if template() not in known(connection, "pristine_%"):
            return False
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template()}")
    return True


def remember(name):
    """Keep a copy of this just migrated database, unless another worker did."""
    if "LISTWELL_TEST_SERVER" not in os.environ:
        return
    taken = errors.DuplicateDatabase, errors.UniqueViolation, errors.ObjectInUse
    with server() as connection, contextlib.suppress(*taken):
        for old in known(connection, "pristine_%"):
            if old != template():
                connection.execute(f"DROP DATABASE IF EXISTS {old}")
        connection.execute(f"CREATE DATABASE {template()} TEMPLATE {name}")
