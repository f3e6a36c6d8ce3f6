"""`python3 run.py bench`: hands over to tests/benchmarks in this environment."""

import os
import subprocess
import sys

from config.local import places


def bench(arguments: list[str]) -> int:
    if not (places.ROOT / "tests" / "benchmarks").is_dir():
        sys.stderr.write("The benchmarks are not part of this copy.\n")
        return 2
    command = [sys.executable, "-m", "tests.benchmarks", *arguments]
    lock = places.try_lock(places.state_root() / "bench.lock")
    if lock is None:
        sys.stderr.write("A benchmark is already running in this folder.\n")
        return 2
    with lock:
        env = dict(os.environ) | {"PYTHONPATH": str(places.ROOT)}
        return subprocess.run(command, env=env, cwd=places.ROOT, check=False).returncode
