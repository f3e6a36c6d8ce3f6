"""`manage.py mailcatcher --port 1025`: keep all mail instead of sending it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from deliveries.catcher import serve


class Command(BaseCommand):
    help = "Take in mail over SMTP and keep it for the Outbox. Local mode only."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=1025)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.LOCAL_MODE:
            raise CommandError(
                "The mail catcher runs in local mode only: set LOCAL_MODE=yes on a"
                " machine of your own."
            )
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(self.run(options["host"], options["port"]))

    async def run(self, host: str, port: int) -> None:
        try:
            server = await serve(host, port)
        except OSError as error:
            raise CommandError(f"Port {port} cannot be used: {error}") from None
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, stopped.set)
        self.stdout.write(f"Catching mail on {host}:{port}.")
        async with server:
            await stopped.wait()
