"""The list of contacts with the answer to "can we email them"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from consent.models import SubscriptionType
from contacts.models import Contact
from deliveries import refusals

PAGE = 50
COLUMNS: list[dict[str, Any]] = [
    {"select": True},
    {"label": "Contact"},
    {"label": "Can be emailed"},
    {"label": "Last engaged"},
    {"label": "Delivered", "num": True},
    {"label": "Sends since", "num": True},
    {"label": "Created"},
]
ANSWERS = [("", "Can be emailed: any"), ("yes", "Yes"), ("no", "No")]


@dataclass(frozen=True)
class Query:
    """What the list was asked for; all of it stands in the address."""

    text: str
    answer: str
    subscription_type: SubscriptionType
    after: int
    before: int

    @classmethod
    def of(cls, asked: QueryDict, types: list[SubscriptionType]) -> Query:
        default = next(one for one in types if one.is_default)
        chosen = {str(one.pk): one for one in types}.get(asked.get("type", ""), default)
        answer = asked.get("answer", "")
        return cls(
            text=asked.get("q", "").strip()[:100],
            answer=answer if answer in {"yes", "no"} else "",
            subscription_type=chosen,
            after=_number(asked.get("after")),
            before=_number(asked.get("before")),
        )

    @property
    def is_narrowed(self) -> bool:
        return bool(self.text or self.answer)

    def contacts(self) -> QuerySet[Contact]:
        found: QuerySet[Contact] = Contact.objects.search(self.text)
        if self.answer == "yes":
            found = refusals.mailable(found, self.subscription_type)
        found = refusals.annotate_refusal(found, self.subscription_type)
        return found.filter(~Q(refusal="")) if self.answer == "no" else found

    def link(self, **place: int) -> str:
        """The address of this list at another place."""
        words = {"q": self.text, "answer": self.answer}
        if not self.subscription_type.is_default:
            words["type"] = str(self.subscription_type.pk)
        kept = {name: value for name, value in words.items() if value}
        return f"?{urlencode(kept | place)}"


@dataclass(frozen=True)
class Page:
    """Newest first, PAGE rows, with the ways to the pages around it."""

    rows: list[Contact]
    previous: str
    next: str

    @classmethod
    def of(cls, query: Query) -> Page:
        found = query.contacts()
        if query.before:  # towards the newest
            rows = list(found.filter(pk__gt=query.before).order_by("pk")[: PAGE + 1])
            more, rows = len(rows) > PAGE, rows[:PAGE][::-1]
            return cls(rows, _back(query, rows, more), _on(query, rows, more=True))
        if query.after:
            found = found.filter(pk__lt=query.after)
        rows = list(found.order_by("-pk")[: PAGE + 1])
        more, rows = len(rows) > PAGE, rows[:PAGE]
        return cls(
            rows, _back(query, rows, bool(query.after)), _on(query, rows, more=more)
        )


def _back(query: Query, rows: list[Contact], more: bool) -> str:
    return query.link(before=rows[0].pk) if rows and more else ""


def _on(query: Query, rows: list[Contact], *, more: bool) -> str:
    return query.link(after=rows[-1].pk) if rows and more else ""


def _number(text: str | None) -> int:
    return (
        int(text)
        if text and text.isascii() and text.isdigit() and len(text) < 19
        else 0
    )


def _refusal(contact: Contact) -> str:
    """What the query annotated."""
    return str(getattr(contact, "refusal", ""))


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    types = list(SubscriptionType.objects.active().select_related("brand"))
    query = Query.of(request.GET, types)
    return render(request, "console/contacts.html", _list(query, types))


def _list(query: Query, types: list[SubscriptionType]) -> dict[str, Any]:
    page = Page.of(query)
    total, counted = Contact.objects.total()
    return {
        "page": page,
        "people": [
            (one, refusals.label(key) if (key := _refusal(one)) else "")
            for one in page.rows
        ],
        "query": query,
        "columns": COLUMNS,
        "answers": ANSWERS,
        "types": [(str(one.pk), one.name) for one in types],
        "chosen": str(query.subscription_type.pk),
        "total": total,
        "counted": counted,
        "shown": f"{len(page.rows):,} shown",
    }
