"""Judge stored opens and clicks by the rules of today, and bring all sums into line."""

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_date

from accounts.models import Account
from campaigns import figures
from campaigns.models import MarketingEmail
from deliveries import days, months, rollups
from deliveries.models import Verdict
from deliveries.rejudging import Found, rejudge
from reengagement.models import Campaign

WORDS = {
    Verdict.HUMAN: "a person",
    Verdict.UNVERIFIED: "not certain",
    Verdict.MACHINE: "a machine",
}


class Command(BaseCommand):
    help = (
        "Judge stored opens and clicks anew, after a change of the rules, as far back"
        " as browsers are known. What people confirmed stays confirmed. Safe to stop"
        " and to repeat."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", help="only from this day on: 2026-11-01")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would change"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        dry = options["dry_run"]
        found = rejudge(since_of(options["since"]), dry=dry)
        self.tell(found)
        if dry:
            self.stdout.write("Nothing was written: without --dry-run it is.")
        else:
            bring_into_line(found)

    def tell(self, found: Found) -> None:
        self.stdout.write(f"{found.looked_at:,} opens and clicks were judged anew.")
        for (before, now), events in sorted(found.changes.items()):
            words = f"{WORDS[before]} before, {WORDS[now]} by the rules of today"
            self.stdout.write(f"  {events:,}: {words}")
        if found.answers:
            self.stdout.write(
                f"  {found.answers:,} answers of people stay, though the rules would"
                " not take them today."
            )
        self.stdout.write(
            f"{found.mails:,} mails have other dates, {found.confirmed:,} people"
            " confirmed by what was not taken for an answer before."
        )


def since_of(text: str | None) -> dt.datetime | None:
    if not text:
        return None
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        raise CommandError(f"“{text}” is no day. Write it as 2026-11-01.")
    return dt.datetime.combine(day, dt.time(), Account.current().zone)


def bring_into_line(found: Found) -> None:
    """Everything that is summed up from the mails that changed."""
    rollups.fold_all()
    emails = MarketingEmail.objects.filter(
        message__in=found.messages, tallied_at__isnull=False
    )
    figures.mend(list(emails.values_list("pk", flat=True)))
    if found.since:
        months.sum_up()
        days.sum_up(Account.current().day_of(found.since))
    for campaign in Campaign.objects.live():
        campaign.fold()
