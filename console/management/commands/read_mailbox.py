"""`manage.py read_mailbox [--watch]`: record the reports of a mailbox over IMAP."""

from __future__ import annotations

import imaplib
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from imap_tools import ImapToolsError

from bounces.mailboxes import Box, read_box, watch
from optouts import letters

PAUSE = 60  # seconds until a broken connection is tried again
# whatever a server may do; what it says that nobody foresaw is one of imaplib
BROKEN = (OSError, ImapToolsError, imaplib.IMAP4.error)


class Command(BaseCommand):
    help = "Record what came back into the mailbox named by BOUNCE_MAILBOX."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--watch", action="store_true", help="go on until stopped")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.BOUNCE_MAILBOX:
            raise CommandError(
                "No mailbox is set: BOUNCE_MAILBOX=imaps://user:password@host/INBOX."
            )
        box = self.box()
        try:
            self.stdout.write(f"{read_box(box, letters.take)} mails read.")
        except BROKEN as error:
            raise CommandError(f"The mailbox cannot be read: {error}") from None
        while options["watch"]:
            self.watch(box)

    def box(self) -> Box:
        try:
            return Box.of(settings.BOUNCE_MAILBOX, done=settings.BOUNCE_MAILBOX_DONE)
        except ValueError as error:
            raise CommandError(str(error)) from None

    def watch(self, box: Box) -> None:
        try:
            watch(box, lambda: False, letters.take)
        except BROKEN as error:
            self.stderr.write(f"The connection broke, trying again: {error}")
            time.sleep(PAUSE)
