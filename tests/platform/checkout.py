"""A copy of the project to start for real, far from anybody's own data."""

import ast
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from config.local import places

LEFT_OUT = shutil.ignore_patterns(
    ".venv",
    ".local",
    ".git",
    "__pycache__",
    "staticfiles",
    "media",
    ".*_cache",
    ".coverage*",
)


def names_read():
    """Every variable that the settings read."""
    tree = ast.parse((places.ROOT / "config" / "settings.py").read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    readers = [c for c in calls if ast.unparse(c.func).split(".")[0] in ("read", "env")]
    words = {c.args[0].value for c in readers if c.args}
    return {word for word in words if re.fullmatch("[A-Z_]+", word)}


# what these tests themselves start with
OURS = names_read() | {"DJANGO_SETTINGS_MODULE", "DJANGO_ALLOW_ASYNC_UNSAFE"}


def outside_env(**more):
    """The environment of somebody who just opened a terminal."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in OURS and not name.startswith("PYTEST_")
    }
    return kept | more


def unmeasured_env(**more):
    """The same for a process elsewhere: there the paths of coverage's settings mean
    other files, and it would name all of ours that are to be left out."""
    found = outside_env(**more)
    return {k: v for k, v in found.items() if not k.startswith("COVERAGE_")}


class Checkout:
    """`start()` it, `stop()` it, `kill()` its supervisor; `output` is what it said."""

    def __init__(self, place, python=None, account=None):
        self.root = place / "listwell"
        shutil.copytree(places.ROOT, self.root, ignore=LEFT_OUT)
        self.python = python or sys._base_executable
        self.account = account or {}
        self.port = places.free_port()
        self.log = place / "output.txt"
        self.process = None

    def share_packages(self):
        (self.root / ".venv").symlink_to(places.ROOT / ".venv")

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def output(self):
        return self.log.read_text()

    @property
    def env_file(self):
        return self.root / ".local" / "env"

    def start(self, *arguments, ready="Listwell is ready", **more):
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [self.python, "run.py", *(arguments or ["--no-demo"])],
                cwd=self.root,
                env=unmeasured_env(PORT=str(self.port), **more),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                **self.account,
            )
        self.wait_for(lambda: ready in self.output, ready)
        return self

    def run(self, *arguments, **more):
        return subprocess.run(
            [self.python, "run.py", *arguments],
            cwd=self.root,
            env=unmeasured_env(**more),
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
            **self.account,
        )

    def stop(self, signum=signal.SIGINT):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signum)
        return self.process.wait(60) if self.process else None

    def wait_for(self, question, what, seconds=240):
        deadline = time.monotonic() + seconds
        while not question():
            ended = self.process.poll() is not None
            assert not ended, f"It ended instead of: {what}\n{self.output}"
            assert time.monotonic() < deadline, f"Waited for: {what}\n{self.output}"
            time.sleep(0.05)

    def state(self):
        """Where its servers keep their files."""
        code = "from config.local import places; print(places.state_root())"
        asked = [str(self.root / ".venv" / "bin" / "python"), "-c", code]
        found = subprocess.run(
            asked,
            cwd=self.root,
            env=unmeasured_env(),
            capture_output=True,
            text=True,
            check=True,
            **self.account,
        )
        return Path(found.stdout.strip())

    def processes(self):
        """{pid: command} of everything that runs from it or on its files."""
        marks = (str(self.root), str(self.state()))
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            command = _read(entry / "cmdline").replace("\0", " ")
            if any(mark in command + _cwd(entry) for mark in marks):
                found[int(entry.name)] = command
        return found

    def remove(self):
        self.stop(signal.SIGTERM)
        state = self.state()
        if places.IS_ROOT and state.name.startswith("listwell-"):
            shutil.rmtree(state, ignore_errors=True)


def _read(path):
    try:
        return path.read_text()
    except OSError:
        return ""


def _cwd(entry):
    try:
        return os.readlink(entry / "cwd")
    except OSError:
        return ""
