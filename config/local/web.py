"""What the supervisor asks of the web process and hears from all of them."""

import contextlib
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request

from config.local import places

PREFERRED_PORT = 8000


def choose_port() -> int:
    """PORT, else 8000, else a free one; the greeting names it."""
    if named := os.environ.get("PORT"):
        if not named.isdecimal():
            raise SystemExit(f"PORT is “{named}”. It is a number such as 8080.")
        return int(named)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", PREFERRED_PORT))
            return PREFERRED_PORT
    return places.free_port()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def echo(name: str, process: subprocess.Popen[str]) -> None:
    """Pass on what a process says, each line under its name."""
    for line in process.stdout or ():
        sys.stdout.write(f"{name:<6} | {line}")
        sys.stdout.flush()
