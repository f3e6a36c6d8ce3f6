"""The mail catcher of the local mode: an SMTP server that keeps what it gets.

Every mail is stored in PostgreSQL and read in the Outbox. Mails that come while a
write is under way are written together by the next one, so that thousands of messages
cost few commits; "250" is said after the commit.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser

from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection, transaction

from deliveries.magic import behaviour_of
from deliveries.models import CaughtMail

logger = logging.getLogger(__name__)

LARGEST = 32 * 1024 * 1024
KEPT = "250 2.0.0 Kept"
NOT_NOW = "451 4.3.0 The catcher cannot store mail right now, try again later"


class Catcher:
    """What aiosmtpd asks for each recipient and each mail."""

    def __init__(self) -> None:
        self.waiting: list[tuple[list[CaughtMail], asyncio.Future[None]]] = []
        self.writer: asyncio.Task[None] | None = None
        self.thread = ThreadPoolExecutor(1, "catcher")

    async def handle_RCPT(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        *said: object,
    ) -> str:
        recipient = str(said[0])
        refusal = behaviour_of(recipient).refusal
        if not refusal:
            envelope.rcpt_tos.append(recipient)
        return refusal or "250 2.1.5 OK"

    async def handle_DATA(
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        recipients = [str(recipient) for recipient in envelope.rcpt_tos]
        raw = envelope.content or b""
        raw = raw if isinstance(raw, bytes) else raw.encode()
        await asyncio.sleep(max(behaviour_of(one).wait for one in recipients))
        # the null sender (RFC 5321 section 4.5.5) comes as "<>"
        mails = caught(raw, (envelope.mail_from or "").strip("<>"), recipients)
        try:
            await self.keep(mails)
        except DatabaseError:
            logger.exception("Mail could not be stored.")
            return NOT_NOW
        return KEPT

    async def keep(self, mails: list[CaughtMail]) -> None:
        """Returns when they are committed."""
        done = asyncio.get_running_loop().create_future()
        self.waiting.append((mails, done))
        if self.writer is None or self.writer.done():
            self.writer = asyncio.create_task(self._write())
        await done

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        while self.waiting:
            together, self.waiting = self.waiting, []
            rows = [mail for mails, _ in together for mail in mails]
            try:
                await loop.run_in_executor(self.thread, store, rows)
            except DatabaseError as error:
                for _, done in together:
                    done.set_exception(error)
            else:
                for _, done in together:
                    done.set_result(None)


def caught(raw: bytes, sender: str, recipients: Sequence[str]) -> list[CaughtMail]:
    """One row per recipient, and one for each report that comes back by itself."""
    subject = subject_of(raw)
    rows = []
    for recipient in recipients:
        rows.append(row_of(raw, sender, recipient, subject))
        report = behaviour_of(recipient).report
        if report and sender:
            returned = report(raw, sender, recipient)
            rows.append(row_of(returned, "", sender, subject_of(returned)))
    return rows


def row_of(raw: bytes, sender: str, recipient: str, subject: str) -> CaughtMail:
    return CaughtMail(
        sender=sender[:320],
        recipient=recipient.lower()[:320],
        subject=subject,
        raw=raw,
        is_report=comes_back(recipient),
    )


def comes_back(recipient: str) -> bool:
    """To a return path of ours, or to the address of a List-Unsubscribe header."""
    return recipient.lower().rpartition("@")[2] == settings.BOUNCE_DOMAIN


def subject_of(raw: bytes) -> str:
    """Decoded, in one line, at most 500 characters."""
    head, _, _ = raw.partition(b"\r\n\r\n")
    coded = BytesHeaderParser().parsebytes(head)["Subject"] or ""
    try:
        text = str(make_header(decode_header(str(coded))))
    except (LookupError, ValueError):
        text = str(coded)
    return " ".join(text.replace("\0", "").split())[:500]


def store(rows: Sequence[CaughtMail]) -> None:
    close_old_connections()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
        CaughtMail.objects.bulk_create(rows, batch_size=500)


async def serve(host: str, port: int, catcher: Catcher | None = None) -> asyncio.Server:
    """The server, listening; the caller keeps the loop going."""
    handler = catcher or Catcher()
    return await asyncio.get_running_loop().create_server(
        lambda: SMTP(
            handler,
            data_size_limit=LARGEST,
            enable_SMTPUTF8=True,
            ident="Listwell catcher",
        ),
        host,
        port,
    )
