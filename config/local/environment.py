"""The settings of a local run: made up once, kept in a private file."""

import os
import secrets
from pathlib import Path

from config.local import places

# Secrets that must survive a restart, or links in sent mail would break.
KEPT = ("SECRET_KEY", "ERASURE_KEY", "LEDGER_KEY", "LINK_KEYS")


def keys_file() -> Path:
    return places.ROOT / ".local" / "keys"


def env_file() -> Path:
    """What a second terminal needs to join the running console."""
    return places.ROOT / ".local" / "env"


def parse(text: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
    return {name: value for name, _, value in pairs}


def save(path: Path, values: dict[str, str]) -> None:
    path.parent.mkdir(exist_ok=True)
    text = "".join(f"{name}={value}\n" for name, value in values.items())
    places.write_private(path, text)


def invented_keys() -> dict[str, str]:
    keys = {name: secrets.token_urlsafe(40) for name in KEPT}
    keys["LINK_KEYS"] = f"1:{keys['LINK_KEYS']}"
    return keys


def kept_keys() -> dict[str, str]:
    if not keys_file().exists():
        save(keys_file(), invented_keys())
    return parse(keys_file().read_text())


def defaults(port: int, smtp_port: int) -> dict[str, str]:
    """Everything but the two servers' addresses."""
    return {
        "LOCAL_MODE": "yes",
        "BASE_URL": f"http://127.0.0.1:{port}",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "CSRF_TRUSTED_ORIGINS": f"http://127.0.0.1:{port},http://localhost:{port}",
        "EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}",
        "MEDIA_ROOT": str(places.state_dir("media")),
        "STATIC_ROOT": str(places.state_dir("static")),
        "LOG_LEVEL": "WARNING",
    }


def outside() -> dict[str, str]:
    """This process's environment, without a surrounding virtual environment's."""
    return dict(os.environ)
