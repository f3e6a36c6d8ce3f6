"""The pages that show segments: list, one segment, test of a contact, export."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import jobfiles
from accounts.doorbell import ring
from accounts.models import Job, JobState
from accounts.paging import FALLING, keyset
from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn
from contacts.models import Contact
from segments import exporting, tasks
from segments.forms import ExportForm, PersonForm
from segments.models import Segment, SegmentQuerySet, current_clock
from segments.recipes import RECIPES
from segments.rules import BadRules
from segments.schema import schema
from segments.shelf import (
    BY_STAY,
    TABS,
    alike,
    columns_of,
    fill_in,
    history,
    inside,
    tabs,
    tell_progress,
    with_columns,
)
from segments.vocabulary import Vocabulary
from segments.why import standing
from segments.words import sentence

PAGE = 50
PRETTY = {"indent": 2, "ensure_ascii": False}


@needs(Right.LOOK)
@require_safe
def segment_list(request: SignedIn) -> HttpResponse:
    tab = request.GET.get("show", "")
    found: SegmentQuerySet = TABS.get(tab, TABS[""])(Segment.objects.all())
    words = request.GET.get("q", "").strip()
    if words:
        found = found.filter(name__icontains=words)
    page = keyset(found, request.GET, PAGE, FALLING)
    tell_progress(page.rows)
    context = {
        "page": page,
        "tabs": tabs(tab),
        "tab": tab,
        "q": words,
        "recipes": RECIPES,
        "total": Segment.objects.current().count(),
    }
    return render(request, "segments/list.html", context)


@needs(Right.LOOK)
@require_safe
def vocabulary(request: SignedIn) -> HttpResponse:
    """Every field with its operators: what a segment can ask."""
    families = [
        (family.label, alike(fields)) for family, fields in Vocabulary().offered()
    ]
    return render(request, "segments/vocabulary.html", {"families": families})


@needs(Right.LOOK)
@require_safe
def rules_schema(request: SignedIn) -> JsonResponse:
    """The same for programs that write rules, as JSON Schema."""
    offered = [one for _, fields in Vocabulary().offered() for one in fields]
    return JsonResponse(
        schema(offered),
        content_type="application/schema+json",
        json_dumps_params=PRETTY,
    )


@needs(Right.LOOK)
@require_safe
def state(request: SignedIn, pk: int) -> HttpResponse:
    """The badge of one segment in the list, while it is filled."""
    segment = get_object_or_404(Segment, pk=pk)
    tell_progress([segment])
    context = {"segment": segment, "alone": True}
    return render(request, "segments/state.html", context)


@needs(Right.SEE_PEOPLE)
@require_safe
def detail(request: SignedIn, pk: int) -> HttpResponse:
    segment = get_object_or_404(Segment.objects.select_related("saved_by"), pk=pk)
    words = request.GET.get("q", "").strip()
    vocabulary = Vocabulary()
    columns = columns_of(request.GET.getlist("column"), vocabulary)
    people = with_columns(Contact.objects.search(words), columns)
    page = keyset(inside(segment, people), request.GET, PAGE, BY_STAY)
    fill_in(page, columns, vocabulary)
    job = tell_progress([segment]).get(segment.pk)
    context = {
        "segment": segment,
        "page": page,
        "columns": columns,
        "offered": exporting.exportable(vocabulary),
        "q": words,
        "uses": segment.uses.order_by("label"),
        "job": job,
        "history": history(segment, current_clock().today),
        **_in_words(segment, vocabulary),
    }
    return render(request, "segments/detail.html", context)


def _in_words(segment: Segment, words: Vocabulary) -> dict[str, Any]:
    """The rules as a sentence, or what is wrong with them."""
    if segment.rules is None:
        return {"sentence": ""}
    try:
        return {"sentence": sentence(segment.parsed(words), words)}
    except BadRules as error:
        return {"sentence": "", "problem": str(error)}


@needs(Right.LOOK)
@require_safe
def status(request: SignedIn, pk: int) -> HttpResponse:
    """The card of the running job; when it is over the page draws itself anew."""
    segment = get_object_or_404(Segment, pk=pk)
    job = tell_progress([segment]).get(segment.pk)
    if job is None:
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {"segment": segment, "job": job, "alone": True}
    return render(request, "segments/job.html", context)


@needs(Right.SEE_PEOPLE)
@require_safe
def test(request: SignedIn, pk: int) -> HttpResponse:
    """Why is she in, or not: every condition, asked about one contact."""
    segment = get_object_or_404(Segment, pk=pk, rules__isnull=False)
    form = PersonForm(request.GET or None)
    context: dict[str, Any] = {"segment": segment, "form": form}
    if form.is_valid():
        context |= standing(segment, form.cleaned_data["email"])
    code = INVALID if form.errors else 200
    return render(request, "segments/test.html", context, status=code)


@needs(Right.EXPORT)
def export(request: SignedIn, pk: int) -> HttpResponse:
    segment = get_object_or_404(Segment, pk=pk)
    form = ExportForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        chosen = form.cleaned_data
        job = exporting.request_export(
            segment,
            request.user,
            chosen["fields_chosen"],
            bom=chosen["bom"],
            format=chosen["format"],
        )
        ring(tasks.export, job.pk)
        return redirect("segments:exported", job.pk)
    code = INVALID if form.errors else 200
    context = {"segment": segment, "form": form}
    return render(request, "segments/export.html", context, status=code)


def _export_job(job_pk: int) -> Job:
    return get_object_or_404(Job, pk=job_pk, kind=exporting.JOB_KIND)


@needs(Right.EXPORT)
@require_safe
def exported(request: SignedIn, job_pk: int) -> HttpResponse:
    """Progress of an export, then its file."""
    job = _export_job(job_pk)
    segment = Segment.objects.filter(pk=job.resume["segment"]).first()
    if request.headers.get("HX-Request") and job.is_over:
        return HttpResponse(headers={"HX-Refresh": "true"})
    part = "#job" if request.headers.get("HX-Request") else ""
    context = {"segment": segment, "job": job, "is_there": jobfiles.is_there(job)}
    return render(request, f"segments/exported.html{part}", context)


@needs(Right.EXPORT)
@require_safe
def download(request: SignedIn, job_pk: int) -> FileResponse:
    job = _export_job(job_pk)
    if job.state != JobState.DONE or not jobfiles.is_there(job):
        raise Http404(_("This file is not there any more. Export the segment again."))
    return FileResponse(
        jobfiles.path_of(job).open("rb"),
        as_attachment=True,
        filename=job.result["name"],
        content_type=exporting.TYPES[jobfiles.format_of(job)],
    )
