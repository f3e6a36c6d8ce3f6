"""`manage.py rejudge_bounces`: read what waits once more, after a change of rules."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from bounces.intake import rejudge_waiting


class Command(BaseCommand):
    help = "Read reports that wait for a person once more, by the rules of today."

    def handle(self, *args: Any, **options: Any) -> None:
        settled = rejudge_waiting()
        self.stdout.write(f"{settled} reports that waited are settled now.")
