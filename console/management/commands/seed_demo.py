"""Fill an empty installation with the demo."""

import time
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from console.demo import bounces, newsletters, passes, people, segments, sign_ups
from contacts.models import Contact
from deliveries import days, months
from deliveries.rollups import fold_all


class Command(BaseCommand):
    """All or nothing: an interrupted load leaves an empty installation."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--size", type=int, default=20_000, help="how many people")

    def handle(self, *args: Any, **options: Any) -> None:
        if Contact.objects.exists():
            raise CommandError(
                "There are contacts already. The demo is only loaded into an empty "
                "installation."
            )
        began = time.monotonic()
        self.load(options["size"])
        self.stdout.write(f"Demo loaded in {time.monotonic() - began:.0f} s.")

    @transaction.atomic
    def load(self, size: int) -> None:
        now = timezone.now()
        user = User.objects.order_by("pk").first() or User.objects.create_superuser(
            "admin@listwell.test"
        )
        types = self.step(f"{size:,} people", lambda: people.load(size, now))
        sent = self.step("a year of newsletters", lambda: newsletters.year(types, now))
        self.step("what came back", lambda: bounces.come_back(sent))
        self.step("their engagement", fold_all)
        self.step("given up", lambda: bounces.give_up(now, user))
        self.step("segments", lambda: segments.make_segments(user))
        self.step("campaigns", lambda: passes.run_all(types, now, user))
        self.step("sign-ups", lambda: sign_ups.sign_up(now, user))
        self.step("their engagement again", fold_all)
        self.step("the months", lambda: months.sum_up(everything=True))
        self.step("the days", days.sum_up)

    def step(self, label: str, act: Callable[[], Any]) -> Any:
        """Do it, and say what it was and how long it took."""
        began = time.monotonic()
        result = act()
        self.stdout.write(f"  {label}: {time.monotonic() - began:.1f} s")
        self.stdout.flush()
        return result
