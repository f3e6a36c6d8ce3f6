"""What came back, as it came: what waits for a person, and files people have."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Job
from accounts.paging import FALLING, keyset
from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn
from bounces import uploads
from bounces.forms import UploadReportsForm
from bounces.models import Outcome, Report

PAGE = 50
COLUMNS = ("What it is", "What was made of it", "Sent to", "Came by", "When")


@needs(Right.SEE_PEOPLE)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    return _page(request, UploadReportsForm())


@needs(Right.IMPORT)
@require_POST
def upload(request: SignedIn) -> HttpResponse:
    """Files of mail that came back; what is signed by us is acted upon at once."""
    form = UploadReportsForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=INVALID)
    found = uploads.take(form.cleaned_data["mails"], request.user)
    if isinstance(found, Job):
        return redirect("console:job", found.pk)
    messages.success(request, uploads.told(found))
    return redirect("bounces:reports")


def _page(
    request: SignedIn, form: UploadReportsForm, *, status: int = 200
) -> HttpResponse:
    asked = request.GET.get("outcome", "")
    outcome = Outcome(asked) if asked in Outcome.values else Outcome.REVIEW
    found = Report.objects.filter(outcome=outcome).defer("raw", "digest")
    context: dict[str, Any] = {
        "form": form,
        "page": keyset(found, request.GET, PAGE, FALLING),
        "outcome": outcome,
        "outcomes": Outcome.choices,
        "columns": [
            *({"label": label} for label in COLUMNS),
            {"label": "Action", "vh": True},
        ],
    }
    return render(request, "bounces/reports.html", context, status=status)
