"""One person: create, edit, delete. And the properties that people have."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.races import kept
from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn
from contacts.forms import ContactForm, PropertyForm
from contacts.models import Contact, PropertyDefinition


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
                request, f"{contact.email} must not be emailed. The page says why."
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
        messages.success(request, f"Deleted {contact}.")
        return redirect("contacts:list")
    return render(request, "contacts/delete.html", {"contact": contact})


@needs(Right.LOOK)
@require_safe
def property_list(request: SignedIn) -> HttpResponse:
    found = PropertyDefinition.objects.order_by("archived_at", "label")
    return render(request, "contacts/properties.html", {"definitions": found})


@needs(Right.EDIT)
def property_create(request: SignedIn) -> HttpResponse:
    return _edit_property(request, PropertyDefinition())


@needs(Right.EDIT)
def property_edit(request: SignedIn, pk: int) -> HttpResponse:
    return _edit_property(request, get_object_or_404(PropertyDefinition, pk=pk))


def _edit_property(request: SignedIn, definition: PropertyDefinition) -> HttpResponse:
    form = PropertyForm(request.POST or None, instance=definition)
    valid = request.method == "POST" and form.is_valid()
    if valid and kept(form, form.save):
        messages.success(request, f"Saved “{definition}”.")
        return redirect("contacts:properties")
    return render(
        request,
        "contacts/property_edit.html",
        {"form": form, "definition": definition if definition.pk else None},
        status=INVALID if form.errors else 200,
    )


@needs(Right.EDIT)
@require_POST
def property_archive(request: SignedIn, pk: int) -> HttpResponse:
    """Out of the forms, or back in; the values of contacts stay."""
    definition = get_object_or_404(PropertyDefinition, pk=pk)
    definition.archived_at = None if definition.archived_at else timezone.now()
    definition.save(update_fields=["archived_at"])
    words = "Archived" if definition.archived_at else "Brought back"
    messages.success(request, f"{words} “{definition}”.")
    return redirect("contacts:properties")
