"""The record of one person: may we email her, and what happened so far."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.numbers import number
from accounts.paging import moment
from accounts.roles import Right, needs
from accounts.web import SignedIn
from bounces.forms import UnbounceForm
from bounces.views.desk import question
from consent.models import Brand, Tracking, TrackingChoice
from console.limits import hers_among
from console.timeline import KINDS, Happening, timeline
from contacts import subscriptions
from contacts.models import Contact, OpeningBalance, PropertyDefinition
from contacts.properties import Value
from deliveries import refusals
from deliveries.matrix import Answer, matrix
from deliveries.models import Channel
from segments.members import SegmentMember

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SEGMENTS_SHOWN = 20
ANSWER_COLUMNS = [
    {"label": gettext_lazy("Kind")},
    {"label": gettext_lazy("Answer")},
    {"label": gettext_lazy("Why")},
]
# (mode of the brand, whether it may track her): what follows
FOLLOWS: dict[tuple[Tracking, bool], StrOrPromise] = {
    (Tracking.FULL, True): gettext_lazy("Opens and clicks are tracked"),
    (Tracking.HYGIENE, True): gettext_lazy(
        "Only the day of the last open and click is kept"
    ),
    (Tracking.OFF, True): gettext_lazy("The brand tracks nobody"),
    (Tracking.FULL, False): gettext_lazy("Not tracked"),
    (Tracking.HYGIENE, False): gettext_lazy("Not tracked"),
    (Tracking.OFF, False): gettext_lazy("The brand tracks nobody"),
}
BAD = {"complaint", "global_block", "dead_address", "bounced", "imported_bounce"}


@dataclass(frozen=True)
class Banner:
    """The most important thing of the page: may she be mailed, else why not."""

    tint: str
    title: str
    text: str
    since: dt.datetime | None = None

    @classmethod
    def of(cls, contact: Contact, answers: list[Answer]) -> Banner:
        marketing = [one for one in answers if one.channel == Channel.MARKETING]
        yes = [one for one in marketing if one.allowed]
        if yes:
            said = {"yes": number(len(yes)), "all": number(len(marketing))}
            title = _("Can be emailed: %(yes)s of %(all)s subscriptions") % said
            return cls("ok", title, "")
        worst = next(one for one in marketing if one.refusal)
        tint = "bad" if worst.refusal in BAD else "info"
        tint = "warn" if worst.refusal == "on_hold" else tint
        return cls(tint, cls._no(contact.first_name), worst.sentence, worst.since)

    @staticmethod
    def _no(name: str) -> str:
        if not name:
            return _("No marketing email for this contact.")
        return _("No marketing email for %(name)s.") % {"name": name}


@dataclass(frozen=True)
class Tracked:
    """What somebody said to being tracked by one brand, and what follows."""

    brand: Brand
    state: str  # agreed, tracking_refused, not_set
    since: dt.datetime | None
    how: str
    follows: StrOrPromise


def tracking_of(contact: Contact) -> list[Tracked]:
    """Each brand, the default one first."""
    said = {
        one.brand_id: one
        for one in TrackingChoice.objects.filter(
            address_id=contact.address_id or 0
        ).select_related("record")
    }
    brands = Brand.objects.in_order()
    return [_tracked(brand, said.get(brand.pk)) for brand in brands]


def _tracked(brand: Brand, said: TrackingChoice | None) -> Tracked:
    if said is None:
        follows = FOLLOWS[Tracking(brand.tracking), not brand.tracking_needs_consent]
        return Tracked(brand, "not_set", None, _("Never said"), follows)
    state = "agreed" if said.agreed else "tracking_refused"
    how = str(said.record.get_mechanism_display())
    follows = FOLLOWS[Tracking(brand.tracking), said.agreed]
    return Tracked(brand, state, said.said_at, how, follows)


def own_properties(contact: Contact) -> list[tuple[str, Value | None]]:
    """What her custom properties say, by label."""
    if not contact.properties:
        return []
    known = PropertyDefinition.objects.filter(pk__in=contact.properties)
    return [(one.label, in_words(contact.properties[one.key])) for one in known]


def in_words(value: Value | None) -> Value | None:
    """The value of a property for reading."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return ", ".join(value) if isinstance(value, list) else value


@needs(Right.SEE_PEOPLE)
@require_safe
def detail(request: SignedIn, pk: int) -> HttpResponse:
    contact = get_object_or_404(
        Contact.objects.select_related("address", "owner"), pk=pk
    )
    kind = request.GET.get("kind", "")
    before = _moment(request.GET.get("before", ""))
    context = _record(contact) | _activity(contact, kind, before)
    context["events"] = _for_user(context["events"], request.user)
    if contact.hard_bounce_reason:
        context["bounce"] = question(contact, request) | {"form": UnbounceForm()}
    return render(request, "console/contact.html", context)


def _record(contact: Contact) -> dict[str, Any]:
    answers = matrix(contact)
    stays = SegmentMember.objects.current().filter(contact=contact)
    return {
        "contact": contact,
        "answers": answers,
        "answer_columns": ANSWER_COLUMNS,
        "banner": Banner.of(contact, answers),
        "status": _status(answers),
        "subscriptions": subscriptions.of(contact),
        "tracking": tracking_of(contact),
        "properties": own_properties(contact),
        "stays": stays.select_related("segment").order_by("-pk")[:SEGMENTS_SHOWN],
        "balance": OpeningBalance.objects.filter(contact=contact).first(),
    }


def _status(answers: list[Answer]) -> tuple[str, str]:
    """(state, words) of the badge beside her name."""
    marketing = [one for one in answers if one.channel == Channel.MARKETING]
    if any(one.allowed for one in marketing):
        return "mailable", ""
    return marketing[0].refusal, refusals.label(marketing[0].refusal)


def _activity(
    contact: Contact, kind: str, before: dt.datetime | None
) -> dict[str, Any]:
    events, has_older = timeline(contact, kind, before)
    chips = [("", _("Everything")), *KINDS.items()]
    return {
        "events": events,
        "chips": [
            {"label": label, "url": f"?kind={key}", "current": key == kind}
            for key, label in chips
        ],
        "kind": kind,
        "older": events[-1].at.isoformat() if has_older else "",
    }


def _for_user(events: list[Happening], user: User) -> list[Happening]:
    """Without links to what belongs to a brand that she does not work for."""
    hers = hers_among(user, {one.url for one in events})
    return [one if one.url in hers else replace(one, url="") for one in events]


def _moment(text: str) -> dt.datetime | None:
    """An aware moment from an address; None for anything else."""
    try:
        return moment(text)
    except ValueError:
        return None
