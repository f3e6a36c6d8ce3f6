"""How often somebody gets each kind of mail at most, as she asks on the preference
page: less than is sent, never more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction

from consent.models import Address, Brand, OwnLimit, Seldom, SubscriptionType
from consent.vocabulary import Act, Action, Actor, Evidence, Mechanism
from optouts.choices import HERE, Choice, Elsewhere

FIELD = "often-"  # and the number of the kind
ANSWERS: dict[object, Seldom | None] = {"": None} | {str(one): one for one in Seldom}


@dataclass(frozen=True, slots=True)
class Question:
    """How often one kind comes now, and what may be asked for instead."""

    name: str
    days: int | None
    offered: list[Seldom]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is new of one kind."""

    kind: SubscriptionType
    days: Seldom | None

    @property
    def often(self) -> str:
        """In the language that is spoken."""
        return str(self.days.label) if self.days else ""


def asked_of(
    address: Address, choices: Iterable[Choice]
) -> list[tuple[Choice, Question]]:
    """Each choice, with the question how often."""
    now = limits_of(address)
    return [(one, _question(one.kind, now.get(one.kind.pk))) for one in choices]


def limits_of(address: Address) -> dict[int, int]:
    """{kind: one mail in so many days}, of each for which she has asked for less."""
    rows = OwnLimit.objects.in_force().filter(address=address)
    said = rows.values_list("subscription_type_id", "days")
    return {kind: days for kind, days in said if days}


def _question(kind: SubscriptionType, days: int | None) -> Question:
    less = [one for one in Seldom if one == days or _is_less(kind, one)]
    return Question(f"{FIELD}{kind.pk}", days, less)


def _is_less(kind: SubscriptionType, asked: Seldom) -> bool:
    """Whether one mail in so many days is less than is promised anyway."""
    if not (kind.promised_mails and kind.promised_days):
        return True
    return asked * kind.promised_mails > kind.promised_days


@transaction.atomic
def save(
    address: Address,
    brand: Brand,
    form: Mapping[str, object],
    evidence: Evidence,
    elsewhere: Elsewhere = HERE,
) -> list[Asked]:
    """Make it as the form that was sent says; what is new. What it does not name, or
    nobody offers, stays. Less holds where she is now, too; more, only here."""
    ids = Address.objects.lock_all(lambda: elsewhere.with_(address))
    now, new = limits_of(address), []
    for kind in SubscriptionType.objects.active().for_readers().filter(brand=brand):
        said, before = form.get(f"{FIELD}{kind.pk}"), now.get(kind.pk)
        if said not in ANSWERS or ANSWERS[said] == before:
            continue
        days = ANSWERS[said]
        where = ids if (days or 0) > (before or 0) else [address.pk]
        OwnLimit.objects.say(where, kind, _act(days, evidence, elsewhere), days)
        new.append(Asked(kind, days))
    return new


def _act(days: Seldom | None, evidence: Evidence, elsewhere: Elsewhere) -> Act:
    return Act(
        action=Action.FEWER if days else Action.AS_SENT,
        mechanism=Mechanism.PREFERENCE_CENTRE,
        actor=Actor.CONTACT,
        explanation=f"One email in {days.value} days at most." if days else "",
        source=elsewhere.source,
        evidence=evidence,
    )
