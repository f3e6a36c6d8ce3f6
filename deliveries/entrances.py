"""The way in to one of the mail servers: by weight, around those that fail."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.vault import Locked
from deliveries.models import Relay
from deliveries.problems import WARN, Problem
from deliveries.rates import Rates
from deliveries.smtp import Door, Unreachable, open_door
from deliveries.transports.door import ApiDoor
from deliveries.transports.door import open_door as open_api

NONE_IN_USE = _(
    "No mail server is in use: each has the weight 0. What is sent waits until one has"
    " another."
)

AnyDoor = Door | ApiDoor


class Full(Unreachable):
    """Every mail server has as many connections as it may have."""


FULL = Full("All connections to the mail servers are in use.")


@dataclass(frozen=True, slots=True)
class Entrance:
    """An open connection, whose it is, and how quickly it may be used."""

    relay: Relay
    slot: int
    door: AnyDoor
    rates: Rates

    def close(self) -> None:
        self.door.close()
        self.relay.free_slot(self.slot)


def enter() -> Entrance:
    """A connection to a relay that works; Unreachable where there is none. Why one
    does not is kept on it."""
    if Relay.objects.are_off():
        raise Unreachable(NONE_IN_USE)
    problem: Exception = FULL
    for relay in Relay.objects.in_turn():
        try:
            entrance = enter_by(relay)
        except Full:
            continue
        except (Unreachable, Locked) as reason:
            problem = reason
            if relay.is_smtp or not relay.problem:
                relay.failed(str(reason))
        else:
            if relay.is_smtp:  # a provider was not asked anything yet
                relay.works()
            return entrance
    raise problem if isinstance(problem, Unreachable) else Unreachable(str(problem))


def enter_by(relay: Relay) -> Entrance:
    """A connection to this one. Full, Unreachable, vault.Locked where there is none."""
    slot = relay.take_slot()
    if slot is None:
        raise FULL
    try:
        return Entrance(relay, slot, door_of(relay), Rates.of(relay))
    except (Unreachable, Locked):
        relay.free_slot(slot)
        raise


def door_of(relay: Relay) -> AnyDoor:
    if relay.is_smtp:
        return open_door(relay.settings(), hello=settings.BOUNCE_DOMAIN)
    return open_api(relay)


def server_problems() -> list[Problem]:
    """That nothing would leave, for whoever is about to send."""
    if not Relay.objects.are_off():
        return []
    servers = reverse("deliveries:relays")
    return [Problem(WARN, str(NONE_IN_USE), url=servers, place=gettext("Mail servers"))]
