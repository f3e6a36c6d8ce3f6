"""The settings of a local run: made up once, kept in a private file."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from config.local import places

# Secrets that must survive a restart, or links in sent mail would break.
KEYRINGS = ("LINK_KEYS", "VAULT_KEYS")
KEPT = ("SECRET_KEY", "ERASURE_KEY", "LEDGER_KEY", *KEYRINGS)


def keys_file() -> Path:
    return places.ROOT / ".local" / "keys"


def env_file() -> Path:
    """What a second terminal needs to join the running console."""
    return places.ROOT / ".local" / "env"


def lock_file() -> Path:
    return places.ROOT / ".local" / "running.lock"


def parse(text: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
    return {name: value for name, _, value in pairs}


def save(path: Path, values: dict[str, str]) -> None:
    path.parent.mkdir(exist_ok=True)
    text = "".join(f"{name}={value}\n" for name, value in values.items())
    places.write_private(path, text)


def invented_keys() -> dict[str, str]:
    keys = {name: secrets.token_urlsafe(40) for name in KEPT}
    return keys | {name: f"1:{keys[name]}" for name in KEYRINGS}


def kept_env() -> dict[str, str]:
    """Empty while the servers are being started."""
    return parse(env_file().read_text()) if env_file().exists() else {}


def kept_keys() -> dict[str, str]:
    """Those of the last run; what a newer version needs beside is added."""
    kept = parse(keys_file().read_text()) if keys_file().exists() else {}
    complete = invented_keys() | kept
    if complete != kept:
        save(keys_file(), complete)
    return complete


def defaults(port: int, smtp_port: int) -> dict[str, str]:
    """Everything but the two servers' addresses and the keys."""
    origins = f"http://127.0.0.1:{port},http://localhost:{port}"
    return {
        "LOCAL_MODE": "yes",
        "BASE_URL": f"http://127.0.0.1:{port}",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "CSRF_TRUSTED_ORIGINS": origins,
        "EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}",
        "MEDIA_ROOT": str(places.state_dir("media")),
        "STATIC_ROOT": str(places.state_dir("static")),
        "LOG_LEVEL": "WARNING",
    }


def local(port: int, smtp_port: int) -> dict[str, str]:
    """Our values; one that is set outside wins over ours."""
    ours = kept_keys() | defaults(port, smtp_port)
    return {name: os.environ.get(name) or value for name, value in ours.items()}


@contextlib.contextmanager
def only_one_here() -> Iterator[IO[str]]:
    """One console per checkout: two would share one database's files."""
    lock = places.try_lock(lock_file())
    if lock is None:
        where = kept_env().get("BASE_URL", "it is just starting")
        raise SystemExit(f"Listwell is already running in this folder: {where}")
    with lock:
        env_file().unlink(missing_ok=True)  # of the last run
        yield lock


def running() -> dict[str, str] | None:
    """The environment of a console that runs in this checkout, or None."""
    lock = places.try_lock(lock_file())
    if lock is not None:
        lock.close()
        return None
    if env := kept_env():
        return env
    raise SystemExit("Listwell is just starting in this folder. Try again in a moment.")
