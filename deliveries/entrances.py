"""The way in to one of the mail servers: by weight, around those that fail."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from accounts.vault import Locked
from deliveries.models import Relay
from deliveries.rates import Rates
from deliveries.smtp import Door, Unreachable, open_door


class Full(Unreachable):
    """Every mail server has as many connections as it may have."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """An open connection, whose it is, and how quickly it may be used."""

    relay: Relay
    slot: int
    door: Door
    rates: Rates

    def close(self) -> None:
        self.door.close()
        self.relay.free_slot(self.slot)


def enter() -> Entrance:
    """A connection to a relay that works; Unreachable where there is none. Why one
    does not is kept on it."""
    problem: Exception = Full("All connections to the mail servers are in use.")
    for relay in Relay.objects.in_turn():
        slot = relay.take_slot()
        if slot is None:
            continue
        try:
            door = open_door(relay.settings(), hello=settings.BOUNCE_DOMAIN)
        except (Unreachable, Locked) as reason:
            relay.free_slot(slot)
            relay.failed(str(reason))
            problem = reason
        else:
            relay.works()
            return Entrance(relay, slot, door, Rates.of(relay))
    raise problem if isinstance(problem, Unreachable) else Unreachable(str(problem))
