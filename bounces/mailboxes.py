"""A mailbox over IMAP into which reports come.

A mail is marked as read, and moved away if there is a folder for it, only after its
report is committed. What breaks off in between is read again and counts once.
"""

from __future__ import annotations

import imaplib
import io
import select
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from imap_tools import AND, BaseMailBox, MailBox, MailBoxUnencrypted, MailMessage

from bounces.models import Source
from bounces.recording import Incoming, record_many
from bounces.who import Letters, is_no_report, no_letters

BATCH = 20
IDLE_SECONDS = 240  # a server may hang up after half an hour (RFC 2177)
POLL_SECONDS = 60
TIMEOUT = 60
DELIVERED_TO = ("delivered-to", "x-original-to", "envelope-to")


@dataclass(frozen=True, slots=True)
class Box:
    """`imaps://user:password@host:port/FOLDER`; `done`: the folder for what is
    stored, empty to leave it where it is."""

    host: str
    port: int
    user: str
    password: str
    folder: str
    is_encrypted: bool
    done: str = ""

    @classmethod
    def of(cls, url: str, *, done: str = "") -> Box:
        """ValueError when the address of the mailbox is not one."""
        parts = urlsplit(url)
        if parts.scheme not in ("imap", "imaps") or not parts.hostname:
            raise ValueError(
                "The mailbox is written as imaps://user:password@host/INBOX."
            )
        is_encrypted = parts.scheme == "imaps"
        return cls(
            host=parts.hostname,
            port=parts.port or (993 if is_encrypted else 143),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            folder=unquote(parts.path.strip("/")) or "INBOX",
            is_encrypted=is_encrypted,
            done=done,
        )

    def open(self) -> BaseMailBox:
        kind = MailBox if self.is_encrypted else MailBoxUnencrypted
        box = kind(self.host, self.port, timeout=TIMEOUT)
        box.email_message_class = Fetched  # type: ignore[assignment]
        return box.login(self.user, self.password, initial_folder=self.folder)


def read_box(box: Box, letters: Letters = no_letters) -> int:
    """Record what is unread; how many mails that were. `letters`: who takes requests
    to unsubscribe."""
    with box.open() as opened:
        return _read_unseen(opened, box, letters)


def _read_unseen(opened: BaseMailBox, box: Box, letters: Letters) -> int:
    numbers = opened.uids(AND(seen=False))
    for start in range(0, len(numbers), BATCH):
        some = numbers[start : start + BATCH]
        mails = list(opened.fetch(uid_list=some, mark_seen=False))
        came = [(raw_of(mail), delivered_to(mail)) for mail in mails]
        record_many(
            Incoming(raw, Source.MAILBOX, to)
            for raw, to in came
            if not is_no_report(raw, to, letters)
        )
        _put_away(opened, [mail.uid for mail in mails if mail.uid], box)
    return len(numbers)


class Fetched(MailMessage):
    """With the octets as they came: writing them anew would change them."""

    def __init__(self, fetched: list[Any]) -> None:
        super().__init__(fetched)
        self.octets = b"".join(one[1] for one in fetched if isinstance(one, tuple))


def raw_of(mail: MailMessage) -> bytes:
    return mail.octets if isinstance(mail, Fetched) else mail.obj.as_bytes()


def delivered_to(mail: MailMessage) -> str:
    """The address it came to, as the last server wrote it down."""
    for name in DELIVERED_TO:
        if name in mail.headers:
            return str(mail.headers[name][0]).strip("<> ")[:320]
    return ""


def _put_away(opened: BaseMailBox, numbers: list[str], box: Box) -> None:
    if not numbers:
        return
    opened.flag(numbers, "\\Seen", True)
    if not box.done:
        return
    if not opened.folder.exists(box.done):
        opened.folder.create(box.done)
    opened.move(numbers, box.done)


def watch(box: Box, is_over: Callable[[], bool], letters: Letters) -> None:
    """Read what is there, then what comes: the server tells by IDLE; one that cannot
    is asked every minute."""
    with box.open() as opened:
        while not is_over():
            _read_unseen(opened, box, letters)
            wait(opened)


def wait(opened: BaseMailBox) -> None:
    """Until something comes, or a while."""
    _, told = opened.client.capability()  # anew: some say more after the login
    if b"IDLE" not in told[0].split() or not _idle(opened.client):
        time.sleep(POLL_SECONDS)
        opened.client.noop()  # else some search in what they told the last time


def _idle(client: imaplib.IMAP4) -> bool:
    """Until the server says anything; False when it refuses to tell (RFC 2177).

    What it says meanwhile is not looked at, only that it does: a line that has come
    by half would be taken for another answer. All of it is read as part of the answer
    to the end of waiting, which comes last.
    """
    tag = client._command("IDLE")
    told = False
    while client._get_response() is not None:
        if client.tagged_commands[tag] is not None:
            return False
        told = True  # something came just before
    if not told and not _has_said_more(client):
        select.select([client.socket()], [], [], IDLE_SECONDS)
    client.send(b"DONE\r\n")
    client._command_complete("IDLE", tag)
    return True


def _has_said_more(client: imaplib.IMAP4) -> bool:
    """Whether something came together with the last line: the socket will not tell."""
    line, patience = client.socket(), client.socket().gettimeout()
    line.settimeout(0)
    try:
        return bool(cast("io.BufferedReader", client.file).peek(1))
    except OSError:  # nothing yet, over TLS
        return False
    finally:
        line.settimeout(patience)
