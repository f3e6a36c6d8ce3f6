"""`python -m config.local up | manage ...`: what run.py calls inside .venv."""

import os
import subprocess
import sys
from collections.abc import Callable

from config.local import environment, places
from config.local.postgres import Postgres
from config.local.valkey import Valkey


def running() -> dict[str, str] | None:
    """The environment of a console running here, or None."""
    lock = places.try_lock(places.ROOT / ".local" / "running.lock")
    if lock is not None:
        lock.close()
        return None
    return environment.parse(environment.env_file().read_text())


def manage(arguments: list[str]) -> int:
    """manage.py beside the running console, or with servers of its own for a moment."""
    env = running()
    if env is not None:
        return run_manage(env, arguments)
    lock = places.try_lock(places.ROOT / ".local" / "running.lock")
    servers = []
    env = environment.kept_keys() | environment.defaults(8000, 1025)
    try:
        if not os.environ.get("DATABASE_URL"):
            servers.append(postgres := Postgres("postgres").start())
            env["DATABASE_URL"] = postgres.url()
        if not os.environ.get("REDIS_URL"):
            servers.append(valkey := Valkey("valkey").start())
            env["REDIS_URL"] = valkey.url()
        environment.save(environment.env_file(), env)
        return run_manage(env, arguments)
    finally:
        for server in reversed(servers):
            server.stop()
        if lock:
            lock.close()


def run_manage(env: dict[str, str], arguments: list[str]) -> int:
    command = [sys.executable, str(places.ROOT / "manage.py"), *arguments]
    return subprocess.run(command, env=env | dict(os.environ), check=False).returncode


COMMANDS: dict[str, Callable[[list[str]], int]] = {"manage": manage}


def main() -> int:
    command, *arguments = sys.argv[1:]
    return COMMANDS[command](arguments)


if __name__ == "__main__":
    sys.exit(main())
