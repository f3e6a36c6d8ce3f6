"""The list of contacts with the answer to "can we email them"."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.paging import Order, keyset
from accounts.roles import Right, needs
from accounts.saved_views import Page, SavedView
from accounts.web import SignedIn, key
from consent.models import SubscriptionType
from console.bulk.acts import menu
from console.looks import Look
from contacts.models import Contact
from contacts.sorting import SORTS
from deliveries import refusals
from segments.models import Segment

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PAGE = 50
# in an address: not those who are ticked, but all that the list shows
EVERYBODY = "everybody"
NEWEST_FIRST = "-created"
ANSWERS: list[tuple[str, StrOrPromise]] = [
    ("", gettext_lazy("Can be emailed: any")),
    ("yes", gettext_lazy("Yes")),
    ("no", gettext_lazy("No")),
]


@dataclass(frozen=True)
class Query:
    """Whom the list was asked for; all of it stands in the address."""

    text: str
    answer: str
    subscription_type: SubscriptionType
    sort: str  # a key of SORTS, after "-" when it falls
    segment: Segment | None = None
    owner: int | None = None

    @classmethod
    def of(cls, asked: QueryDict, types: list[SubscriptionType]) -> Query:
        default = next((one for one in types if one.is_default), types[0])
        chosen = {str(one.pk): one for one in types}.get(asked.get("type", ""), default)
        answer, sort = asked.get("answer", ""), asked.get("sort", "")
        segment = key(asked.get("segment", ""))
        return cls(
            text=asked.get("q", "").strip()[:100],
            answer=answer if answer in {"yes", "no"} else "",
            subscription_type=chosen,
            sort=sort if sort.removeprefix("-") in SORTS else NEWEST_FIRST,
            segment=Segment.objects.filter(pk=segment).first() if segment else None,
            owner=key(asked.get("owner", "")),
        )

    @property
    def words(self) -> dict[str, str]:
        """What narrows the list, as its address says it."""
        said = {"q": self.text, "answer": self.answer}
        if self.answer:
            said["type"] = str(self.subscription_type.pk)
        if self.segment:
            said["segment"] = str(self.segment.pk)
        if self.owner:
            said["owner"] = str(self.owner)
        return {name: word for name, word in said.items() if word}

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words)

    def contacts(self) -> QuerySet[Contact]:
        people = self.segment.members() if self.segment else Contact.objects.all()
        found: QuerySet[Contact] = people.search(self.text)
        if self.owner:
            found = found.filter(owner=self.owner)
        if self.answer == "yes":
            found = refusals.mailable(found, self.subscription_type)
        found = refusals.annotate_refusal(found, self.subscription_type)
        return found.filter(~Q(refusal="")) if self.answer == "no" else found

    @property
    def order(self) -> Order:
        order = SORTS[self.sort.removeprefix("-")]
        return replace(order, falling=self.sort.startswith("-"))


@needs(Right.SEE_PEOPLE)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    types = _types_for(request.user)
    query, look = Query.of(request.GET, types), Look.of(request.GET)
    context = _list(request.GET, query, look) | _choices(query, types)
    context |= _views(request.user, query, look)
    context["acts"] = menu(request.user)
    context["everybody_matching"] = urlencode({EVERYBODY: "yes", **query.words})
    return render(request, "console/contacts.html", context)


def _types_for(user: User) -> list[SubscriptionType]:
    """Those of her brands; all where these have none: one is always asked about."""
    types = SubscriptionType.objects.active().select_related("brand")
    return list(types.for_user(user)) or list(types)


def _list(asked: QueryDict, query: Query, look: Look) -> dict[str, Any]:
    page = keyset(query.contacts().select_related("owner"), asked, PAGE, query.order)
    total, counted = Contact.objects.total()
    return {
        "page": page,
        "people": [(one, look.cells(one), _answer(one)) for one in page.rows],
        "query": query,
        "look": look,
        "columns": look.head(asked, query.sort),
        "total": total,
        "counted": counted,
    }


def _answer(contact: Contact) -> tuple[str, str]:
    """Why she cannot be mailed, as the query annotated it, and that in words."""
    refusal = str(getattr(contact, "refusal", ""))
    return refusal, refusals.label(refusal) if refusal else ""


def _choices(query: Query, types: list[SubscriptionType]) -> dict[str, Any]:
    """Pairs for the selects, and what is chosen of them."""
    segments = [
        (str(pk), name)
        for pk, name in Segment.objects.current()
        .order_by("name")
        .values_list("pk", "name")
    ]
    owners = User.objects.filter(is_active=True).order_by("email")
    return {
        "answers": ANSWERS,
        "types": [(str(one.pk), one.name) for one in types],
        "type": str(query.subscription_type.pk),
        "segments": [
            ("", _("Any segment")),
            *((str(pk), name) for pk, name in segments),
        ],
        "segment": str(query.segment.pk) if query.segment else "",
        "owners": [("", _("Any owner")), *((str(one.pk), str(one)) for one in owners)],
        "owner": str(query.owner or ""),
    }


def _views(user: User, query: Query, look: Look) -> dict[str, Any]:
    """What is shown now, as a saved view says it, and the views there are."""
    said = {**query.words, **look.words}
    if query.sort != NEWEST_FIRST:
        said["sort"] = query.sort
    return {
        "said": urlencode(said, doseq=True),
        "views": SavedView.objects.seen_by(user, Page.CONTACTS),
    }
