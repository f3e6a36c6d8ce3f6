"""The properties that people add to contacts."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.races import kept
from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn
from contacts.forms import PropertyForm
from contacts.models import PropertyDefinition


@needs(Right.LOOK)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    found = PropertyDefinition.objects.order_by("archived_at", "label")
    return render(request, "contacts/properties.html", {"definitions": found})


@needs(Right.EDIT)
def create(request: SignedIn) -> HttpResponse:
    return _edit(request, PropertyDefinition())


@needs(Right.EDIT)
def edit(request: SignedIn, pk: int) -> HttpResponse:
    return _edit(request, get_object_or_404(PropertyDefinition, pk=pk))


def _edit(request: SignedIn, definition: PropertyDefinition) -> HttpResponse:
    form = PropertyForm(request.POST or None, instance=definition)
    valid = request.method == "POST" and form.is_valid()
    if valid and (saved := kept(form, lambda: form.enter(request.user))):
        messages.success(request, _("Saved “%(name)s”.") % {"name": saved})
        return redirect("contacts:properties")
    return render(
        request,
        "contacts/property_edit.html",
        {"form": form, "definition": definition if definition.pk else None},
        status=INVALID if form.errors else 200,
    )


@needs(Right.EDIT)
@require_POST
def archive(request: SignedIn, pk: int) -> HttpResponse:
    definition = get_object_or_404(PropertyDefinition, pk=pk)
    if definition.archive(request.user):
        undo = reverse("contacts:property_restore", args=[pk])
        done = _("Archived “%(name)s”. What contacts have of it stays.")
        messages.success(
            request, done % {"name": definition}, extra_tags=f"undo:{undo}"
        )
    return redirect("contacts:properties")


@needs(Right.EDIT)
@require_POST
def restore(request: SignedIn, pk: int) -> HttpResponse:
    definition = get_object_or_404(PropertyDefinition, pk=pk)
    if definition.restore(request.user):
        messages.success(request, _("Brought back “%(name)s”.") % {"name": definition})
    return redirect("contacts:properties")
