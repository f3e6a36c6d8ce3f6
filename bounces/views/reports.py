"""What came back, as it came: what waits for a person, and files people have."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.paging import FALLING, keyset
from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn
from bounces.forms import UploadReportsForm
from bounces.intake import read_upload
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
    reports = read_upload(form.cleaned_data["mails"])
    messages.success(request, told(reports))
    return redirect("bounces:reports")


def told(reports: list[Report]) -> str:
    """What became of them, in words."""
    found = Counter(report.outcome for report in reports)
    parts = [
        f"{found[one.value]:,} {one.label.lower()}"
        for one in Outcome
        if found[one.value]
    ]
    return f"{len(reports):,} read: {', '.join(parts)}."


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
