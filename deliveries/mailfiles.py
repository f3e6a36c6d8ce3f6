"""Mail in files: one mail (.eml), many (mbox), a folder of them (Maildir)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO


def mails_of(path: Path) -> Iterator[bytes]:
    """Each mail as it came, one after the other: an mbox may be larger than the
    memory. OSError when the file cannot be read."""
    if path.is_dir():
        for folder in ("new", "cur"):
            for one in sorted((path / folder).glob("*")):
                yield one.read_bytes()
        return
    with path.open("rb") as file:
        yield from mails_in(file)


def mails_in(file: BinaryIO) -> Iterator[bytes]:
    """The mails of an open .eml or mbox file. Between the mails of an mbox stand a
    blank line and one that begins with "From "."""
    first = file.readline()
    if not first.startswith(b"From "):
        yield first + file.read()
        return
    lines: list[bytes] = []
    for line in iter(file.readline, b""):  # an upload would begin anew
        if line.startswith(b"From ") and (not lines or not lines[-1].strip()):
            yield b"".join(lines)
            lines = []
        else:
            lines.append(line)
    yield b"".join(lines)
