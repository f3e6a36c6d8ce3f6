"""The rights of a person over what is held on her: to see all of it, and to go."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.http import require_safe

from accounts.roles import Right, View, needs
from accounts.web import INVALID, SignedIn
from consent import addresses
from consent.models import Address
from console.holdings import HOLDINGS, Person

Page = Callable[[SignedIn, Person], HttpResponse]


class EraseForm(forms.Form):
    """Typed, so that nobody is erased by a slip."""

    address = forms.CharField(
        label=gettext_lazy("Type the address to erase"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, person: Person, *args: Any) -> None:
        super().__init__(*args)
        self.person = person

    def clean_address(self) -> str:
        typed: str = self.cleaned_data["address"]
        try:
            same = addresses.key_of(typed) == self.person.address.key
        except addresses.BadAddress:
            same = False
        if not same:
            raise forms.ValidationError(
                _("That is another address. Nobody was erased; type %(key)s."),
                params={"key": self.person.address.key},
            )
        return typed


def about(right: Right) -> Callable[[Page], View]:
    """A page about one person for who has this right; 404 for who was erased."""

    def decorate(view: Page) -> View:
        @needs(right)
        @wraps(view)
        def shown(request: SignedIn, pk: int) -> HttpResponse:
            address = get_object_or_404(Address, pk=pk, key__isnull=False)
            return view(request, Person.of(address))

        return shown

    return decorate


@about(Right.READ_EVERYTHING)
@require_safe
def everything(request: SignedIn, person: Person) -> HttpResponse:
    """All that is held on her, for reading and for printing."""
    context = {"person": person, "held": _tables(person), "at": timezone.now()}
    return render(request, "console/everything.html", context)


def _tables(person: Person) -> list[dict[str, object]]:
    return [
        {
            "title": holding.title,
            "columns": [{"label": holding.label(name)} for name in holding.columns],
            "rows": [holding.words(row) for row in rows],
        }
        for holding, rows in person.holdings()
        if rows
    ]


@about(Right.READ_EVERYTHING)
@require_safe
def everything_json(request: SignedIn, person: Person) -> HttpResponse:
    """The same for a program: {table: [{column: value}]}."""
    with override("en"):  # names for a program
        held = {str(one.title): rows for one, rows in person.holdings() if rows}
    text = json.dumps(held, cls=DjangoJSONEncoder, indent=2, ensure_ascii=False)
    return HttpResponse(
        text,
        content_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="everything.json"'},
    )


@about(Right.ERASE)
def erase(request: SignedIn, person: Person) -> HttpResponse:
    """Asks with the address typed, says what goes and what stays; then forgets her."""
    form = EraseForm(person, request.POST or None)
    if request.method == "POST" and form.is_valid():
        person.erase(request.user)
        messages.success(
            request,
            _(
                "Erased. Only a fingerprint of the address stays, so that nobody mails"
                " it."
            ),
        )
        return redirect("contacts:list")
    kept = [one for one in HOLDINGS if not one.goes]
    gone = [one for one in HOLDINGS if one.goes]
    context = {"person": person, "form": form, "gone": gone, "kept": kept}
    status = INVALID if form.is_bound else 200
    return render(request, "console/erase.html", context, status=status)
