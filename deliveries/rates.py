"""How many mails may start now, by the limits of the relay and of the providers.

One lock for all that is limited, from the question to the commit of the start: any
number of workers together keep to the limits. Without limits nothing is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from deliveries.models import ProviderLimit, Relay
from deliveries.models.relays import PERIODS
from deliveries.models.waves import ENDLESS
from deliveries.prepared import prepared

LOCK = 0x4C575241
NOW = """
SELECT key, period, number FROM deliveries_spent
WHERE starts_at = date_trunc(period, statement_timestamp())
"""
SPEND = """
INSERT INTO deliveries_spent (key, period, starts_at, number)
SELECT t.key, p.period, date_trunc(p.period, statement_timestamp()), t.number
FROM unnest(%(keys)s::text[], %(numbers)s::int[]) AS t(key, number),
    unnest(%(periods)s::text[]) AS p(period)
ON CONFLICT (key, period) DO UPDATE SET starts_at = excluded.starts_at,
    number = excluded.number + CASE
        WHEN deliveries_spent.starts_at = excluded.starts_at
        THEN deliveries_spent.number ELSE 0 END
"""


@dataclass(frozen=True, slots=True)
class Rates:
    """Limits by key: "relay:<id>", "provider:<key>"; each period to the most in it."""

    relay: str = ""
    limits: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, relay: Relay) -> Rates:
        key = f"relay:{relay.pk}"
        found = {f"provider:{one.provider}": one.limits for one in _limited()}
        found[key] = relay.limits
        return cls(key, {key: limits for key, limits in found.items() if limits})

    @property
    def has_seconds(self) -> bool:
        """Whether a moment's wait makes room again."""
        return any("second" in limits for limits in self.limits.values())

    def left(self) -> dict[str, int]:
        """Key to how many more may start now; inside the transaction that starts."""
        if not self.limits:
            return {}
        with prepared() as first, prepared() as then:
            first.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            rows = then.execute(NOW).fetchall()
        spent = {(key, period): number for key, period, number in rows}
        return {
            key: min(max(0, most - spent.get((key, p), 0)) for p, most in own.items())
            for key, own in self.limits.items()
        }

    def spend(self, counts: Mapping[str, int]) -> None:
        """Count what starts, by provider."""
        keys = {f"provider:{provider}": number for provider, number in counts.items()}
        keys[self.relay] = sum(counts.values())
        keys = {key: number for key, number in keys.items() if key in self.limits}
        if not keys:
            return
        values = {
            "keys": list(keys),
            "numbers": list(keys.values()),
            "periods": list(PERIODS),
        }
        with prepared() as cursor:
            cursor.execute(SPEND, values)


def _limited() -> list[ProviderLimit]:
    return list(ProviderLimit.objects.all())


def of_providers(left: Mapping[str, int]) -> dict[str, int]:
    """The providers' part of `Rates.left`, by provider."""
    return {
        key.removeprefix("provider:"): number
        for key, number in left.items()
        if key.startswith("provider:")
    }


def tighter(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    """The smaller of both for each provider."""
    keys = one.keys() | other.keys()
    return {k: min(one.get(k, ENDLESS), other.get(k, ENDLESS)) for k in keys}
