"""The list of contacts with the answer to "can we email them"."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.paging import Order, keyset
from accounts.roles import Right, needs
from accounts.web import SignedIn
from consent.models import SubscriptionType
from console.bulk.acts import menu
from contacts.models import Contact
from contacts.sorting import SORTS
from deliveries import refusals

PAGE = 50
# in an address: not those who are ticked, but all that the list shows
EVERYBODY = "everybody"
# (label, what it is sorted by)
COLUMNS = (
    ("Contact", "name"),
    ("Email", "email"),
    ("Can be emailed", ""),
    ("Last engaged", "engaged"),
    ("Delivered", ""),
    ("Sends since", ""),
    ("Created", "created"),
)
NUMBERS = {"Delivered", "Sends since"}
FALLING_FIRST = {"engaged", "created"}  # the newest are looked for
NEWEST_FIRST = "-created"
ANSWERS = [("", "Can be emailed: any"), ("yes", "Yes"), ("no", "No")]


@dataclass(frozen=True)
class Query:
    """What the list was asked for; all of it stands in the address."""

    text: str
    answer: str
    subscription_type: SubscriptionType
    sort: str  # a key of SORTS, after "-" when it falls

    @classmethod
    def of(cls, asked: QueryDict, types: list[SubscriptionType]) -> Query:
        default = next(one for one in types if one.is_default)
        chosen = {str(one.pk): one for one in types}.get(asked.get("type", ""), default)
        answer, sort = asked.get("answer", ""), asked.get("sort", "")
        return cls(
            text=asked.get("q", "").strip()[:100],
            answer=answer if answer in {"yes", "no"} else "",
            subscription_type=chosen,
            sort=sort if sort.removeprefix("-") in SORTS else NEWEST_FIRST,
        )

    @property
    def words(self) -> dict[str, str]:
        """What narrows the list, as its address says it."""
        said = {"q": self.text, "answer": self.answer}
        if self.answer:
            said["type"] = str(self.subscription_type.pk)
        return {name: word for name, word in said.items() if word}

    @property
    def is_narrowed(self) -> bool:
        return bool(self.text or self.answer)

    def contacts(self) -> QuerySet[Contact]:
        found: QuerySet[Contact] = Contact.objects.search(self.text)
        if self.answer == "yes":
            found = refusals.mailable(found, self.subscription_type)
        found = refusals.annotate_refusal(found, self.subscription_type)
        return found.filter(~Q(refusal="")) if self.answer == "no" else found

    @property
    def order(self) -> Order:
        order = SORTS[self.sort.removeprefix("-")]
        return replace(order, falling=self.sort.startswith("-"))


def columns(asked: QueryDict, sort: str) -> list[dict[str, Any]]:
    """The head of the table; a label that is chosen again turns the order round."""
    head: list[dict[str, Any]] = [{"select": True}]
    for label, key in COLUMNS:
        column: dict[str, Any] = {"label": label, "num": label in NUMBERS}
        if key:
            column |= _sorted_by(key, asked, sort)
        head.append(column)
    return head


def _sorted_by(key: str, asked: QueryDict, sort: str) -> dict[str, str]:
    current = {key: "ascending", f"-{key}": "descending"}.get(sort, "")
    falling = current == "ascending" or (not current and key in FALLING_FIRST)
    kept = {name: asked[name] for name in ("q", "answer", "type") if asked.get(name)}
    words = kept | {"sort": f"-{key}" if falling else key}
    return {"sort": f"?{urlencode(words)}", "order": current}


def _refusal(contact: Contact) -> str:
    """What the query annotated."""
    return str(getattr(contact, "refusal", ""))


@needs(Right.SEE_PEOPLE)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    types = list(SubscriptionType.objects.active().select_related("brand"))
    query = Query.of(request.GET, types)
    context = _list(request.GET, query, types)
    context["acts"] = menu(request.user)
    context["everybody_matching"] = urlencode({EVERYBODY: "yes", **query.words})
    return render(request, "console/contacts.html", context)


def _list(
    asked: QueryDict, query: Query, types: list[SubscriptionType]
) -> dict[str, Any]:
    page = keyset(query.contacts(), asked, PAGE, query.order)
    total, counted = Contact.objects.total()
    return {
        "page": page,
        "people": [
            (one, refusals.label(key) if (key := _refusal(one)) else "")
            for one in page.rows
        ],
        "query": query,
        "columns": columns(asked, query.sort),
        "answers": ANSWERS,
        "types": [(str(one.pk), one.name) for one in types],
        "chosen": str(query.subscription_type.pk),
        "total": total,
        "counted": counted,
    }
