"""One person: create, edit, delete."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn
from contacts.forms import ContactForm
from contacts.models import Contact


@needs(Right.EDIT)
def create(request: SignedIn) -> HttpResponse:
    return _edit(request, Contact())


@needs(Right.EDIT)
def edit(request: SignedIn, pk: int) -> HttpResponse:
    return _edit(request, get_object_or_404(Contact, pk=pk))


def _edit(request: SignedIn, contact: Contact) -> HttpResponse:
    form = ContactForm(request.POST or None, instance=contact)
    if request.method == "POST" and form.is_valid() and form.enter(request.user):
        if contact.suppressions().exists():
            messages.warning(
                request,
                _("%(address)s must not be emailed. The page says why.")
                % {"address": contact.email},
            )
        return redirect(contact)
    return render(
        request,
        "contacts/edit.html",
        {"form": form, "contact": contact if contact.pk else None},
        status=INVALID if form.errors else 200,
    )


@needs(Right.DELETE)
def delete(request: SignedIn, pk: int) -> HttpResponse:
    contact = get_object_or_404(Contact, pk=pk)
    if request.method == "POST":
        contact.forget(request.user)
        messages.success(request, _("Deleted %(name)s.") % {"name": contact})
        return redirect("contacts:list")
    return render(request, "contacts/delete.html", {"contact": contact})
