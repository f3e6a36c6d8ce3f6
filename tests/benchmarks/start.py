"""From `python3 run.py --no-demo` to the first answer of the sign-in page.

On a copy of this folder without packages or data. Cold: the caches of pip and uv are
empty too, and no uv is on the path, so that installer and packages are fetched.
"""

import os
import shutil
import statistics
import tempfile
import urllib.request
from pathlib import Path

from tests.benchmarks.frame import Result, timed
from tests.platform.checkout import Checkout

SIZES = [3]  # warm starts
# seconds
COLD, WARM = 30, 5


def run(stack, size):
    stack.stop("web", "worker", "beat")
    with tempfile.TemporaryDirectory() as place:
        copy = Checkout(Path(place))
        try:
            yield Result("start", "cold", started(copy, place), "s", bar=COLD)
            warm = statistics.median(started(copy, place) for _ in range(size))
            yield Result("start", f"warm, median of {size}", warm, "s", bar=WARM)
        finally:
            copy.remove()


def started(copy, place):
    copy.stop()
    with timed() as clock:
        copy.start(**bare(place))
        urllib.request.urlopen(f"{copy.url}/login/", timeout=10).close()
    return clock.seconds


def bare(place):
    """The environment of a machine on which nothing was installed yet."""
    caches = ("PIP_CACHE_DIR", "UV_CACHE_DIR", "XDG_CACHE_HOME")
    folders = os.environ["PATH"].split(os.pathsep)
    without = [one for one in folders if not shutil.which("uv", path=one)]
    return dict.fromkeys(caches, f"{place}/caches") | {"PATH": ":".join(without)}
