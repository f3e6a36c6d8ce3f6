"""`manage.py listen_bounces --port 2525 [--lmtp]`: take reports over SMTP or LMTP."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bounces.listener import Listener, serve
from optouts import letters


class Command(BaseCommand):
    help = "Take in reports for the return-path domain over SMTP, or LMTP."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=2525)
        parser.add_argument("--lmtp", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(self.run(options["host"], options["port"], options["lmtp"]))

    async def run(self, host: str, port: int, is_lmtp: bool) -> None:
        try:
            server = await serve(
                host, port, is_lmtp=is_lmtp, listener=Listener(letters.take)
            )
        except OSError as error:
            raise CommandError(f"Port {port} cannot be used: {error}") from None
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopped.set)
        self.stdout.write(f"Taking reports on {host}:{port}.")
        async with server:
            await stopped.wait()
