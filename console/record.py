"""The record of one person: may we email her, and what happened so far."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.paging import moment
from accounts.roles import Right, needs
from accounts.web import SignedIn
from bounces.forms import UnbounceForm
from bounces.views.desk import question
from consent.models import Grant, SubscriptionType, Suppression
from consent.vocabulary import MAY_LIFT, LiftedBy, Reason, Scope
from console.timeline import KINDS, timeline
from contacts.models import Contact, OpeningBalance, PropertyDefinition
from contacts.properties import Value
from deliveries import refusals
from deliveries.matrix import Answer, matrix
from deliveries.models import Channel
from segments.members import SegmentMember

SEGMENTS_SHOWN = 20
ANSWER_COLUMNS = [{"label": "Kind"}, {"label": "Answer"}, {"label": "Why"}]
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
            return cls(
                "ok",
                f"Can be emailed: {len(yes)} of {len(marketing)} subscriptions",
                "",
            )
        name = contact.first_name or "this contact"
        worst = next(one for one in marketing if one.refusal)
        tint = "bad" if worst.refusal in BAD else "info"
        tint = "warn" if worst.refusal == "on_hold" else tint
        title = f"No marketing email for {name}."
        return cls(tint, title, worst.sentence, worst.since)


@dataclass(frozen=True)
class Subscription:
    """One row of the card: state, since when, how it came, what staff may do."""

    subscription_type: SubscriptionType
    state: str
    since: dt.datetime | None = None
    how: str = ""
    # who else ends this no, where staff may not
    ends: str = ""


def subscriptions(contact: Contact) -> list[Subscription]:
    """Every active type with what she said to it; three queries."""
    noes = list(contact.suppressions().select_related("record"))
    yeses = {
        one.subscription_type_id: one
        for one in Grant.objects.filter(
            address_id=contact.address_id or 0
        ).select_related("record")
    }
    types = SubscriptionType.objects.active()
    return [_subscription(one, noes, yeses.get(one.pk)) for one in types]


def _subscription(
    one: SubscriptionType, noes: list[Suppression], yes: Grant | None
) -> Subscription:
    said = [no for no in noes if Reason(no.reason).is_opt_out and no.covers(one)]
    if said:
        no = min(said, key=lambda no: list(Reason).index(Reason(no.reason)))
        ways = frozenset.intersection(*(MAY_LIFT[Reason(no.reason)] for no in said))
        reach = "" if no.scope == Scope.TYPE else f", {no.get_scope_display().lower()}"
        how = f"{no.get_reason_display()}{reach}"
        return Subscription(one, "opted_out", no.occurred_at, how, _ends(ways))
    if yes:
        how = f"{yes.record.get_mechanism_display()}, {yes.get_basis_display().lower()}"
        return Subscription(one, "opted_in", yes.given_at, how)
    return Subscription(one, "not_set", None, "Never asked")


def _ends(ways: frozenset[LiftedBy]) -> str:
    if LiftedBy.STAFF in ways:
        return ""
    if LiftedBy.UNDO in ways:
        return "Only the person can undo this, or the undo of its campaign or list."
    return "Only the person can undo this."


def own_properties(contact: Contact) -> list[tuple[str, Value]]:
    """What her custom properties say, by label."""
    if not contact.properties:
        return []
    known = PropertyDefinition.objects.filter(pk__in=contact.properties)
    return [(one.label, _words(contact.properties[one.key])) for one in known]


def _words(value: Value) -> Value:
    if isinstance(value, bool):
        return "Yes" if value else "No"
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
        "subscriptions": subscriptions(contact),
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
    chips = [("", "Everything"), *KINDS.items()]
    return {
        "events": events,
        "chips": [
            {"label": label, "url": f"?kind={key}", "current": key == kind}
            for key, label in chips
        ],
        "kind": kind,
        "older": events[-1].at.isoformat() if has_older else "",
    }


def _moment(text: str) -> dt.datetime | None:
    """An aware moment from an address; None for anything else."""
    try:
        return moment(text)
    except ValueError:
        return None
