"""Prove that nobody changed, removed or slipped in a record of the consent ledger."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from consent.models import BATCH_SIZE, Address, ConsentRecord


class Command(BaseCommand):
    help = "Recompute the chain of every address and name each place where it breaks."

    def handle(self, *args: Any, **options: Any) -> None:
        newest = Address.objects.order_by("-id").values_list("id", flat=True).first()
        found = 0
        for after in range(0, newest or 0, BATCH_SIZE):
            for place in ConsentRecord.objects.breaks(after, after + BATCH_SIZE):
                found += 1
                record = f", record {place.record_id}" if place.record_id else ""
                self.stderr.write(f"Address {place.address_id}{record}: {place.what}.")
        if found:
            raise CommandError(
                f"The ledger does not hold in {found:,} places. Compare with a backup"
                " before anybody sends."
            )
        count = ConsentRecord.objects.count()
        self.stdout.write(f"The ledger holds: {count:,} records checked.")
