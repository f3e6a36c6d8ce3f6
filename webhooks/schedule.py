"""When an event is tried again, and when its endpoint is left alone. Pure.

The schedule is the one of Standard Webhooks 1.0.0.
"""

from __future__ import annotations

import datetime as dt
import random

# after the first attempt, which is made at once; the last comes after three days
RETRIES = (
    dt.timedelta(seconds=5),
    dt.timedelta(minutes=5),
    dt.timedelta(minutes=30),
    dt.timedelta(hours=2),
    dt.timedelta(hours=5),
    dt.timedelta(hours=10),
    dt.timedelta(hours=14),
    dt.timedelta(hours=20),
    dt.timedelta(hours=24),
)
# an endpoint at which nothing at all succeeds is asked this seldom
RESTS = (
    dt.timedelta(seconds=5),
    dt.timedelta(seconds=30),
    dt.timedelta(minutes=2),
    dt.timedelta(minutes=5),
)
# without any success for so long it is paused; the last attempt comes later than this
GIVE_UP = dt.timedelta(days=3)
LONGEST_WAIT = dt.timedelta(days=1)
JITTER = 0.1


def next_try(
    tried: int, now: dt.datetime, asked: dt.timedelta | None = None
) -> dt.datetime | None:
    """When, after so many attempts; None after the last. `asked`: how long the receiver
    wants us to wait at least. A tenth more or less, so that not all come at once."""
    if tried > len(RETRIES):
        return None
    spread = 1 + random.uniform(-JITTER, JITTER)  # noqa: S311  no secret
    wait = RETRIES[tried - 1] * spread
    return now + max(wait, min(asked or wait, LONGEST_WAIT))


def rest(failures: int) -> dt.timedelta:
    """How long to leave an endpoint alone after so many rounds without a success."""
    return RESTS[min(failures, len(RESTS)) - 1]
