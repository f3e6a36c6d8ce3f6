"""Mailings to people who have been silent for long leave in waves, at each provider.

The rows of Wave are locked from the pick of a batch to its start, so that any number
of workers together start no more than is allowed. Only a first batch finds no row to
lock: workers that begin in the same moment may each start one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from deliveries.models import Message, Wave
from deliveries.models.waves import CANARY
from deliveries.prepared import prepared

# whose group of messages: the people of a re-engagement campaign are the risk
RISKY = "reengagement:"

SPEND = """
INSERT INTO deliveries_wave (message_id, provider, started)
SELECT %(message)s, t.provider, t.number
FROM unnest(%(providers)s::text[], %(numbers)s::int[]) AS t(provider, number)
ON CONFLICT (message_id, provider)
DO UPDATE SET started = deliveries_wave.started + excluded.started
"""


def is_in_waves(message: Message) -> bool:
    return message.group.startswith(RISKY)


def room(message_id: int) -> dict[str, int]:
    """Provider to how many more may start now; without an entry: CANARY. Locks."""
    waves = Wave.objects.select_for_update().filter(message=message_id)
    return {wave.provider: wave.left for wave in waves.order_by("provider")}


def within(
    rows: Iterable[dict[str, Any]], left: Mapping[str, int], usual: int = CANARY
) -> list[dict[str, Any]]:
    """Those of `rows` that there is room for; what may not be mailed takes none.

    `left`: provider to how many more may start, `usual` for one that is not in it.
    """
    taken: Counter[str] = Counter()
    found = []
    for row in rows:
        provider = row["provider_key"]
        if row["refusal"] == "":
            if taken[provider] >= left.get(provider, usual):
                continue
            taken[provider] += 1
        found.append(row)
    return found


def spend(message_id: int, counts: Mapping[str, int]) -> None:
    """Count what starts, by provider."""
    values = {
        "message": message_id,
        "providers": sorted(counts),
        "numbers": [counts[key] for key in sorted(counts)],
    }
    with prepared() as cursor:
        cursor.execute(SPEND, values)
