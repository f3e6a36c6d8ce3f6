"""The recipients of a draft: segments, and single contacts beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn
from campaigns.forms.settings import RecipientsForm
from campaigns.models import MarketingEmail
from campaigns.views.choosing import numbers_of, part
from campaigns.views.request import find, note, writing_tabs
from contacts.models import Contact

FOUND = 8
PAGE = "campaigns/marketingemail_recipients.html"
# what can be done with a single contact: she gets it, does not, or is not named
WAYS = {"include": True, "exclude": False, "forget": None}


@needs(Right.SEND)
def recipients(request: SignedIn, pk: int) -> HttpResponse:
    """What was chosen; POST saves the form."""
    email = find(pk)
    if request.method == "POST":
        return _save(request, email, email.named())
    chosen = {"include": email.include.all(), "exclude": email.exclude.all()}
    return _show(request, email, RecipientsForm(None, email.named(), chosen))


@needs(Right.SEND)
@require_POST
def single(request: SignedIn, pk: int, contact: int, way: str) -> HttpResponse:
    """Choose one contact, or leave her out, or neither; the form is saved with it."""
    if way not in WAYS:
        raise Http404
    email, person = find(pk), get_object_or_404(Contact, pk=contact)
    named: dict[int, bool] = email.named()
    named.pop(person.pk, None)
    gets = WAYS[way]
    return _save(request, email, named if gets is None else {**named, person.pk: gets})


@needs(Right.SEND)
@require_safe
def find_contact(request: SignedIn, pk: int) -> HttpResponse:
    """For the picker: who is found by name or address."""
    email = find(pk)
    context = {"email": email, **_singles(request, email)}
    return render(request, f"{PAGE}#found", context)


def _save(
    request: SignedIn, email: MarketingEmail, named: Mapping[int, bool]
) -> HttpResponse:
    if refused := _fixed(email):
        return refused
    form = RecipientsForm(request.POST, named)
    if not form.is_valid():
        return _show(request, email, form)
    if email.choose(form.cleaned_data["include"], form.cleaned_data["exclude"], named):
        note(request, "chose recipients of email", email)
        messages.success(request, "Saved the recipients.")
    else:
        messages.error(request, "This email is no draft any more.")
    page = reverse("campaigns:recipients", args=[email.pk])
    text = request.POST.get("find", "").strip()
    return redirect(f"{page}?{urlencode({'find': text})}#single" if text else page)


def _fixed(email: MarketingEmail) -> HttpResponse | None:
    """Where the recipients of an email that cannot be changed here stand."""
    if not email.is_draft:
        return redirect(email)
    return redirect(email.owner_url) if email.group else None


def _show(
    request: SignedIn, email: MarketingEmail, form: RecipientsForm
) -> HttpResponse:
    if refused := _fixed(email):
        return refused
    prefetch_related_objects([email], "include", "exclude", "singles")
    context = {
        "email": email,
        "form": form,
        **numbers_of(request, email),
        **_singles(request, email),
        "tabs": writing_tabs(email, "recipients"),
    }
    status = INVALID if form.errors else 200
    return render(request, part(request, PAGE), context, status=status)


def _singles(request: SignedIn, email: MarketingEmail) -> dict[str, Any]:
    """Those chosen or left out, and who is found; each with `.gets`, None: neither."""
    named = email.named()
    text = (request.POST or request.GET).get("find", "").strip()
    found = Contact.objects.search(text) if text else Contact.objects.none()
    found = found.order_by("email_lower", "pk")
    chosen = Contact.objects.filter(pk__in=named).order_by("email_lower", "pk")
    return {
        "text": text,
        "found": _with_standing(found[:FOUND], named),
        "singles": _with_standing(chosen, named) if named else [],
    }


def _with_standing(people: Any, named: Mapping[int, bool]) -> list[dict[str, Any]]:
    return [{"contact": one, "gets": named.get(one.pk)} for one in people]
