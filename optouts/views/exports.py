"""The list of unsubscribes and bounces as a file, written by a job."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import jobfiles
from accounts.models import Job, JobState
from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn
from optouts import exporting
from optouts.forms import ExportForm


@needs(Right.EXPORT)
@require_http_methods(["GET", "POST"])
def export(request: SignedIn) -> HttpResponse:
    """What the file shall hold."""
    form = ExportForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return redirect(exporting.request(request.user, form.groups).url)
    status = INVALID if form.is_bound else 200
    return render(request, "optouts/export.html", {"form": form}, status=status)


def _job(pk: int) -> Job:
    return get_object_or_404(Job, pk=pk, kind=exporting.JOB_KIND)


@needs(Right.EXPORT)
@require_safe
def exported(request: SignedIn, job_pk: int) -> HttpResponse:
    """Progress of an export, then its file."""
    job = _job(job_pk)
    if request.htmx and job.is_over:
        return HttpResponse(headers={"HX-Refresh": "true"})
    part = "#job" if request.htmx else ""
    context = {"job": job, "is_there": jobfiles.is_there(job)}
    return render(request, f"optouts/exported.html{part}", context)


@needs(Right.EXPORT)
@require_safe
def download(request: SignedIn, job_pk: int) -> FileResponse:
    job = _job(job_pk)
    if job.state != JobState.DONE or not jobfiles.is_there(job):
        raise Http404(_("This file is not there any more. Export the list again."))
    return FileResponse(
        jobfiles.path_of(job).open("rb"),
        as_attachment=True,
        filename=job.result["name"],
        content_type="text/csv; charset=utf-8",
    )
