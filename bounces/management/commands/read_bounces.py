"""`manage.py read_bounces FILE ...`: record reports from .eml, mbox and Maildir."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bounces.intake import read_file
from bounces.models import Outcome


class Command(BaseCommand):
    help = "Record bounces and complaints from files. The same one twice counts once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="+", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        found: Counter[str] = Counter()
        for path in options["file"]:
            try:
                found.update(report.outcome for report in read_file(path))
            except OSError as error:
                raise CommandError(f"{path} cannot be read: {error.strerror}") from None
        for outcome in Outcome:
            self.stdout.write(f"{found[outcome.value]:>6}  {outcome.label}")
