"""A count in the background: its own page, and the strip in the builder."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.models import Job
from accounts.roles import Right, needs
from accounts.web import SignedIn
from segments import tallying
from segments.rules import read
from segments.vocabulary import Vocabulary
from segments.words import sentence


def _job(pk: int) -> Job:
    return get_object_or_404(Job, pk=pk, kind=tallying.JOB_KIND)


def _builder(job: Job) -> str:
    pk = job.resume["segment"]
    return reverse("segments:edit", args=[pk]) if pk else reverse("segments:create")


@needs(Right.EDIT)
@require_safe
def tally(request: SignedIn, job_pk: int) -> HttpResponse:
    """How far it is, then the number, and the way back to the conditions."""
    job = _job(job_pk)
    if request.htmx and job.is_over:
        return HttpResponse(headers={"HX-Refresh": "true"})
    words = Vocabulary(without=job.resume["segment"])
    rules, _ = read(job.resume["rules"], words)
    context = {
        "job": job,
        "found": tallying.number_of(job),
        "sentence": sentence(rules, words) if rules else "",
        "back": f"{_builder(job)}?count={job.pk}",
    }
    part = "#job" if request.htmx else ""
    return render(request, f"segments/tally.html{part}", context)


@needs(Right.EDIT)
@require_safe
def strip(request: SignedIn, job_pk: int) -> HttpResponse:
    """The same inside the builder; at the end it has the numbers drawn anew."""
    job = _job(job_pk)
    context = {"tally": job, "here": _builder(job)}
    return render(request, "segments/builder_tally.html", context)
