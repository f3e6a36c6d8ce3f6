"""`manage.py read_unsubscribes FILE ...`: opt out whoever asked for it by mail."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from deliveries.mailfiles import mails_of
from optouts.letters import take


class Command(BaseCommand):
    help = "Read .eml and mbox files of mail to List-Unsubscribe addresses."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="+", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        found: Counter[bool] = Counter()
        for path in options["file"]:
            try:
                found.update(take(raw) for raw in mails_of(path))
            except OSError as error:
                raise CommandError(f"{path} cannot be read: {error.strerror}") from None
        self.stdout.write(f"{found[True]:>6}  Opted out")
        self.stdout.write(f"{found[False]:>6}  Without a token of ours")
