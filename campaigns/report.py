"""What became of an email: groups of people that add up, and a sentence for each.

Every number is counted over the deliveries of its message, set-based. The groups
nest: intended = sent + pending + not sent; sent = delivered + bounced + uncertain.
"""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns import audience, losses
from campaigns.knowing import KNOWN, known
from campaigns.languages import name_of
from campaigns.models import MarketingEmail
from consent.models import Suppression
from consent.vocabulary import OPT_OUT_REASONS, Scope
from deliveries import refusals
from deliveries.languages import languages
from deliveries.models import (
    Delivery,
    DeliveryState,
    Event,
    EventKind,
    Verdict,
)

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

STOPPED = "stopped"
LABELS: dict[str, StrOrPromise] = {
    STOPPED: gettext_lazy("Stopped before it started"),
    **audience.LABELS,
    **{one.key: one.label for one in losses.LOSSES},
}
SENTENCES: dict[str, StrOrPromise] = {
    STOPPED: gettext_lazy("The sending was stopped before it was this person’s turn."),
    **audience.SENTENCES,
    **{one.key: one.sentence for one in losses.LOSSES},
}

# what comes back while the mail is still being handed over counts once that is settled
_BOUNCED = Q(state__in=[DeliveryState.REFUSED, DeliveryState.EXPIRED]) | Q(
    state__in=[DeliveryState.DELIVERED, DeliveryState.UNCERTAIN],
    bounced_at__isnull=False,
)
_NOT_SENT = Q(state__in=[DeliveryState.NOT_SENT, DeliveryState.CANCELLED])
_PENDING = Q(state__in=[DeliveryState.QUEUED, DeliveryState.STARTED])
_UNVERIFIED = Q(clicked_at__isnull=True, unverified_click_at__isnull=False)


@dataclass(frozen=True, slots=True)
class Group:
    """Some of the recipients. `base`: the group its rate is a part of."""

    key: str
    label: str
    where: Q
    base: str = ""
    nothing: str = "Nobody."


GROUPS: tuple[Group, ...] = (
    Group("intended", "Intended", Q(), nothing="Nobody was in the segments."),
    Group(
        "sent",
        "Sent",
        ~_NOT_SENT & ~_PENDING,
        "intended",
        nothing="Nothing has been sent yet.",
    ),
    Group(
        "delivered",
        "Delivered",
        Q(state=DeliveryState.DELIVERED, bounced_at=None),
        "sent",
        nothing="No server has accepted a mail yet.",
    ),
    Group(
        "opened",
        "Opened",
        Q(opened_at__isnull=False) | Q(clicked_at__isnull=False),
        "delivered",
        nothing="Nobody has opened it yet.",
    ),
    Group(
        "clicked",
        "Clicked",
        Q(clicked_at__isnull=False),
        "delivered",
        nothing="Nobody has clicked yet.",
    ),
    Group("unverified", "Unverified clicks", _UNVERIFIED, "delivered"),
    Group(
        "confirmed",
        "Confirmed",
        Q(confirmed_at__isnull=False),
        "delivered",
        nothing="Nobody has confirmed yet.",
    ),
    Group("bounced", "Bounced", _BOUNCED, "sent", nothing="Nobody bounced."),
    Group(
        "unsubscribed",
        "Unsubscribed",
        Q(unsubscribed_at__isnull=False),
        "delivered",
        nothing="Nobody unsubscribed from this email.",
    ),
    Group(
        "spam",
        "Spam reports",
        Q(complained_at__isnull=False),
        "delivered",
        nothing="Nobody reported it as spam.",
    ),
    Group("lost", "Contacts lost", losses.LOST, "sent", nothing="Nobody was lost."),
    Group(
        "uncertain",
        "Uncertain",
        Q(state=DeliveryState.UNCERTAIN, bounced_at=None),
        "sent",
        nothing="The outcome of every mail is known.",
    ),
    Group(
        "pending",
        "Pending",
        _PENDING,
        "intended",
        nothing="Nobody is waiting for it any more.",
    ),
    Group(
        "not_sent",
        "Not sent",
        _NOT_SENT,
        "intended",
        nothing="Everybody in the segments got it.",
    ),
)
BY_KEY = {group.key: group for group in GROUPS}


def deliveries_of(email: MarketingEmail) -> models.QuerySet[Delivery]:
    return Delivery.objects.filter(message=email.message_id)


