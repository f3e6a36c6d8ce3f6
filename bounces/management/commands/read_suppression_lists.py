"""`manage.py read_suppression_lists`: read the lists of our providers."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bounces.feeding import read_all


class Command(BaseCommand):
    help = "Read the suppression lists of SUPPRESSION_LISTS into the global blocks."

    def handle(self, *args: Any, **options: Any) -> None:
        found = read_all()
        if not found:
            raise CommandError(
                "No list is named: SUPPRESSION_LISTS=postmark+https://KEY@HOST/STREAM."
            )
        for one in found:
            if not one.problem:
                self.stdout.write(f"{one}: {one.listed:,} listed, {one.added:,} new.")
        if failed := [f"{one}: {one.problem}" for one in found if one.problem]:
            raise CommandError("\n".join(failed))
