#!/usr/bin/env python3
"""Everything starts here, with nothing installed but Python.

python3 run.py [OPTION]           start the whole console on this machine;
                                  --no-demo: empty; --demo-size=2000: a small demo
python3 run.py test [...]         run the tests; arguments go to pytest
python3 run.py manage COMMAND     reach manage.py in the same environment
python3 run.py lint [TOOL ...]    run the checks that need no server
python3 run.py catalogues         collect what the pages say, for translation
python3 run.py bench [NAME] [...] run the benchmarks, one JSON line each

Standard library only: this file makes the virtual environment, the rest lives in it.
"""

import contextlib
import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
BOOT = ROOT / ".local" / "boot"
OLDEST = (3, 11)

# uv does not read pip's configuration; these say the same thing to it.
PIP_TO_UV = {
    "PIP_INDEX_URL": "UV_DEFAULT_INDEX",
    "PIP_EXTRA_INDEX_URL": "UV_INDEX",
    "PIP_FIND_LINKS": "UV_FIND_LINKS",
    "PIP_CERT": "SSL_CERT_FILE",
}


def say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


def find_python() -> str:
    """This Python, or a newer one beside it."""
    if sys.version_info >= OLDEST:
        return sys.executable
    for name in ("python3.13", "python3.12", "python3.11"):
        found = shutil.which(name)
        if found:
            return found
    wanted = ".".join(map(str, OLDEST))
    sys.exit(f"Python {wanted} or newer is needed; this is {sys.version.split()[0]}.")


def installer_env() -> dict[str, str]:
    """`uv venv` refuses a folder that is there; ours has lost its Python by then."""
    env = dict(os.environ, UV_VENV_CLEAR="1")
    for pip_name, uv_name in PIP_TO_UV.items():
        if env.get(pip_name):
            env.setdefault(uv_name, env[pip_name])
    return env


def find_uv(python: str) -> str | None:
    """uv from the PATH, from an earlier run, or fetched by pip; None without pip."""
    ours = BOOT / "bin" / "uv"
    found = shutil.which("uv") or (str(ours) if ours.exists() else None)
    if found:
        return found
    say("Getting the installer uv through pip.")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pip += ["--root-user-action", "ignore", "--target", str(BOOT), "uv>=0.9"]
    done = subprocess.run(pip, check=False)
    return str(ours) if done.returncode == 0 and ours.exists() else None


def install_with_uv(uv: str, python: str, lock: Path) -> bool:
    env = installer_env()
    if not PYTHON.exists():
        make = [uv, "venv", "--quiet", "--python", python, str(VENV)]
        subprocess.run(make, check=True, env=env)
    install = [uv, "pip", "install", "--quiet", "--python", str(PYTHON)]
    install += ["--require-hashes", "-r", str(lock)]
    return subprocess.run(install, check=False, env=env).returncode == 0


def install_with_pip(python: str, lock: Path) -> bool:
    say("Installing with pip, which takes longer than uv.")
    if not PYTHON.exists():
        subprocess.run([python, "-m", "venv", "--clear", str(VENV)], check=True)
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet"]
    pip += ["--disable-pip-version-check", "--require-hashes", "-r", str(lock)]
    return subprocess.run(pip, check=False).returncode == 0


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two terminals may start at once; only one of them installs."""
    (ROOT / ".local").mkdir(exist_ok=True)
    with (ROOT / ".local" / "install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def install(name: str, python: str) -> None:
    began = time.monotonic()
    lock = ROOT / "requirements" / f"{name}.txt"
    say(f"Installing what requirements/{name}.txt lists, into .venv.")
    uv = find_uv(python)
    done = install_with_uv(uv, python, lock) if uv else False
    if not done and not install_with_pip(python, lock):
        sys.exit(
            "The packages could not be installed. Is a package registry reachable?"
            " pip's own settings (such as PIP_INDEX_URL) are honoured."
        )
    say(f"Installed in {time.monotonic() - began:.1f} s.")


def pinned(name: str) -> dict[str, str]:
    """{package: its version and hashes}, as a lock file has it."""
    lock = (ROOT / "requirements" / f"{name}.txt").read_text()
    entries = re.findall(r"^\w.*(?:\n[ \t].*)*", lock, re.MULTILINE)
    return {entry.partition("==")[0]: entry for entry in entries}


def installed() -> dict[str, str]:
    """What this file put into .venv for the Python that runs there."""
    try:
        noted: dict[str, dict[str, str]] = json.loads((VENV / ".installed").read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return noted.get(os.path.realpath(PYTHON), {}) if PYTHON.exists() else {}


def ensure(name: str) -> None:
    """Make .venv hold what the lock file names; instant when it already does.

    What the other lock files brought stays beside it.
    """
    wanted = pinned(name)
    with one_at_a_time():
        there = installed()
        if wanted.items() <= there.items():
            return
        (VENV / ".installed").unlink(missing_ok=True)  # untrue if this breaks off
        install(name, find_python())
        noted = {os.path.realpath(PYTHON): there | wanted}
        (VENV / ".installed").write_text(json.dumps(noted))


def main() -> None:
    os.chdir(ROOT)
    command, *rest = sys.argv[1:] or ["up"]
    if command in ("-h", "--help", "help"):
        sys.exit(__doc__)
    if command.startswith("-"):
        command, rest = "up", sys.argv[1:]
    if command == "test":
        ensure("test")
        os.execv(PYTHON, [str(PYTHON), "-m", "pytest", *rest])
    if command == "catalogues":
        ensure("test")
        os.execv(PYTHON, [str(PYTHON), "-m", "config.local.catalogues"])
    ensure("test" if command in ("bench", "lint") else "local")
    os.execv(PYTHON, [str(PYTHON), "-m", "config.local", command, *rest])


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("Stopped before anything was started.")
