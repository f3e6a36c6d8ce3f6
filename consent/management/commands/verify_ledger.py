"""Prove that nobody changed, removed or slipped in a record of the consent ledger."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from consent.models import BATCH_SIZE, Address, ConsentRecord, Seal


class Command(BaseCommand):
    help = (
        "Recompute the chain of every address and every seal, and name each place that"
        " does not hold."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--seal", help="a seal noted earlier, which must still be there"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = sum((self.chains(), self.seals(), self.noted(options["seal"])))
        if found:
            raise CommandError(
                f"The ledger does not hold in {found:,} places. Compare with a backup"
                " before anybody sends."
            )
        count = ConsentRecord.objects.count()
        self.stdout.write(f"The ledger holds: {count:,} records checked.")
        if last := Seal.objects.order_by("after").last():
            self.stdout.write(
                f"Sealed up to record {last.upto}. Note this elsewhere, and give it to"
                f" --seal later: {bytes(last.mac).hex()}"
            )

    def chains(self) -> int:
        newest = Address.objects.order_by("-id").values_list("id", flat=True).first()
        found = 0
        for after in range(0, newest or 0, BATCH_SIZE):
            for place in ConsentRecord.objects.breaks(after, after + BATCH_SIZE):
                found += 1
                record = f", record {place.record_id}" if place.record_id else ""
                self.stderr.write(f"Address {place.address_id}{record}: {place.what}.")
        return found

    def seals(self) -> int:
        broken = list(Seal.objects.broken())
        for seal in broken:
            self.stderr.write(
                f"Seal of {seal.at:%Y-%m-%d %H:%M} UTC: the records {seal.after + 1} to"
                f" {seal.upto}, or the seals before it, are not those it was made of."
            )
        return len(broken)

    def noted(self, mac: str | None) -> int:
        if not mac or mac in {bytes(one.mac).hex() for one in Seal.objects.all()}:
            return 0
        self.stderr.write("The seal that you noted is not there any more.")
        return 1
