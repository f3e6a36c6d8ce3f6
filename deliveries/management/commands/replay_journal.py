"""After a restore: say again who opted out since, then let sending go on."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from contacts.models import Contact
from deliveries import journal, replaying
from deliveries.models import Journal


class Command(BaseCommand):
    help = (
        "Say again every no that the opt-out journal (JOURNAL_DIR) knows and this"
        " database, restored from a backup, has forgotten. Then mail may leave again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--keep-stopped",
            action="store_true",
            help="replay, and leave it to somebody in the console to go on",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if journal.folder() is None:
            raise CommandError("JOURNAL_DIR is not set: no journal is kept here.")
        if next(journal.lines(), None) is None:
            raise CommandError(
                f"There is no journal in {journal.folder()}. Copy the folder of the"
                " installation that this database comes from to that place, or lift"
                " the stop in the console if nobody can have opted out meanwhile."
            )
        told = replaying.replay()
        self.stdout.write(f"{told.again:,} noes said again, {told.known:,} were known.")
        for one in Contact.objects.filter(pk__in=told.erased):
            self.stdout.write(
                f"Was erased since the backup, and is here again: erase"
                f" {one.get_absolute_url()}"
            )
        if not options["keep_stopped"]:
            self.go_on()

    @transaction.atomic
    def go_on(self) -> None:
        stopped = Journal.objects.select_related("hold").first()
        journal.begin()
        if stopped and stopped.hold:
            stopped.hold.lift(None, "The opt-out journal was replayed.")
        self.stdout.write("The journal follows this database now. Mail may leave.")
