"""What leaves over hours leaves evenly, also after it was stopped for a while.

Each mail has its moment; this keeps what piled up while nothing could leave from going
all at once. Its row is locked from the pick of a batch to its start: any number of
workers together keep to it.
"""

from __future__ import annotations

import datetime as dt
import math

from deliveries.models import Pace
from deliveries.prepared import prepared

# so much quicker than planned what has piled up may follow
CATCHING_UP = 1.25
MINUTE = dt.timedelta(minutes=1)

ROOM = """
SELECT CASE WHEN minute = date_trunc('minute', statement_timestamp())
    THEN greatest(0, per_minute - started) ELSE per_minute END
FROM deliveries_pace WHERE message_id = %s FOR UPDATE
"""
SPEND = """
UPDATE deliveries_pace SET minute = date_trunc('minute', statement_timestamp()),
    started = %(number)s + CASE
        WHEN minute = date_trunc('minute', statement_timestamp()) THEN started
        ELSE 0 END
WHERE message_id = %(message)s
"""


def keep(message_id: int, people: int, spread: dt.timedelta) -> None:
    """From now on, for a message to so many people."""
    even = people / (spread / MINUTE)
    per_minute = max(1, math.ceil(even * CATCHING_UP))
    Pace.objects.update_or_create(
        message_id=message_id, defaults={"per_minute": per_minute}
    )


def room(message_id: int) -> int:
    """How many may start now. Locks."""
    with prepared() as cursor:
        ((number,),) = cursor.execute(ROOM, [message_id]).fetchall()
    return int(number)


def spend(message_id: int, number: int) -> None:
    """Count what starts."""
    with prepared() as cursor:
        cursor.execute(SPEND, {"message": message_id, "number": number})


def over(message_id: int, left: int, now: dt.datetime) -> dt.datetime | None:
    """When so many have left at the earliest; None where there is no pace."""
    found = Pace.objects.filter(message=message_id).first()
    return now + MINUTE * math.ceil(left / found.per_minute) if found else None
