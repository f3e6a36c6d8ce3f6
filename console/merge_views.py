"""Merging two contacts: finding the other one, both side by side, the press."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.roles import Right, needs
from accounts.web import CONFLICT, INVALID, SignedIn
from console.field_names import NAMES
from console.merging import ADDRESS, FIELDS, Pair
from console.record import in_words
from contacts import subscriptions
from contacts.models import Contact, Outdated, PropertyDefinition
from contacts.subscriptions import Subscription

FOUND = 20
KEPT, GONE = "kept", "gone"
OWN = "own-"  # before the key of a property in the name of a field


@dataclass(frozen=True, slots=True)
class Value:
    """One thing known of either: what the two have, and the field that asks."""

    name: str  # as Merging takes it
    label: str
    kept: object
    gone: object
    field: str

    @property
    def differs(self) -> bool:
        return self.kept != self.gone

    @property
    def first(self) -> str:
        """What is offered: hers, unless only the other one has any."""
        return KEPT if _is_there(self.kept) or not _is_there(self.gone) else GONE


def _is_there(value: object) -> bool:
    """Zero is something to know of somebody."""
    return value not in (None, "")


def values_of(pair: Pair) -> Iterator[Value]:
    kept, gone = pair.kept, pair.gone
    if pair.both_have_an_address():
        yield Value(ADDRESS, _("Address"), kept.email, gone.email, ADDRESS)
    for name in FIELDS:
        label = str(NAMES[name])
        yield Value(name, label, getattr(kept, name), getattr(gone, name), name)
    keys = {*kept.properties, *gone.properties}
    known = PropertyDefinition.objects.filter(pk__in=keys)
    for one in known.order_by("label"):
        ours, theirs = kept.properties.get(one.key), gone.properties.get(one.key)
        yield Value(
            one.key, one.label, in_words(ours), in_words(theirs), f"{OWN}{one.key}"
        )


def _shown(value: object) -> str:
    return str(value) if _is_there(value) else _("Nothing")


class MergeForm(forms.Form):
    """One choice for each value in which the two differ."""

    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, pair: Pair, asked: QueryDict | None) -> None:
        super().__init__(asked, initial={"seen": pair.seen})
        self.values = list(values_of(pair))
        for one in self.values:
            if one.differs:
                self.fields[one.field] = forms.ChoiceField(
                    label=one.label,
                    initial=one.first,
                    choices=[(KEPT, _shown(one.kept)), (GONE, _shown(one.gone))],
                    widget=forms.RadioSelect,
                )

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Each value with its two radio buttons, or without where both say the same."""
        return [
            {
                "label": one.label,
                "value": one.kept,
                "options": list(self[one.field]) if one.differs else [],
                "field": self[one.field] if one.differs else None,
            }
            for one in self.values
            if one.differs or _is_there(one.kept)
        ]

    def taken(self) -> set[str]:
        chosen = self.cleaned_data
        return {one.name for one in self.values if chosen.get(one.field) == GONE}


def consent(pair: Pair) -> list[dict[str, Any]]:
    """By type: what each said, and what holds afterwards, at either address."""
    both = zip(subscriptions.of(pair.kept), subscriptions.of(pair.gone), strict=True)
    return [
        {
            "type": ours.subscription_type,
            "kept": ours,
            "gone": theirs,
            "at_kept": _after(ours, theirs, at=ours),
            "at_gone": _after(ours, theirs, at=theirs),
        }
        for ours, theirs in both
    ]


def _after(*both: Subscription, at: Subscription) -> str:
    """A no of either holds; a yes is that of the address alone."""
    if any(one.state == "opted_out" for one in both):
        return "opted_out"
    return at.state


@needs(Right.DELETE)
@require_safe
def search(request: SignedIn, pk: int) -> HttpResponse:
    """Whom to merge her with: those who are looked for, first those of her name."""
    contact = get_object_or_404(Contact, pk=pk)
    text = request.GET.get("q", "").strip()[:100]
    found = Contact.objects.search(text) if text else _alike(contact)
    others = found.exclude(pk=pk).order_by("email_lower", "pk")[:FOUND]
    context = {"contact": contact, "text": text, "others": others}
    return render(request, "console/merge_search.html", context)


def _alike(contact: Contact) -> QuerySet[Contact]:
    named = Q(
        first_name_lower=contact.first_name.lower(),
        last_name_lower=contact.last_name.lower(),
    )
    return Contact.objects.filter(named) if contact.name else Contact.objects.none()


@needs(Right.DELETE)
def merge(request: SignedIn, pk: int, other_pk: int) -> HttpResponse:
    """Both side by side, with what would become of them; POST merges them."""
    pair = _pair(pk, other_pk)
    form = MergeForm(pair, request.POST if request.method == "POST" else None)
    status = INVALID if form.is_bound else 200
    if form.is_valid():
        try:
            kept = pair.merge(request.user, form.taken(), form.cleaned_data["seen"])
        except Outdated:
            form, status = MergeForm(_pair(pk, other_pk), None), CONFLICT
            changed = _("One of the two was changed meanwhile. Look again.")
            messages.error(request, changed)
        else:
            messages.success(request, _("Merged into %(contact)s.") % {"contact": kept})
            return redirect(kept)
    context = {"pair": pair, "form": form, "consent": consent(pair)}
    return render(request, "console/merge.html", context, status=status)


def _pair(pk: int, other_pk: int) -> Pair:
    rows = Contact.objects.select_related("owner", "address")
    others = rows.exclude(pk=pk)
    return Pair(get_object_or_404(rows, pk=pk), get_object_or_404(others, pk=other_pk))
