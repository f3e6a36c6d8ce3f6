"""After ERASURE_KEY was changed: the fingerprints of all known addresses anew."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from consent.models import Address


class Command(BaseCommand):
    help = (
        "Make the fingerprints of all known addresses with the ERASURE_KEY of now, and"
        " say how many erased ones are found under ERASURE_KEYS_BEFORE alone."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        renewed = 0
        count, last = Address.objects.renew_hmacs(0)
        while last:
            renewed += count
            count, last = Address.objects.renew_hmacs(last)
        self.stdout.write(f"{renewed:,} fingerprints were made anew.")
        if settings.ERASURE_KEYS_BEFORE:
            erased = Address.objects.filter(key=None).count()
            self.stdout.write(
                f"{erased:,} erased addresses may be under a key of before: leave"
                " ERASURE_KEYS_BEFORE as it is."
                if erased
                else "Nobody is erased: ERASURE_KEYS_BEFORE can be emptied."
            )
