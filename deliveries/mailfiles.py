"""Mail in files: one mail (.eml) or many (mbox)."""

from __future__ import annotations

import contextlib
import mailbox
from collections.abc import Iterator
from pathlib import Path


def mails_of(path: Path) -> Iterator[bytes]:
    """Each mail as it came; OSError when the file cannot be read."""
    with path.open("rb") as file:
        is_mbox = file.read(5) == b"From "
    if not is_mbox:
        yield path.read_bytes()
        return
    with contextlib.closing(mailbox.mbox(path, create=False)) as messages:
        for message in messages:
            yield message.as_bytes()
