"""The import wizard: upload, columns, consent, review; progress, result, undo."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.doorbell import ring
from accounts.limits import narrowed
from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn
from consent.models import SubscriptionType
from contacts import tasks
from contacts.import_consent_form import ConsentForm
from contacts.import_forms import ColumnsForm, SheetForm, UndoForm, UploadForm
from contacts.importing import reviewing
from contacts.models import ContactImport, ImportState
from contacts.template_forms import ChooseTemplateForm

_STARTED = ContactImport.objects.select_related(
    "job", "undo_job", "batch", "batch__undone_by"
)


@needs(Right.IMPORT)
def upload(request: SignedIn) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None)
    ready = request.method == "POST" and form.is_valid()
    if ready and (found := form.receive(request.user)):
        return redirect("contacts:import_columns", found.pk)
    mine = ContactImport.objects.for_user(request.user)
    recent = mine.exclude(job=None).select_related("created_by")
    return render(
        request,
        "contacts/import_upload.html",
        {"form": form, "recent": recent.order_by("-pk")[:10]},
        status=INVALID if form.errors else 200,
    )


@needs(Right.IMPORT)
def sheet(request: SignedIn, pk: int) -> HttpResponse:
    """Which sheet, of a workbook that has several."""
    found = _draft(pk)
    if len(found.sheets) < 2:
        return redirect("contacts:import_columns", found.pk)
    form = SheetForm(found, request.POST or None)
    if request.method == "POST" and form.is_valid() and form.save():
        return redirect("contacts:import_columns", found.pk)
    return render(
        request,
        "contacts/import_sheet.html",
        {"found": found, "form": form},
        status=INVALID if form.errors else 200,
    )


@needs(Right.IMPORT)
def columns(request: SignedIn, pk: int) -> HttpResponse:
    found = _draft(pk)
    if not found.file:
        return redirect("contacts:import_sheet", found.pk)
    choose = ChooseTemplateForm(request.GET or None)
    types = SubscriptionType.objects.active().for_user(request.user)
    form = ColumnsForm(found, request.POST or None, types=types, template=choose.chosen)
    if request.method == "POST" and form.is_valid() and (job := form.save()):
        ring(tasks.run_import, job.pk)
        return redirect("contacts:import_consent", found.pk)
    context = {"found": found, "form": form, "choose": choose}
    return render(
        request,
        "contacts/import_columns.html",
        context | {"same": found.same_file()},
        status=INVALID if form.errors else 200,
    )


@needs(Right.IMPORT)
def consent(request: SignedIn, pk: int) -> HttpResponse:
    found = _draft(pk)
    if not found.mapping:
        return redirect("contacts:import_columns", found.pk)
    form = narrowed(ConsentForm(request.POST or None, instance=found), request.user)
    if request.method == "POST" and form.is_valid() and form.keep():
        return redirect("contacts:import_review", found.pk)
    return render(
        request,
        "contacts/import_consent.html",
        {"found": found, "form": form},
        status=INVALID if form.errors else 200,
    )


@needs(Right.IMPORT)
@require_safe
def review(request: SignedIn, pk: int) -> HttpResponse:
    """What would happen, in numbers; or how far the check of the file has come."""
    brought = ContactImport.objects.select_related("created_by")
    found = get_object_or_404(brought, pk=pk)
    if not found.is_draft:
        return redirect(found)
    if not (found.mapping and found.consent):
        return redirect("contacts:import_consent", found.pk)
    context: dict[str, Any] = {"found": found}
    if found.checked:
        context["outcomes"], context["besides"] = reviewing.outcomes(found)
        context["sentences"] = reviewing.sentences(found)
    if found.checked and found.brings_consent:
        context["types"] = _types(found)
    return render(request, "contacts/import_review.html", context)


def _types(found: ContactImport) -> SafeString:
    """To what the people agreed, side by side."""
    names = ((one.name,) for one in found.subscription_types.all())
    return format_html_join(", ", "<strong>{}</strong>", names)


@needs(Right.IMPORT)
@require_POST
def start(request: SignedIn, pk: int) -> HttpResponse:
    found = get_object_or_404(ContactImport, pk=pk)
    if found.start(request.user) and found.job:
        ring(tasks.run_import, found.job.pk)
    elif found.is_draft:
        messages.error(request, found.waits_for)
        return redirect("contacts:import_review", found.pk)
    return redirect(found)


@needs(Right.IMPORT)
@require_safe
def detail(request: SignedIn, pk: int) -> HttpResponse:
    """Progress, then the result."""
    found = get_object_or_404(_STARTED, pk=pk)
    if found.is_draft:
        return redirect("contacts:import_review", found.pk)
    context = {
        "found": found,
        "job": found.undo_job or found.job,
        "can_undo": found.can_undo,
    }
    return render(request, "contacts/import_detail.html", context)


@needs(Right.UNDO)
def undo(request: SignedIn, pk: int) -> HttpResponse:
    """What an undo takes back, and why; then it begins."""
    found = get_object_or_404(_STARTED.exclude(batch=None), pk=pk)
    form = UndoForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if job := found.start_undo(request.user, form.cleaned_data["reason"]):
            ring(tasks.run_import, job.pk)
        else:
            messages.error(request, _("This import cannot be undone any more."))
        return redirect(found)
    context = {"found": found, "form": form}
    status = INVALID if form.errors else 200
    return render(request, "contacts/import_undo.html", context, status=status)


@needs(Right.IMPORT)
@require_safe
def problems(request: SignedIn, pk: int) -> FileResponse:
    found = get_object_or_404(ContactImport, pk=pk)
    if not found.problems:
        raise Http404(_("Every row of this file was taken in as it stood."))
    return FileResponse(
        found.problems.open("rb"),
        as_attachment=True,
        filename=f"{found.name.rsplit('.', 1)[0]}-problems.csv",
    )


def _draft(pk: int) -> ContactImport:
    drafts = ContactImport.objects.filter(state=ImportState.DRAFT)
    return get_object_or_404(drafts.exclude(file="", workbook=""), pk=pk)
