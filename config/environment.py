"""Reading the environment so that a mistake is one sentence naming the variable."""

import ipaddress
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import environ
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from bounces.provider_lists import ListAt

LONG_ENOUGH = 32
SMTP_PORTS = {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465}
POSTGRES = ("postgres", "postgresql", "psql", "pgsql")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")

env = environ.Env()


def required(name: str, meaning: str) -> str:
    value: str = env.str(name, default="").strip()
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. It is {meaning}.")
    return value


def read(name: str, cast: Callable[..., Any], default: Any, meaning: str) -> Any:
    """A setting that has a default; a value that cannot be read is refused."""
    try:
        return cast(name, default=default)
    except (ValueError, TypeError) as problem:
        raise ImproperlyConfigured(
            f"{name} is {env.str(name)!r}, which cannot be read. It is {meaning}."
        ) from problem


def pairs(name: str) -> dict[str, str]:
    """NAME=VALUE with commas between; a complaint repeats none of the secrets."""
    try:
        found: dict[str, str] = env.dict(name, default={})
    except ValueError:
        raise ImproperlyConfigured(
            f"{name} cannot be read. It is NAME=VALUE, and commas between several."
        ) from None
    return found


def api_urls(name: str) -> dict[str, str]:
    """NAME=ADDRESS with commas between; in the clear only on this machine."""
    found = pairs(name)
    for url in found.values():
        parts = urlsplit(url)
        is_here = parts.hostname in {"127.0.0.1", "::1", "localhost"}
        if parts.scheme != "https" and not (parts.scheme == "http" and is_here):
            raise ImproperlyConfigured(f"{name}: {url!r} has to begin with https://.")
    return found


def yes_or_no(name: str, *, default: bool, meaning: str) -> bool:
    """Only words that mean yes or no: a typing mistake must not mean no."""
    value = env.str(name, default="yes" if default else "no").strip().lower()
    if value not in {"1", "true", "yes", "on", "0", "false", "no", "off", ""}:
        raise ImproperlyConfigured(f"{name} is {value!r}. It is {meaning}: yes or no.")
    return value in {"1", "true", "yes", "on"}


def secret(name: str, meaning: str) -> str:
    value = required(name, meaning)
    if len(value) < LONG_ENOUGH:
        raise ImproperlyConfigured(
            f"{name} is {len(value)} characters long. It is {meaning}"
            f" and needs at least {LONG_ENOUGH} random characters."
        )
    return value


def secrets(name: str) -> list[str]:
    """Secrets with commas between; none is needed."""
    found = [one.strip() for one in env.list(name, default=[])]
    if any(len(one) < LONG_ENOUGH for one in found):
        raise ImproperlyConfigured(
            f"{name} cannot be read. It is secrets of at least {LONG_ENOUGH} characters"
            " with commas between."
        )
    return found


def keyring(name: str) -> dict[str, str]:
    """`2:newest,1:older`: the first key is used, every key is still accepted."""
    meaning = "a list of numbered keys such as 2:SECRET,1:OLDER-SECRET"
    pairs = [part.partition(":") for part in required(name, meaning).split(",")]
    keys = {kid.strip(): key.strip() for kid, _, key in pairs}
    short = [kid for kid, key in keys.items() if not kid or len(key) < LONG_ENOUGH]
    if short or len(keys) < len(pairs):
        raise ImproperlyConfigured(
            f"{name} cannot be read. It is {meaning}, each number once and each"
            f" secret at least {LONG_ENOUGH} characters."
        )
    return keys


def address(name: str, schemes: tuple[str, ...], meaning: str) -> str:
    """A URL with one of these schemes, a host, and a port that is a number."""
    value = required(name, meaning)
    try:
        parts = urlsplit(value)
        readable = parts.scheme in schemes and parts.hostname and parts.port != 0
    except ValueError:
        readable = None
    if not readable:
        raise ImproperlyConfigured(
            f"{name} is not an address that can be used. It is {meaning}."
        )
    return value


# No statement is planned once for a connection because it came often: see
# deliveries/prepared.py for those that are.
ONLY_WHO_ASKS = 2**31


def database(name: str, *, pool: int) -> dict[str, Any]:
    """PostgreSQL and nothing else; with a connection pool where one is asked for."""
    url = address(name, POSTGRES, "postgres://USER:PASSWORD@HOST:PORT/DATABASE")
    found: dict[str, Any] = env.db_url_config(url)
    found["CONN_HEALTH_CHECKS"] = True
    found["CONN_MAX_AGE"] = 0 if pool else 60
    # Django sets this to none, with which even who asks for it gets nothing prepared
    options = found.setdefault("OPTIONS", {})
    options["prepare_threshold"] = ONLY_WHO_ASKS
    if pool:
        options["pool"] = {"min_size": 1, "max_size": pool}
    return found


def smtp(name: str) -> dict[str, Any]:
    """Where mail leaves: host, port, user, password, starttls, tls."""
    meaning = "smtp://, smtp+tls:// or smtp+ssl:// with USER:PASSWORD@HOST:PORT"
    url = address(name, tuple(SMTP_PORTS), meaning)
    found = env.email_url_config(url)
    return {
        "host": found["EMAIL_HOST"],
        "port": found["EMAIL_PORT"] or SMTP_PORTS[urlsplit(url).scheme],
        "user": found["EMAIL_HOST_USER"] or "",
        "password": found["EMAIL_HOST_PASSWORD"] or "",
        "starttls": bool(found.get("EMAIL_USE_TLS")),
        "tls": bool(found.get("EMAIL_USE_SSL")),
    }


def mail_domain(name: str, base_url: str) -> str:
    """A domain that takes mail; `bounce.` before the console's own if not given."""
    host = urlsplit(base_url).hostname or ""
    own = f"bounce.{host}" if host[-1:].isalpha() else "bounce.localhost"
    value: str = env.str(name, default="").strip().lower() or own
    if not all(part.replace("-", "").isalnum() for part in value.split(".")):
        raise ImproperlyConfigured(
            f"{name} is {value!r}. It is the domain that bounces come back to,"
            " such as bounce.mail.example."
        )
    return value


def dns_servers(name: str) -> list[tuple[str, int]]:
    """`127.0.0.1,192.0.2.1:5353`: IP addresses, each with a port or with 53."""
    found = []
    for entry in env.list(name, default=[]):
        try:
            parts = urlsplit(f"//{entry.strip()}")
            host = str(ipaddress.ip_address(parts.hostname or ""))
            found.append((host, parts.port or 53))
        except ValueError as problem:
            raise ImproperlyConfigured(
                f"{name} cannot be read. It is a list of name servers such as"
                " 192.0.2.53 or [2001:db8::53]:53, with commas."
            ) from problem
    return found


def suppression_lists(name: str) -> list[ListAt]:
    """Lists of providers, with commas. A mistake is told without the key."""
    try:
        return [ListAt.of(one) for one in env.list(name, default=[]) if one.strip()]
    except ValueError as problem:
        raise ImproperlyConfigured(f"{name} cannot be read. {problem}") from None


def log_level(name: str) -> str:
    value: str = env.str(name, default="INFO").strip().upper()
    if value not in LOG_LEVELS:
        raise ImproperlyConfigured(
            f"{name} is {value!r}. It is one of {', '.join(LOG_LEVELS)}."
        )
    return value


def stop_if_misconfigured() -> None:
    """End this process with the sentence alone; a traceback would hide it."""
    try:
        settings.SECRET_KEY  # noqa: B018  # reading one setting reads them all
    except ImproperlyConfigured as complaint:
        sys.exit(f"Not started: {complaint}")
