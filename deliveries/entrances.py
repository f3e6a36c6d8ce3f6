"""The way in to one of the mail servers: by weight, around those that fail."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from accounts.vault import Locked
from deliveries.models import Relay
from deliveries.problems import WARN, Problem
from deliveries.rates import Rates
from deliveries.smtp import Door, Unreachable, open_door

NONE_IN_USE = (
    "No mail server is in use: each has the weight 0. What is sent waits until one has"
    " another."
)


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
    if Relay.objects.are_off():
        raise Unreachable(NONE_IN_USE)
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


def server_problems() -> list[Problem]:
    """That nothing would leave, for whoever is about to send."""
    if not Relay.objects.are_off():
        return []
    servers = reverse("admin:deliveries_relay_changelist")
    return [Problem(WARN, NONE_IN_USE, url=servers, place="Mail servers")]