ARE_KNOWN = {
    f"{one}s_known": BY_KEY["delivered"].where
    & (Q((f"{one}_tracked", True)) | Q(clicked_at__isnull=False))
    for one in ("open", "click")
}


def tally(email: MarketingEmail) -> dict[str, int]:
    """How many are in each group; one question to the database."""
    counts: dict[str, int] = deliveries_of(email).aggregate(
        **{
            group.key: Count("pk", filter=group.where) if group.where else Count("pk")
            for group in GROUPS
        },
        **{key: Count("pk", filter=where) for key, where in ARE_KNOWN.items()},
    )
    return counts


SPLIT = ("sent", "delivered", "opened", "clicked")


def by_language(email: MarketingEmail) -> list[dict[str, Any]]:
    """The groups of SPLIT in each language of the message, which add up to those of
    all; nothing where there is one."""
    if email.message is None or not email.message.variants:
        return []
    conditions = {key: BY_KEY[key].where for key in SPLIT} | ARE_KNOWN
    groups = {key: Count("pk", filter=where) for key, where in conditions.items()}
    rows = deliveries_of(email).values("language").annotate(**groups)
    found = {row["language"]: row for row in rows.order_by()}
    empty = dict.fromkeys(conditions, 0)
    return [
        {**empty, **found.get(one, {}), "language": one, "name": name_of(one)}
        for one in languages(email.message)
    ]


def machine_clicks(email: MarketingEmail) -> int:
    """Deliveries whose every click was a machine's."""
    events = Event.objects.filter(
        message=email.message_id, kind=EventKind.CLICK, verdict=Verdict.MACHINE
    )
    if email.launched_at:
        events = events.filter(at__gte=email.launched_at)
    only = deliveries_of(email).filter(clicked_at=None, unverified_click_at=None)
    return only.filter(pk__in=events.values("delivery_id")).count()


def left_on_the_way(email: MarketingEmail) -> int:
    """People who said no while their mail was being handed over: nothing could call it
    back, and nothing has started after that."""
    if email.message is None:
        return 0
    about = (
        Q(scope=Scope.EVERYTHING)
        | Q(brand=email.message.brand_id)
        | Q(subscription_type=email.message.subscription_type_id)
    )
    noes = Suppression.objects.filter(
        about,
        created_at__lt=Coalesce(OuterRef("settled_at"), Now()),
        address=OuterRef("address"),
        reason__in=OPT_OUT_REASONS,
        created_at__gte=OuterRef("started_at"),
    )
    return deliveries_of(email).filter(Exists(noes)).count()


def reasons(email: MarketingEmail, key: str) -> list[tuple[str, int]]:
    """(reason, count) of a group, most first; adds up to the group.

    Only groups of people who did not get the email, or are lost, have reasons.
    """
    if key == "lost":
        return losses.counted(deliveries_of(email))
    if key == "not_sent":
        return _not_sent_reasons(email)
    if key == "bounced":
        rows = deliveries_of(email).filter(_BOUNCED).values_list("bounce_category")
        return list(rows.annotate(count=Count("pk")).order_by("-count"))
    return []


def _not_sent_reasons(email: MarketingEmail) -> list[tuple[str, int]]:
    rows = deliveries_of(email).filter(_NOT_SENT).values_list("state", "reason")
    found: dict[str, int] = {}
    for state, reason, count in rows.annotate(count=Count("pk")).order_by():
        key = reason if state == DeliveryState.NOT_SENT else reason or STOPPED
        found[key] = found.get(key, 0) + count
    return sorted(found.items(), key=lambda row: -row[1])


def reason_sentence(key: str) -> str:
    return str(SENTENCES.get(key) or refusals.sentence(key))


def reason_label(key: str) -> str:
    """A reason in two or three words."""
    if not key:
        return _("Not judged yet")
    return str(LABELS.get(key) or refusals.label(key))


def with_reason(
    rows: models.QuerySet[Delivery], group: str, reason: str
) -> models.QuerySet[Delivery]:
    """Those of a group with one reason; all of them when none is given."""
    if not reason:
        return rows
    if group == "bounced":
        return rows.filter(bounce_category="" if reason == "unjudged" else reason)
    if group == "lost":
        return losses.lost_by(rows, reason)
    if reason == STOPPED:
        return rows.filter(state=DeliveryState.CANCELLED, reason="")
    return rows.filter(reason=reason)


