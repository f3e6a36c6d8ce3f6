"""Templates of imports: what the columns were, kept for the next file, and let go."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import AuditEntry
from accounts.races import kept
from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn
from contacts.models import ContactImport, ImportTemplate
from contacts.template_forms import TemplateForm


@needs(Right.IMPORT)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    templates = list(ImportTemplate.objects.select_related("created_by"))
    return render(
        request, "contacts/importtemplate_list.html", {"templates": templates}
    )


@needs(Right.IMPORT)
def create(request: SignedIn, pk: int) -> HttpResponse:
    """Keep what the columns of an import are."""
    found = get_object_or_404(ContactImport.objects.exclude(mapping=[]), pk=pk)
    form = TemplateForm(request.POST or None)
    valid = request.method == "POST" and form.is_valid()
    if valid and (template := kept(form, lambda: form.take(found, request.user))):
        AuditEntry.objects.record(
            request.user, "saved import template", subject=template.name
        )
        messages.success(
            request,
            _("“%(name)s” can be chosen for the next file.") % {"name": template},
        )
        return redirect("contacts:import_review", found.pk)
    status = INVALID if form.is_bound else 200
    context = {"found": found, "form": form}
    return render(request, "contacts/importtemplate_form.html", context, status=status)


@needs(Right.IMPORT)
@require_POST
def delete(request: SignedIn, pk: int) -> HttpResponse:
    template = get_object_or_404(ImportTemplate, pk=pk)
    template.delete()
    AuditEntry.objects.record(
        request.user, "deleted import template", subject=template.name
    )
    messages.success(
        request,
        _("Deleted the template “%(name)s”. Imports made with it stay.")
        % {"name": template},
    )
    return redirect("contacts:import_templates")
