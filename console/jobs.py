"""Long work: what runs, what ran, and the bell of the shell."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import AuditEntry, Job, JobState
from accounts.paging import FALLING, keyset
from accounts.roles import Right, needs
from accounts.web import SignedIn
from console import results
from console.limits import jobs_of
from console.stopping import may_stop
from contacts.models.imports import CHECK

PAGE = 50
OPEN = (JobState.QUEUED, JobState.RUNNING)
RECENTLY = dt.timedelta(hours=1)
COLUMNS = [
    {"label": _("Work")},
    {"label": _("State")},
    {"label": pgettext_lazy("how much", "Done"), "num": True},
    {"label": _("By")},
    {"label": _("Started")},
]


@needs(Right.LOOK)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    jobs = jobs_of(request.user).select_related("owner")
    page = keyset(jobs, request.GET, PAGE, FALLING)
    return render(request, "console/jobs.html", {"page": page, "columns": COLUMNS})


@needs(Right.LOOK)
@require_safe
def detail(request: SignedIn, pk: int) -> HttpResponse:
    job = get_object_or_404(Job.objects.select_related("owner"), pk=pk)
    return render(
        request, "console/job.html", {"job": job, "result": results.told(job)}
    )


@needs(Right.LOOK)
@require_safe
def card(request: SignedIn, pk: int) -> HttpResponse:
    """The card alone, asked every few seconds; at the end the page draws itself."""
    job = get_object_or_404(Job, pk=pk)
    response = render(request, "console/job_card.html", {"job": job})
    if job.is_over:
        response["HX-Refresh"] = "true"
    return response


@needs(Right.EDIT)
@require_POST
def cancel(request: SignedIn, pk: int) -> HttpResponse:
    job = get_object_or_404(Job, pk=pk)
    if not may_stop(request.user, job):
        raise PermissionDenied
    if job.cancel():
        AuditEntry.objects.record(request.user, "stopped a job", subject=job.label)
        messages.success(request, gettext("Stopped: %(job)s.") % {"job": job.label})
    else:
        messages.info(
            request, gettext("%(job)s was over already.") % {"job": job.label}
        )
    return redirect(job.url or "console:jobs")


@needs(Right.LOOK)
@require_safe
def bell(request: SignedIn) -> HttpResponse:
    """My work that runs, or ended a short time ago, for the shell. Checks of a file
    belong to the page that waits for them."""
    recent = Q(finished_at__gt=timezone.now() - RECENTLY) | Q(state__in=OPEN)
    mine = Job.objects.filter(recent, owner=request.user).exclude(kind=CHECK)
    jobs = list(mine.order_by("-pk")[:3])
    running = sum(not job.is_over for job in jobs)
    return render(request, "console/bell.html", {"jobs": jobs, "running": running})