# a report that comes later may still overturn "delivered"
PROVISIONAL = dt.timedelta(hours=72)


def is_provisional(email: MarketingEmail) -> bool:
    """Whether mails that were accepted may still come back."""
    since = email.finished_at or email.launched_at
    return since is not None and timezone.now() - since < PROVISIONAL


def rate(
    counts: dict[str, int], group: Group, *, provisional: bool = False
) -> dict[str, Any]:
    """One figure of the strip, with its share and what it is a share of."""
    count = counts[group.key]
    base = counts.get(group.base, 0)
    of = BY_KEY[group.base].label.lower() if group.base else ""
    known = counts.get(KNOWN.get(group.key, ""), base)
    if known < base:
        base, of = known, f"{known:,} tracked"
    note = "estimated" if group.key == "opened" else ""
    if provisional and group.key == "delivered":
        note = "provisional"
    if base:
        share = f"{100 * count / base:.1f}% of {of}"
        note = f"{share}, {note}" if note else share
    return {"label": group.label, "value": count, "note": note}


HOURS = 72


def curve(email: MarketingEmail, counts: dict[str, Any]) -> dict[str, Any]:
    """People who opened and clicked, hour by hour since the launch, added up."""
    began, by_hour = email.launched_at, counts["by_hour"]
    opens, clicks = by_hour.get("opened", []), by_hour.get("clicked", [])
    if began is None or not any(opens + clicks):
        return {}
    hours = min(HOURS, int((timezone.now() - began).total_seconds() // 3600) + 1)
    series = [
        {"label": "Opens (estimated)", "values": _added_up(opens, hours)},
        {"label": "Clicks", "values": _added_up(clicks, hours)},
    ]
    finding = f"{sum(opens)} people opened and {sum(clicks)} clicked so far."
    if not known(email, counts, "opened"):
        series = series[1:]
        finding = f"{sum(clicks)} people clicked so far; opens are not tracked."
    labels = [f"{hour} h" for hour in range(hours + 1)]
    return {"labels": labels, "series": series, "finding": finding}


def by_hour(email: MarketingEmail) -> dict[str, list[int]]:
    """{"opened": people in each of the first hours, "clicked": ...}."""
    began = email.launched_at
    if began is None:
        return {}
    return {name: _hourly(email, name, began) for name in ("opened", "clicked")}


def _hourly(email: MarketingEmail, name: str, began: dt.datetime) -> list[int]:
    """How many did it first in each hour after `began`."""
    column = f"{name}_at"
    end = began + dt.timedelta(hours=HOURS)
    rows = deliveries_of(email).filter(**{f"{column}__range": (began, end)})
    age = models.Func(
        models.F(column) - models.Value(began),
        function="date_part",
        template="floor(date_part('epoch', %(expressions)s) / 3600)::int",
        output_field=models.IntegerField(),
    )
    found = dict(
        rows.annotate(hour=age).values_list("hour").annotate(n=Count("pk")).order_by()
    )
    return [found.get(hour, 0) for hour in range(HOURS)]


def _added_up(counts: list[int], hours: int) -> list[int]:
    return [0, *itertools.accumulate(counts[:hours])]


def clickers(email: MarketingEmail) -> dict[str, dict[str, int]]:
    """{link id: {verdict: people}}."""
    clicks = Event.objects.filter(message=email.message_id, kind=EventKind.CLICK)
    found: dict[str, dict[str, int]] = {}
    counted = clicks.values_list("link", "verdict").annotate(
        people=Count("delivery_id", distinct=True)
    )
    for link, verdict, count in counted.order_by():
        found.setdefault(str(link), {})[verdict] = count
    return found


def links(
    email: MarketingEmail, clickers: dict[str, dict[str, int]]
) -> list[dict[str, Any]]:
    """The links of the sent version, each with how many people clicked."""
    if email.message is None:
        return []
    rows = []
    for one in email.message.links.order_by("position"):
        verdicts = clickers.get(str(one.pk), {})
        rows.append(
            {
                "position": one.position,
                "label": one.label,
                "url": one.url,
                "kind": one.kind,
                "tongue": one.language,
                "language": name_of(one.language) if one.language else "",
                "clickers": verdicts.get(Verdict.HUMAN, 0),
                "doubtful": verdicts.get(Verdict.UNVERIFIED, 0),
                "machines": verdicts.get(Verdict.MACHINE, 0),
            }
        )
    return rows
