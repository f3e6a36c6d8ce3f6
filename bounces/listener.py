"""The server for the return-path domain: reports come in over SMTP or LMTP.

Taken is what goes to a return path that we signed, to an unsubscribe address of ours,
to an address at which we write to ourselves, or to one at which providers report
complaints. All else is refused before its content is sent: a flood of forged reports
costs one MAC each. "250" is said after the report is stored; when it cannot be, the
other server is asked to try again.
"""

from __future__ import annotations

import asyncio
import logging
import re
from concurrent.futures import ThreadPoolExecutor

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.db import DatabaseError, close_old_connections

from bounces.models import Source
from bounces.recording import Incoming, record_many
from bounces.who import Letters, is_no_report, is_return_path, no_letters
from deliveries import loopback

logger = logging.getLogger(__name__)

LARGEST = 10 * 1024 * 1024
STORED = "250 2.0.0 Stored"
NOT_OURS = "550 5.7.1 Only reports about our own mail are taken here"
NOT_NOW = "451 4.3.0 The report cannot be stored right now, try again later"
DESKS = re.compile(r"(?:fbl|abuse|complaints|postmaster|u-[a-z0-9-]+)", re.IGNORECASE)


def is_taken(address: str) -> bool:
    local, _, domain = address.rpartition("@")
    if domain.lower() != settings.BOUNCE_DOMAIN.lower():
        return False
    is_desk = bool(DESKS.fullmatch(local)) or loopback.is_ours(address)
    return is_desk or is_return_path(address)


class Listener:
    """What aiosmtpd asks for each recipient and each mail."""

    def __init__(self, letters: Letters = no_letters) -> None:
        self.letters = letters
        self.thread = ThreadPoolExecutor(1, "bounces")

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, *said: object
    ) -> str:
        address = str(said[0])
        if not is_taken(address):
            return NOT_OURS
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        raw = envelope.content or b""
        raw = raw if isinstance(raw, bytes) else raw.encode()
        people = [str(one) for one in envelope.rcpt_tos]
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self.thread, self.store, raw, people)
        except DatabaseError:
            logger.exception("A report could not be stored.")
            return NOT_NOW
        return STORED

    def store(self, raw: bytes, recipients: list[str]) -> None:
        close_old_connections()
        try:
            record_many(
                Incoming(raw, Source.LISTENER, one)
                for one in recipients
                if not is_no_report(raw, one, self.letters)
            )
        finally:
            close_old_connections()


async def serve(
    host: str, port: int, *, is_lmtp: bool = False, listener: Listener | None = None
) -> asyncio.Server:
    """The server, listening; the caller keeps the loop going."""
    listener, protocol = listener or Listener(), LMTP if is_lmtp else SMTP
    return await asyncio.get_running_loop().create_server(
        lambda: protocol(
            listener,
            data_size_limit=LARGEST,
            enable_SMTPUTF8=True,
            hostname=settings.BOUNCE_DOMAIN,
            ident="Listwell bounces",
        ),
        host,
        port,
    )
