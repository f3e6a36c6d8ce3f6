"""Count everything that pages read as a sum, and compare."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from console.rollups import ROLLUPS, Rollup
from deliveries.compared import Difference

SHOWN = 20


class Command(BaseCommand):
    help = (
        "Count anew what the pages read as sums, and name whatever differs. Reads all"
        " mail: minutes at some millions."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--repair", action="store_true", help="sum up anew what differs"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        left = sum(self.look_at(one, repair=options["repair"]) for one in ROLLUPS)
        if left:
            raise CommandError(
                f"{left:,} sums differ from what is counted. --repair sums them up"
                " anew."
            )

    def look_at(self, rollup: Rollup, *, repair: bool) -> int:
        """How many sums of it are still wrong."""
        found = list(rollup.differing())
        self.tell(rollup, found)
        if not (found and repair):
            return len(found)
        rollup.mend([one.key for one in found])
        left = list(rollup.differing())
        self.stdout.write(f"  Mended: {len(found) - len(left):,} of {len(found):,}.")
        return len(left)

    def tell(self, rollup: Rollup, found: list[Difference]) -> None:
        if not found:
            self.stdout.write(f"{rollup.label}: as counted.")
            return
        note = f" ({rollup.note})" if rollup.note else ""
        self.stdout.write(f"{rollup.label}: {len(found):,} differ{note}.")
        for one in found[:SHOWN]:
            self.stdout.write(f"  {one.sentence}")
        if len(found) > SHOWN:
            self.stdout.write(f"  and {len(found) - SHOWN:,} more")
