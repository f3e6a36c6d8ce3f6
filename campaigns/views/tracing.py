"""What is looked at closely: the way of one mail, and the clicks on each link."""

from __future__ import annotations

from csp.decorators import csp
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from accounts.roles import Right, needs
from accounts.web import SignedIn
from campaigns import clickmap, tracing
from campaigns.views.request import find, report_tabs
from campaigns.views.writing import FRAME_POLICY
from deliveries.languages import languages


@needs(Right.SEE_PEOPLE)
@require_safe
def trace(request: SignedIn, pk: int, delivery: int) -> HttpResponse:
    """Every step of one mail: why she is among the people, and what came of it."""
    email = find(pk)
    if email.is_draft:
        return redirect(email)
    context = {
        "email": email,
        "zone": timezone.get_current_timezone(),
        "tabs": report_tabs(email, "people"),
        **tracing.told(email, tracing.find(email, delivery)),
    }
    part = "#trace" if request.htmx else ""
    return render(request, f"campaigns/marketingemail_trace.html{part}", context)


@needs(Right.LOOK)
@xframe_options_sameorigin
@csp(FRAME_POLICY)  # type: ignore[arg-type]
@require_safe
def clicks(request: SignedIn, pk: int) -> HttpResponse:
    """The mail as it was sent, with the clicks on each link, for the frame of the
    report: ?language=<code> for a variant."""
    email = find(pk)
    tongue = request.GET.get("language", "")
    known = email.message is not None and tongue in languages(email.message)
    return HttpResponse(clickmap.document(email, tongue if known else ""))
