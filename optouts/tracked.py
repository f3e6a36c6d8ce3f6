"""The box of the preference page about being tracked, whatever mail is wanted."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from consent.models import Address, Brand, Tracking, TrackingChoice
from consent.vocabulary import Act, Action, Actor, Evidence, Mechanism
from deliveries import measuring
from optouts.choices import HERE, Elsewhere


@dataclass(frozen=True, slots=True)
class Box:
    """How it stands; `day_only`: no more is kept than the day of the last answer."""

    is_on: bool
    day_only: bool


def box_of(address: Address, brand: Brand) -> Box | None:
    """None where the brand tracks nobody."""
    if brand.tracking == Tracking.OFF:
        return None
    is_on = TrackingChoice.objects.allows(brand, address)
    return Box(is_on, brand.tracking == Tracking.HYGIENE)


@transaction.atomic
def save(
    address: Address,
    brand: Brand,
    evidence: Evidence,
    elsewhere: Elsewhere = HERE,
    *,
    wanted: bool,
) -> bool | None:
    """Make it so; what it is now where that is new, else None. A no holds where she is
    now, too."""
    ids = Address.objects.lock_all(lambda: elsewhere.with_(address))
    if TrackingChoice.objects.allows(brand, address) == wanted:
        return None
    act = Act(
        action=Action.TRACKING_AGREED if wanted else Action.TRACKING_REFUSED,
        mechanism=Mechanism.PREFERENCE_CENTRE,
        actor=Actor.CONTACT,
        source=elsewhere.source,
        evidence=evidence,
    )
    measuring.say([address.pk] if wanted else ids, brand, act, agreed=wanted)
    return wanted
