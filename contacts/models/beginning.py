"""The one lock that an import and an undo both take to begin."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

# what it waits for
BEING_UNDONE = _("Another import is being undone. Start this one when that is over.")
BEING_CHECKED = _("The file is still being checked. Wait a moment.")


@contextmanager
def one_begins() -> Iterator[None]:
    """No import begins while an undo does, nor the reverse; a transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('contacts.imports'))")
        yield
