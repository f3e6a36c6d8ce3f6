"""Starting processes that never outlive the one who started them."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

PR_SET_PDEATHSIG = 1
PATIENCE = 15.0


def follow_parent(signum: int) -> Callable[[], None] | None:
    """On Linux the kernel signals the child when its parent dies, however it dies.

    It watches the thread that forked: children are started from the main thread only.
    Elsewhere the next start finds and stops what was left behind.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()

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
        preexec_fn=follow_parent(last_signal),  # noqa: PLW1509
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
