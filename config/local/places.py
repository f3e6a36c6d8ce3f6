"""Where the local run keeps its state, and as whom its servers run."""

import contextlib
import fcntl
import hashlib
import os
import pwd
import socket
import stat
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parent.parent.parent
IS_ROOT = os.geteuid() == 0
UNPRIVILEGED = "nobody"


def state_root() -> Path:
    """Root's servers run unprivileged, so their files cannot lie under `/root`."""
    if not IS_ROOT:
        return ROOT / ".local"
    mark = hashlib.sha256(str(ROOT).encode()).hexdigest()[:10]
    return Path("/var/tmp") / f"listwell-{mark}"  # noqa: S108


def state_dir(name: str) -> Path:
    """A directory for one server's files, owned by the account it runs as.

    Root itself writes beside it (`beside`), never into what is not its own.
    """
    place = state_root() / name
    place.mkdir(parents=True, exist_ok=True)
    _refuse_strangers(state_root())
    place.chmod(0o700)
    give_away(place)
    return place


def beside(place: Path, ending: str) -> Path:
    """A file next to a state directory: its log, its password."""
    return place.with_name(f"{place.name}.{ending}")


def _refuse_strangers(place: Path) -> None:
    """Everybody may make directories in the shared place: check who made ours."""
    if place.stat().st_uid != os.geteuid():
        raise SystemExit(
            f"{place} belongs to somebody else. Remove it, then try again."
        )


@cache
def account() -> dict[str, Any]:
    """What Popen needs to leave root behind; empty for a normal user."""
    if not IS_ROOT:
        return {}
    entry = pwd.getpwnam(UNPRIVILEGED)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def give_away(path: Path) -> None:
    if IS_ROOT:
        entry = pwd.getpwnam(UNPRIVILEGED)
        os.chown(path, entry.pw_uid, entry.pw_gid, follow_symlinks=False)


def give_away_all(path: Path) -> None:
    """Also what root wrote there; links are given away, never what they point to."""
    give_away(path)
    entry = pwd.getpwnam(UNPRIVILEGED)
    owner = (entry.pw_uid, entry.pw_gid)
    for _, folders, files, handle in os.fwalk(path, follow_symlinks=False):
        for name in (*folders, *files):
            os.chown(name, *owner, dir_fd=handle, follow_symlinks=False)


def is_reachable(path: Path) -> bool:
    """May an account that is not ours walk to this file and read it?

    Both ways count: the path as it is written, and where its links lead.
    """
    real = path.resolve()
    ways = {*path.absolute().parents, *real.parents}
    walkable = all(folder.stat().st_mode & stat.S_IXOTH for folder in ways)
    return walkable and bool(real.stat().st_mode & stat.S_IROTH)


def write_private(path: Path, text: str) -> None:
    """Readable by its owner only, from the first byte on; a link is not followed."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    handle = os.open(path, flags, 0o600)
    with os.fdopen(handle, "w") as file:
        os.fchmod(handle, 0o600)
        file.write(text)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def ports_to_try(wanted: int) -> Iterator[int]:
    """The wanted one alone; without a wish a few, as another may take one first."""
    if wanted:
        yield wanted
        return
    for _ in range(3):
        yield free_port()


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Inside, nobody else is inside; whoever comes second waits."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def try_lock(path: Path) -> IO[str] | None:
    """Held until the file is closed or the process ends; None if somebody has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file
