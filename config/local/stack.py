"""The console's own processes, as the local run and the tests start them."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from config.local import children, places

BIN = Path(sys.executable).parent
WEB_THREADS = 8
WORKER_THREADS = 4
# what the kernel sends when the supervisor dies; see served.py
LAST_SIGNALS = {"web": signal.SIGKILL}


def commands(port: int, smtp_port: int, state: Path) -> dict[str, list[str]]:
    """What each process is started with. The compose file says the same, but for the
    pool of the worker: processes on a server, threads where memory is short."""
    celery = [str(BIN / "celery"), "--app", "config.worker", "--quiet"]
    quiet = ["--loglevel", "WARNING"]
    return {
        "web": [
            *(str(BIN / "granian"), "config.local.served:application"),
            *("--interface", "wsgi", "--no-ws", "--log-level", "error"),
            *("--host", "127.0.0.1", "--port", str(port)),
            *("--workers", "1", "--blocking-threads", str(WEB_THREADS)),
        ],
        "worker": [
            *(*celery, "worker", *quiet, "--pool", "threads"),
            *("--concurrency", str(WORKER_THREADS)),
            *("--without-gossip", "--without-mingle"),
        ],
        "beat": [
            *(*celery, "beat", *quiet, "--pidfile="),
            *("--schedule", str(state / "schedule")),
        ],
        "mail": [
            *(sys.executable, "manage.py", "mailcatcher"),
            *("--port", str(smtp_port)),
        ],
    }


def out_of_reach() -> Path | None:
    """What the unprivileged account cannot read of Python, its packages and us."""
    django = next(BIN.parent.glob("lib/*/site-packages/django/__init__.py"))
    needed = Path(sys.executable), Path(os.__file__), django, places.ROOT / "manage.py"
    return next((p.resolve() for p in needed if not places.is_reachable(p)), None)


@dataclass
class Stack:
    """Starts, watches and ends processes that share one environment."""

    env: dict[str, str]
    port: int
    smtp_port: int
    state: Path
    output: Callable[[str], IO[Any] | int]
    processes: dict[str, subprocess.Popen[str]] = field(default_factory=dict)
    drops: bool = field(init=False)

    def __post_init__(self) -> None:
        self.drops = places.IS_ROOT and out_of_reach() is None
        if self.drops:
            ours = places.state_dir("media"), places.state_dir("static"), self.state
            for place in ours:
                places.give_away_all(place)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, name: str, **changes: str) -> subprocess.Popen[str]:
        command = commands(self.port, self.smtp_port, self.state)[name]
        if name == "mail" and places.IS_ROOT and not self.drops:
            command[1:2] = ["-m", "config.local.unprivileged"]
        return self._spawn(name, command, changes)

    def launch(self, name: str, *arguments: str) -> subprocess.Popen[str]:
        """Python with these arguments, in the same environment and account."""
        return self._spawn(name, [sys.executable, *arguments], {})

    def _spawn(
        self, name: str, command: list[str], changes: dict[str, str]
    ) -> subprocess.Popen[str]:
        process = children.spawn(
            command,
            env=self.env_of(name) | changes,
            output=self.output(name),
            last_signal=LAST_SIGNALS.get(name, signal.SIGTERM),
            cwd=places.ROOT,
            **self.account(),
        )
        self.processes[name] = process
        return process

    def stop(self, *names: str) -> None:
        """All are asked before the first is waited for; the last started goes first."""
        chosen = [self.processes.pop(n) for n in names or [*self.processes][::-1]]
        for process in chosen:
            if process.poll() is None:
                process.terminate()
        for process in chosen:
            children.stop(process)
            children.end_session(process)

    def kill(self, name: str) -> None:
        """SIGKILL to the process and to everything it started."""
        process = self.processes.pop(name)
        children.end_session(process)
        process.wait()

    def ended(self) -> dict[str, int]:
        """Which processes are gone, and with what exit code."""
        codes = {name: process.poll() for name, process in self.processes.items()}
        return {name: code for name, code in codes.items() if code is not None}

    def account(self) -> dict[str, Any]:
        return dict(places.account()) if self.drops else {}

    def env_of(self, name: str) -> dict[str, str]:
        env = dict(self.env, PYTHONUNBUFFERED="1")
        if name == "web":
            env["DB_POOL"] = str(WEB_THREADS + 2)
        if self.drops:
            env["HOME"] = str(self.state)
            env["PYTHONPYCACHEPREFIX"] = str(self.state / "bytecode")
        elif places.IS_ROOT:  # the start has said so in better words
            env["PYTHONWARNINGS"] = "ignore:You're running the worker with superuser"
        return env
