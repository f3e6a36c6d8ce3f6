"""Everybody a bounce keeps from being mailed, by what can be done about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.http import QueryDict

from accounts.paging import Order, moment
from bounces.categories import CATEGORIES
from bounces.locks import LOCKED
from bounces.models import Bounce, Release, Way
from consent.models import Suppression
from consent.vocabulary import BOUNCE_REASONS
from contacts.models import Contact, HardBounceReason
from deliveries.providers import LABELS, OTHER, provider_case

GROUPS_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Tab:
    """Some of them. `sign`: only those who were seen since."""

    key: str
    label: str
    reasons: tuple[str, ...]
    nothing: str
    sign: bool = False

    @property
    def lock(self) -> str:
        """Why nobody here can be unbounced, and what else can be done."""
        return LOCKED.get(self.reasons[0], "")


BY_FILTER = (
    HardBounceReason.POLICY,
    HardBounceReason.SPAM,
    HardBounceReason.CONTENT,
    HardBounceReason.OTHER,
)
TABS: tuple[Tab, ...] = (
    Tab(
        "worth",
        "Worth a look",
        BY_FILTER,
        "Nobody who was turned away by a filter or a rule has been seen since.",
        sign=True,
    ),
    Tab("policy", "Policy", (HardBounceReason.POLICY,), "Nobody is blocked by a rule."),
    Tab(
        "content",
        "Content or spam",
        (HardBounceReason.SPAM, HardBounceReason.CONTENT),
        "Nobody is blocked for what we wrote.",
    ),
    Tab("other", "Other", (HardBounceReason.OTHER,), "Nobody is blocked otherwise."),
    Tab(
        "full",
        "Mailbox full",
        (HardBounceReason.MAILBOX_FULL,),
        "No mailbox has stayed full.",
    ),
    Tab(
        "unknown",
        "Unknown user",
        (HardBounceReason.UNKNOWN_USER,),
        "No address has turned out not to exist.",
    ),
)
BY_KEY = {tab.key: tab for tab in TABS}
NEWEST = (
    Suppression.objects.active()
    .filter(address=OuterRef("address"), reason__in=BOUNCE_REASONS)
    .order_by("-occurred_at")
    .values("occurred_at")[:1]
)
BOUNCED_AT = Coalesce(Subquery(NEWEST), F("created_at"))
SEEN_AT = Greatest("last_opened_at", "last_clicked_at", "last_replied_at")
ORDER = Order(falling=True, by=BOUNCED_AT, read=moment)


@dataclass(frozen=True, slots=True)
class Query:
    """What the page was asked for; all of it stands in the address."""

    tab: Tab
    text: str = ""
    domain: str = ""
    provider: str = ""

    @classmethod
    def of(cls, asked: QueryDict) -> Query:
        provider = asked.get("provider", "")
        return cls(
            BY_KEY.get(asked.get("tab", ""), TABS[0]),
            asked.get("q", "").strip()[:100].replace("\x00", ""),
            asked.get("domain", "").strip().lower()[:255].replace("\x00", ""),
            provider if provider in LABELS else "",
        )

    @property
    def is_narrowed(self) -> bool:
        return bool(self.text or self.domain or self.provider)

    def contacts(self) -> QuerySet[Contact]:
        rows: QuerySet[Contact] = Contact.objects.search(self.text)
        rows = rows.filter(hard_bounce_reason__in=self.tab.reasons)
        if self.tab.sign:
            rows = rows.alias(seen=SEEN_AT).filter(seen__gt=BOUNCED_AT)
        if self.domain:
            rows = rows.filter(address__domain=self.domain)
        if self.provider:
            rows = rows.alias(provider=provider_case("address__domain"))
            rows = rows.filter(provider=self.provider)
        return rows

    @property
    def said(self) -> str:
        """What a saved view keeps; nothing where all under a tab are shown."""
        return self.url()[1:] if self.is_narrowed else ""

    @property
    def cleared(self) -> str:
        return f"?tab={self.tab.key}"

    @property
    def by_domain(self) -> str:
        return self.url(group="domain")

    @property
    def by_provider(self) -> str:
        return self.url(group="provider")

    def url(self, **changes: str) -> str:
        """The address of this page with some words changed."""
        words = {
            "tab": self.tab.key,
            "q": self.text,
            "domain": self.domain,
            "provider": self.provider,
            **changes,
        }
        return f"?{urlencode({key: word for key, word in words.items() if word})}"


def counts() -> dict[str, int]:
    """How many are under each tab; two questions."""
    known = Contact.objects.exclude(hard_bounce_reason="")
    rows = known.values_list("hard_bounce_reason").annotate(Count("pk")).order_by()
    by_reason: dict[str, int] = dict(rows)
    found = {
        tab.key: sum(by_reason.get(reason, 0) for reason in tab.reasons) for tab in TABS
    }
    found["worth"] = Query(BY_KEY["worth"]).contacts().count()
    return found


def grouped(query: Query, by: str) -> list[dict[str, Any]]:
    """The domains or providers with most of them, as rows of ui/bars.html."""
    rows: QuerySet[Any] = query.contacts()
    column = "address__domain" if by == "domain" else "found"
    if by == "provider":
        rows = rows.annotate(found=provider_case("address__domain"))
    counted = rows.values(column).annotate(count=Count("pk")).order_by("-count", column)
    return [
        {
            "label": LABELS.get(row[column], row[column])
            if by == "provider"
            else row[column],
            "count": row["count"],
            "url": query.url(**{by: row[column]}),
        }
        for row in counted[:GROUPS_SHOWN]
        if row[column]
    ]


@dataclass(frozen=True, slots=True)
class Row:
    """One contact on the page."""

    contact: Contact
    bounced_at: dt.datetime
    bounce: Bounce | None
    is_spent: bool

    @property
    def said(self) -> str:
        """What the server said, with its code."""
        if self.bounce is None:
            return ""
        words, code = self.bounce.words.strip(), str(self.bounce.code or "")
        return words if words.startswith(code) else f"{code} {words}".strip()

    @property
    def meaning(self) -> str:
        found = CATEGORIES.get(self.bounce.category) if self.bounce else None
        return found.meaning if found else ""

    @property
    def seen(self) -> str:
        """The newest sign of the person after the bounce, in a word."""
        moments = {
            "Replied": self.contact.last_replied_at,
            "Clicked": self.contact.last_clicked_at,
            "Opened": self.contact.last_opened_at,
        }
        newest = self.seen_at
        return next((w for w, at in moments.items() if at and at == newest), "")

    @property
    def seen_at(self) -> dt.datetime | None:
        at = self.contact.last_engaged_at
        return at if at and at > self.bounced_at else None


def rows_of(contacts: Iterable[Contact]) -> list[Row]:
    """Each with its last bounce and whether it was unbounced before; two questions."""
    found = list(contacts)
    addresses = [contact.address_id for contact in found]
    bounces = {
        bounce.address_id: bounce
        for bounce in Bounce.objects.filter(address__in=addresses)
        .exclude(kind="complaint")
        .order_by("address", "-at")
        .distinct("address")
    }
    spent = set(
        Release.objects.filter(way=Way.PERSON, address__in=addresses).values_list(
            "address_id", flat=True
        )
    )
    return [
        Row(
            contact,
            getattr(contact, "sorted_by", contact.created_at),
            bounces.get(contact.address_id or 0),
            contact.address_id in spent,
        )
        for contact in found
    ]


def provider_choices() -> list[tuple[str, str]]:
    named = [(key, str(label)) for key, label in LABELS.items() if key != OTHER]
    return [("", "Any provider"), *named, (OTHER, "Others")]
