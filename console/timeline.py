"""What happened to one person, from every table that knows, newest first.

Also at the addresses of contacts that were merged into hers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import nlargest
from operator import attrgetter
from typing import TYPE_CHECKING

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.models import MarketingEmail
from consent.models import ConsentRecord
from consent.vocabulary import Action
from contacts.models import Contact, MergedAddress
from deliveries import refusals
from deliveries.bounce_names import name_of
from deliveries.models import Delivery, DeliveryState, Event, EventKind, Verdict
from deliveries.trace import allowed_by, day

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PAGE = 50


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the timeline, as ui/timeline.html draws it."""

    at: dt.datetime
    title: str
    text: str
    icon: str
    tint: str = ""
    url: str = ""


# how a consent record looks: icon and tint
CONSENT_LOOKS = {
    Action.GIVEN: ("shield-check", "ok"),
    Action.RENEWED: ("badge-check", "ok"),
    Action.LATE_CONFIRMED: ("badge-check", "ok"),
    Action.RESTORED: ("undo-2", "ok"),
    Action.RELEASED: ("undo-2", "ok"),
    Action.SUPPRESSED: ("circle-x", "bad"),
    Action.FEWER: ("clock", ""),
    Action.AS_SENT: ("undo-2", "ok"),
    Action.TRACKING_AGREED: ("eye", "ok"),
    Action.TRACKING_REFUSED: ("eye", ""),
}
DELIVERY_LOOKS = {
    DeliveryState.NOT_SENT: ("circle-minus", ""),
    DeliveryState.DELIVERED: ("mail-check", "ok"),
    DeliveryState.REFUSED: ("mail-x", "bad"),
    DeliveryState.EXPIRED: ("mail-x", "bad"),
    DeliveryState.UNCERTAIN: ("triangle-alert", "warn"),
}
EVENT_ICONS = {
    EventKind.OPEN: "mail-open",
    EventKind.CLICK: "mouse-pointer-click",
    EventKind.CONFIRM: "badge-check",
    EventKind.UNSUBSCRIBE: "bell-off",
}
VERDICT_TINTS = {Verdict.HUMAN: "ok", Verdict.UNVERIFIED: "warn"}

KINDS: dict[str, StrOrPromise] = {
    "emails": gettext_lazy("Emails"),
    "consent": gettext_lazy("Consent"),
}
# what stands behind an open or a click, by the name of its mail
HAPPENED = {
    EventKind.OPEN: gettext_lazy("Opened “%(mail)s”"),
    EventKind.CLICK: gettext_lazy("Clicked in “%(mail)s”"),
    EventKind.CONFIRM: gettext_lazy("Pressed the confirm button in “%(mail)s”"),
    EventKind.UNSUBSCRIBE: gettext_lazy("Unsubscribed in “%(mail)s”"),
}


def timeline(
    contact: Contact, kind: str = "", before: dt.datetime | None = None
) -> tuple[list[Happening], bool]:
    """(at most PAGE happenings, the newest before `before`; whether older ones follow).

    A page does not end between two of the same moment: the next one begins there.
    """
    found: list[Happening] = []
    at = MergedAddress.objects.keys_of(contact)
    if kind in {"", "emails"}:
        found += [*_deliveries(at, before), *_events(at, before)]
    if kind in {"", "consent"}:
        found += _consent(at, before)
    if not kind and (before is None or contact.created_at < before):
        found.append(
            Happening(contact.created_at, _("Became a contact"), "", "plus", "ok")
        )
    newest = nlargest(PAGE + 1, found, key=attrgetter("at"))
    if len(newest) <= PAGE:
        return newest, False
    return [one for one in newest if one.at > newest[-1].at] or newest[:PAGE], True


def _earlier(column: str, before: dt.datetime | None) -> Q:
    return Q(**{f"{column}__lt": before}) if before else Q()


