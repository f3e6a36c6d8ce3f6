"""Starting processes that never outlive the one who started them."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

PR_SET_PDEATHSIG = 1
PATIENCE = 15.0


def follow_parent(signum: int, parent: int | None = None) -> Callable[[], None] | None:
    """On Linux the kernel signals the child when its parent dies, however it dies.

    It watches the thread that forked: children are started from the main thread only.
    Elsewhere the next start finds and stops what was left behind.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    parent = parent or os.getpid()

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, signum)
        if os.getppid() != parent:
            os._exit(1)

    return ask


def spawn(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    output: IO[Any] | int,
    last_signal: int = signal.SIGTERM,
    cwd: Path | str = "/",
    **account: Any,
) -> subprocess.Popen[str]:
    """In a session of its own, so that Ctrl-C reaches the supervisor alone."""
    return subprocess.Popen(
        command,
        env=dict(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=follow_parent(last_signal),
        **account,
    )


def stop(
    process: subprocess.Popen[str] | None, signum: int = signal.SIGTERM
) -> int | None:
    """Ask first; after a while, end it. Returns its exit code."""
    if process is None:
        return None
    if process.poll() is None:
        process.send_signal(signum)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    return process.returncode


def end_session(process: subprocess.Popen[str]) -> None:
    """What a dead child left behind in its own session goes with it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def command_of(pid: int) -> str:
    """The command line of a process; empty where there is none."""
    proc = Path(f"/proc/{pid}/cmdline")
    if proc.exists():
        return proc.read_bytes().replace(b"\0", b" ").decode(errors="replace")
    ask = ["ps", "-o", "command=", "-p", str(pid)]
    with contextlib.suppress(FileNotFoundError):
        return subprocess.run(ask, capture_output=True, text=True, check=False).stdout
    return ""


def stop_leftover(pid_file: Path, mark: str, signum: int = signal.SIGTERM) -> None:
    """End the process named in a stale file, only if it is still the one meant.

    Its number may belong to somebody else by now, whom nothing may be sent to.
    """
    with contextlib.suppress(FileNotFoundError, ValueError, ProcessLookupError):
        pid = int(pid_file.read_text().split()[0])
        if mark in command_of(pid):
            os.kill(pid, signum)
            _await_end(pid, mark)
    pid_file.unlink(missing_ok=True)


def _await_end(pid: int, mark: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while mark in command_of(pid):
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
            return
        time.sleep(0.05)
