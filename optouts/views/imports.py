"""The opt-out import, page by page: upload, match, review, result, undo."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Job
from accounts.paging import FALLING, keyset
from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn
from consent import tables
from consent.tables import Shape
from optouts import jobs
from optouts.forms import ColumnForm, ConfirmForm, UndoForm, UploadForm
from optouts.models import OptOutImport
from optouts.tasks import ring

PAGE = 25
# A file up to this size is counted while the browser waits; a bigger one by a job.
COUNTED_AT_ONCE = 2 * 1024 * 1024
# More than this part of all contacts: say so in red above the typed number.
MANY = 0.2
NEWLY = ("new_contacts", "new_others")


def _draft(pk: int) -> OptOutImport:
    return get_object_or_404(OptOutImport.objects.select_related("brand"), pk=pk)


def _status(form: Any) -> int:
    return INVALID if form.is_bound else 200


@needs(Right.IMPORT)
@require_GET
def import_list(request: SignedIn) -> HttpResponse:
    imports = OptOutImport.objects.for_user(request.user).for_list()
    context = {
        "page": keyset(imports, request.GET, PAGE, FALLING),
        "columns": [
            {"label": _("File")},
            {"label": _("State")},
            {"label": _("Addresses"), "num": True},
            {"label": _("Covers")},
            {"label": _("By")},
            {"label": _("Undo until")},
        ],
    }
    return render(request, "optouts/import_list.html", context)


@needs(Right.IMPORT)
@require_http_methods(["GET", "POST"])
def import_create(request: SignedIn) -> HttpResponse:
    asked = request.POST or None, request.FILES or None
    form = UploadForm(*asked, user=request.user)
    if request.method == "POST" and form.is_valid():
        imported = form.save(request.user)
        return redirect("optouts:import_column", imported.pk)
    return render(
        request, "optouts/import_create.html", {"form": form}, status=_status(form)
    )


@needs(Right.IMPORT)
@require_GET
def import_sample(request: SignedIn) -> StreamingHttpResponse:
    """A file to start from."""
    lines = tables.csv_lines(
        [["Email", "Asked on"], ["ana@customer.example", "2026-11-03"]]
    )
    return _csv(lines, "opt-outs-sample.csv")


def _csv(lines: Any, name: str) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@needs(Right.IMPORT)
@require_http_methods(["GET", "POST"])
def import_column(request: SignedIn, pk: int) -> HttpResponse:
    imported = _draft(pk)
    if imported.batch_id:
        return redirect(imported)
    shape = _shape_asked(request, imported)
    with imported.opened() as file:
        names = tables.column_names(file, shape)
        examples = tables.sample(file, shape)
    form = ColumnForm(
        request.POST or None,
        names=names,
        initial={
            "has_header": shape.has_header,
            "column": imported.column if imported.count_job_id else imported.guess,
        },
    )
    if request.method == "POST" and form.is_valid():
        column, name = form.chosen()
        job = imported.choose(column, name, has_header=shape.has_header)
        return _counted(imported, job)
    context = {
        "imported": imported,
        "form": form,
        "columns": [{"label": name} for name in names[:8]],
        "examples": [row.cells[:8] for row in examples],
        "more_columns": max(0, len(names) - 8),
        "same": imported.same_file(),
    }
    return render(request, "optouts/import_column.html", context, status=_status(form))


def _shape_asked(request: SignedIn, imported: OptOutImport) -> Shape:
    """The shape with the header as the person says; as detected until she does."""
    if request.method != "POST":
        return imported.shape
    return Shape(
        imported.encoding, imported.delimiter, has_header="has_header" in request.POST
    )


def _counted(imported: OptOutImport, job: Job | None) -> HttpResponse:
    """On to the review; a small file is counted on the way."""
    if job and imported.size <= COUNTED_AT_ONCE:
        jobs.work(job.pk)
    elif job:
        ring(job)
    return redirect("optouts:import_review", imported.pk)


@needs(Right.IMPORT)
@require_http_methods(["GET", "POST"])
def import_review(request: SignedIn, pk: int) -> HttpResponse:
    imported = _draft(pk)
    if imported.batch_id:
        return redirect(imported)
    if imported.count_job is None:
        return redirect("optouts:import_column", pk)
    form = ConfirmForm(request.POST or None, expected=imported.addresses)
    if request.method == "POST" and imported.is_ready and form.is_valid():
        job = imported.start(request.user)
        if job:
            ring(job)
        return redirect(imported)
    context = {
        "imported": imported,
        "form": form,
        "job": imported.count_job,
        "same": imported.same_file(),
        "many": imported.new_contacts > imported.all_contacts * MANY,
    }
    return render(request, "optouts/import_review.html", context, status=_status(form))


@needs(Right.IMPORT)
@require_GET
def import_detail(request: SignedIn, pk: int) -> HttpResponse:
    imported = get_object_or_404(OptOutImport.objects.for_list(), pk=pk)
    if imported.batch is None:
        return redirect("optouts:import_review", pk)
    job = imported.undo_job or imported.run_job
    context = {
        "imported": imported,
        "job": job,
        "result": imported.result,
        "newly": sum(imported.result.get(name, 0) for name in NEWLY),
    }
    return render(request, "optouts/import_detail.html", context)


@needs(Right.IMPORT)
@require_GET
def import_progress(request: SignedIn, pk: int) -> HttpResponse:
    """The card of the newest job alone; its end lets the page draw itself anew."""
    imported = get_object_or_404(OptOutImport.objects.for_list(), pk=pk)
    job = imported.undo_job or imported.run_job or imported.count_job
    context = {"job": job, "url": request.path}
    answer = render(request, "ui/job.html", context)
    if job is None or job.is_over:
        answer["HX-Refresh"] = "true"
    return answer


@needs(Right.IMPORT)
@require_GET
def import_errors(request: SignedIn, pk: int) -> StreamingHttpResponse:
    imported = get_object_or_404(OptOutImport, pk=pk, count_job__isnull=False)
    header = [(_("Row"), _("Content"), _("What is wrong"))]
    lines = tables.csv_lines(
        row for part in (header, imported.errors()) for row in part
    )
    return _csv(lines, f"opt-out-import-{pk}-errors.csv")


@needs(Right.UNDO)
@require_http_methods(["GET", "POST"])
def import_undo(request: SignedIn, pk: int) -> HttpResponse:
    imported = get_object_or_404(OptOutImport.objects.started().for_list(), pk=pk)
    form = UndoForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        job = imported.start_undo(request.user, form.cleaned_data["reason"])
        if job:
            ring(job)
        else:
            messages.error(
                request, _("This import cannot be undone any more, or already was.")
            )
        return redirect(imported)
    context = {
        "imported": imported,
        "form": form,
        "newly": sum(imported.result.get(name, 0) for name in NEWLY),
        "already": imported.result.get("already", 0),
    }
    return render(request, "optouts/import_undo.html", context, status=_status(form))
