"""Are the gathered static files still those of this tree?"""

import hashlib
from functools import cached_property
from pathlib import Path

from config.local import places


class Gathered:
    """Remembers the state of the sources beside the directory they are gathered in."""

    def __init__(self) -> None:
        self.stamp = places.beside(places.state_dir("static"), "stamp")

    @cached_property
    def fingerprint(self) -> str:
        """Names, times and sizes of our files, and the packages that bring theirs."""
        ours = sorted(p for p in (places.ROOT / "static").rglob("*") if p.is_file())
        seen = [*ours, places.ROOT / "requirements" / "base.txt"]
        return hashlib.sha256("\n".join(map(_described, seen)).encode()).hexdigest()

    def is_up_to_date(self) -> bool:
        return self.stamp.exists() and self.stamp.read_text() == self.fingerprint

    def remember(self) -> None:
        self.stamp.write_text(self.fingerprint)


def _described(path: Path) -> str:
    found = path.stat()
    return f"{path} {found.st_mtime_ns} {found.st_size}"
