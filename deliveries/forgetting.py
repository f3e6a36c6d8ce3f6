"""What a browser said of its owner is kept for 90 days at most: its address on the
internet, its name, and what else came with the request. Event and verdict stay.

Hour by hour, each in a transaction of its own: how far that went is written down, so
that nothing is read twice and a worker that was away goes on where it stopped.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Min

from accounts.models import Retention
from accounts.retention import Kept
from deliveries.models import Event, Forgotten, ProviderMail

PIECE = dt.timedelta(hours=1)


def forget() -> None:
    """Empty what is old enough. Safe to repeat and to stop."""
    while _forget_piece(Retention.objects.since(Kept.BROWSERS)):
        pass
    ProviderMail.objects.forget()


@transaction.atomic
def _forget_piece(end: dt.datetime) -> bool:
    """The next hour that has events; whether there may be more before `end`."""
    mark = Forgotten.objects.mark()
    rows = Event.objects.filter(at__gte=mark.until, at__lt=end)
    first = rows.aggregate(first=Min("at"))["first"]
    mark.until = max(mark.until, end) if first is None else min(first + PIECE, end)
    if first is not None:
        rows.filter(at__lt=mark.until).update(ip=None, user_agent="", traits={})
    mark.save(update_fields=["until"])
    return mark.until < end
