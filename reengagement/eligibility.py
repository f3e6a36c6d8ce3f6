"""Who may be asked to confirm: the rules on top of those of every marketing email.

One ordered table; the first reason that holds is the one that is told. None of
them is a setting, except the double opt-in switch of the campaign.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import BigIntegerField, Exists, F, Func, OuterRef, Q, Value
from django.db.models.functions import Abs, Mod
from django.db.models.lookups import LessThan
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from consent.models import Grant, Suppression
from consent.vocabulary import OPT_OUT_REASONS, Actor, Grade
from deliveries import audience, refusals
from deliveries.audience import LeftOut

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from reengagement.models import Campaign

# Once a year is often enough to be asked whether one still wants mail.
ONE_PASS_PER = dt.timedelta(days=365)
# Who hardly got any mail is not silent but unasked.
MIN_DELIVERED = 3
# Below this many eligible people a comparison would say nothing.
HOLDOUT_FROM = 4000
HOLDOUT = "holdout"
HELD_OUT = gettext_lazy("Held out, to compare with those who were asked")

Predicate = Callable[["Campaign"], Q | Exists]


@dataclass(frozen=True, slots=True)
class Rule:
    """Why somebody is left out: `key` on the delivery, `sentence` for people."""

    key: str
    sentence: StrOrPromise
    predicate: Predicate


def _double_opted_in(campaign: Campaign) -> Q | Exists:
    if not campaign.skip_double_opt_in:
        return Q(pk__in=[])
    return Exists(
        Grant.objects.filter(
            address=OuterRef("address"),
            subscription_type=campaign.subscription_type_id,
            grade=Grade.DOUBLE_OPT_IN,
        )
    )


def _ever_left(campaign: Campaign) -> Exists:
    """Ever opted out or complained, unless a newer double opt-in of her own."""
    came_back = Grant.objects.filter(
        address=OuterRef("address"),
        grade=Grade.DOUBLE_OPT_IN,
        record__actor=Actor.CONTACT,
        given_at__gt=OuterRef("occurred_at"),
    )
    return Exists(
        Suppression.objects.filter(
            ~Exists(came_back),
            address=OuterRef("address"),
            reason__in=OPT_OUT_REASONS,
        )
    )


def _asked_lately(campaign: Campaign) -> Exists:
    members = type(campaign)._meta.get_field("members").related_model
    return Exists(
        members._default_manager.filter(
            address=OuterRef("address"),
            campaign__started_at__gt=timezone.now() - ONE_PASS_PER,
        ).exclude(campaign=campaign.pk)
    )


def _hardly_mailed(campaign: Campaign) -> Q:
    return Q(delivered__lt=MIN_DELIVERED)


RULES: tuple[Rule, ...] = (
    Rule("ever_opted_out", gettext_lazy("Opted out or complained before"), _ever_left),
    Rule(
        "double_opt_in",
        gettext_lazy("Confirmed by double opt-in already"),
        _double_opted_in,
    ),
    Rule(
        "asked_lately",
        gettext_lazy("Asked by another campaign within a year"),
        _asked_lately,
    ),
    Rule(
        "hardly_mailed",
        format_lazy(
            gettext_lazy("Got fewer than {least} emails, so silence means nothing"),
            least=MIN_DELIVERED,
        ),
        _hardly_mailed,
    ),
)


def left_out(campaign: Campaign) -> list[LeftOut]:
    """The rules as the audience takes them: key, condition on a contact, sentence."""
    return [(rule.key, rule.predicate(campaign), rule.sentence) for rule in RULES]


def preview(campaign: Campaign) -> Counter[str]:
    """{"": asked, reason: left out}; adds up to the segment."""
    if campaign.subscription_type is None:
        return Counter()
    counts = audience.preview(
        campaign.audience(),
        campaign.subscription_type,
        extra=left_out(campaign) + lots(campaign),
    )
    if counts[HOLDOUT] and counts[""] + counts[HOLDOUT] < HOLDOUT_FROM:
        counts[""] += counts.pop(HOLDOUT, 0)
    return counts


def chosen(campaign: Campaign) -> list[LeftOut]:
    """All the reasons of a campaign that begins now, the comparison among them."""
    rules = left_out(campaign)
    return rules + lots(campaign) if preview(campaign)[HOLDOUT] else rules


def lots(campaign: Campaign) -> list[LeftOut]:
    """A share of the eligible who are not asked, to compare with; drawn by a hash of
    campaign and address, so that asking twice draws the same people."""
    if not campaign.holdout_percent:
        return []
    lot = Func(
        F("address_id"),
        Value(campaign.pk),
        function="hashint8extended",
        output_field=BigIntegerField(),
    )
    drawn = LessThan(Mod(Abs(lot), 100), campaign.holdout_percent)
    return [(HOLDOUT, drawn, HELD_OUT)]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a funnel that adds up; `kind` as the funnel piece wants it."""

    label: str
    count: int
    kind: str = ""


def sentence(key: str) -> str:
    """The reason `key` in words, of ours or of every marketing email."""
    own = {rule.key: rule.sentence for rule in RULES} | {HOLDOUT: HELD_OUT}
    return str(own.get(key) or refusals.label(key))


def funnel(campaign: Campaign) -> list[Row]:
    """Segment, left out by reason, may be asked; empty while nothing is chosen."""
    counts = preview(campaign)
    head = f"In “{campaign.segment}”"
    return _rows(counts, head, "Will be asked") if counts else []


def outcome_of_start(campaign: Campaign) -> list[Row]:
    """The same as it was fixed at the start, from the first email's deliveries."""
    first = campaign.messages().first()
    if first is None:
        return []
    head = f"In “{campaign.segment}” at the start"
    kept = first.marketing_email.funnel
    counts = Counter(kept) if kept else audience.stored(first)
    return _rows(counts, head, "Asked")


def _rows(counts: Counter[str], head: str, last: str) -> list[Row]:
    reasons = [(key, count) for key, count in counts.most_common() if key]
    left = [Row(sentence(key), count, "in") for key, count in reasons]
    return [
        Row(head, sum(counts.values())),
        *left,
        Row(last, counts[""], "tot"),
    ]