def _consent(at: list[int], before: dt.datetime | None) -> Iterator[Happening]:
    records = (
        ConsentRecord.objects.filter(_earlier("occurred_at", before), address_id__in=at)
        .select_related("subscription_type", "brand", "user", "batch")
        .order_by("-occurred_at", "-pk")[: PAGE + 1]
    )
    for record in records:
        action = Action(record.action)
        icon, tint = CONSENT_LOOKS.get(action, ("bell-off", ""))
        about = record.subscription_type or record.brand
        yield Happening(
            record.occurred_at,
            _("%(what)s: %(about)s") % {"what": action.label, "about": about}
            if about
            else str(action.label),
            " · ".join(_facts(record)),
            icon,
            tint,
            record.batch.url if record.batch else "",
        )


def _facts(record: ConsentRecord) -> Iterable[str]:
    """Where a consent record comes from, in short words."""
    yield record.get_mechanism_display()
    if record.action == Action.GIVEN:
        yield record.get_basis_display()
    written = timezone.localtime(record.recorded_at)
    if timezone.localdate(record.occurred_at) != written.date():
        yield _("written down on %(day)s") % {"day": day(record.recorded_at)}
    if file := record.source.get("file"):
        yield str(file)
    if record.explanation:
        yield record.why.rstrip(".")
    if record.user:
        yield _("by %(user)s") % {"user": record.user}


def _deliveries(at: list[int], before: dt.datetime | None) -> Iterator[Happening]:
    rows = (
        Delivery.objects.annotate(at=Coalesce("started_at", "queued_at"))
        .filter(_earlier("at", before), address_id__in=at)
        .select_related("message", "consent")
        .order_by("-at", "-id")[: PAGE + 1]
    )
    traces = _traces(rows)
    for row in rows:
        state = DeliveryState(row.state)
        icon, tint = DELIVERY_LOOKS.get(state, ("mail", ""))
        yield Happening(
            row.started_at or row.queued_at,
            _("%(state)s: “%(mail)s”") % {"state": state.label, "mail": row.message},
            _outcome(row),
            icon,
            tint,
            traces.get(row.pk) or url_of(row.message.group),
        )


def _traces(rows: Iterable[Delivery]) -> dict[int, str]:
    """The page of each mail that has one: those of marketing emails."""
    emails = MarketingEmail.objects.filter(message__in={row.message_id for row in rows})
    found = dict(emails.values_list("message_id", "pk"))
    return {
        row.pk: reverse("campaigns:trace", args=[found[row.message_id], row.pk])
        for row in rows
        if row.message_id in found
    }


def _outcome(row: Delivery) -> str:
    """What is known of one delivery beyond its state."""
    if row.reason:
        return refusals.sentence(row.reason)
    words = [name_of(row.bounce_category)] if row.bounced_at else []
    if row.smtp_code and row.smtp_code >= 400:
        words.append(f"{row.smtp_code} {row.reply[:200]}".strip())
    if row.complained_at:
        words.append(_("reported as spam"))
    words.append(allowed_by(row))
    return " · ".join(filter(None, words))


def _events(at: list[int], before: dt.datetime | None) -> Iterator[Happening]:
    rows = (
        Event.objects.filter(_earlier("at", before), address_id__in=at)
        .select_related("message", "link")
        .order_by("-at")[: PAGE + 1]
    )
    for row in rows:
        kind, verdict = EventKind(row.kind), Verdict(row.verdict)
        link = str(row.link) if row.link_id else ""
        facts = [str(verdict.label), link, shortened(row.ip)]
        yield Happening(
            row.at,
            HAPPENED[kind] % {"mail": row.message},
            " · ".join(filter(None, facts)),
            EVENT_ICONS[kind],
            VERDICT_TINTS.get(verdict, ""),
            url_of(row.message.group),
        )


def shortened(ip: str | None) -> str:
    """An address of the internet without the part that tells one household."""
    if not ip:
        return ""
    if ":" in ip:
        return f"IP {':'.join(ip.split(':')[:3])}:…"
    return f"IP {'.'.join(ip.split('.')[:2])}.x.x"


# what a Message.group names, and the page of it
GROUP_PAGES = {"email": "campaigns:detail", "reengagement": "reengagement:detail"}


def url_of(group: str) -> str:
    """The page of what a message belongs to; "" when there is none."""
    kind, _, pk = group.partition(":")
    if kind not in GROUP_PAGES or not pk.isdigit():
        return ""
    return reverse(GROUP_PAGES[kind], args=[int(pk)])
