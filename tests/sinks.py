"""A mail server to send to quickly: in C where there is a compiler, else in Python."""

import contextlib
import shutil
import socket
import subprocess
import time
from pathlib import Path

from config.local import places
from tests.fast_sink import fast_sink

SOURCE = Path(__file__).parent / "sink.c"


@contextlib.contextmanager
def quickest_sink(core=None):
    """(what it is, its port), kept to one core where that is asked for."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        with fast_sink() as port:
            yield "the sink in Python (no C compiler here)", port
        return
    program = places.state_dir("sink") / "sink"
    subprocess.run([compiler, "-O2", "-o", program, SOURCE], check=True)
    port = places.free_port()
    pinned = ["taskset", "-c", str(core)] if core is not None else []
    process = subprocess.Popen([*pinned, program, str(port)])
    try:
        _wait(port)
        yield "the sink in C", port
    finally:
        process.kill()
        process.wait()


def _wait(port):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", port)),
        ):
            return
        time.sleep(0.02)
    raise AssertionError("The sink did not start.")
