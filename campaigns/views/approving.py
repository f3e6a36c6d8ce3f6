"""The page of the second person, and of whoever waits for one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Account
from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn
from campaigns.approving import Standing
from campaigns.forms.settings import SendBackForm
from campaigns.models import Approval, MarketingEmail
from campaigns.readiness import complaints
from campaigns.views.request import find, writing_tabs
from segments.models import Segment

NOT_NOW = (
    "Nothing was decided: the email was changed or somebody else was quicker. Look at"
    " it as it stands now."
)


@needs(Right.LOOK)
@require_safe
def approval(request: SignedIn, pk: int) -> HttpResponse:
    """What it is, who would get it, and what the second person says."""
    email = find(pk)
    return _page(request, email, SendBackForm()) if email.is_draft else redirect(email)


def _page(
    request: SignedIn, email: MarketingEmail, form: SendBackForm, status: int = 200
) -> HttpResponse:
    standing = Standing.of(email)
    context = {
        "email": email,
        "asked_for": Account.current().second_person,
        "standing": standing,
        "may_decide": standing.may_decide(request.user),
        "chosen": Segment.objects.filter(uses__key=email.key),
        "include": email.include.order_by("name"),
        "exclude": email.exclude.order_by("name"),
        "singles": email.singles.select_related("contact").order_by("-gets", "pk"),
        "checks": complaints(email),
        "form": form,
        "tabs": writing_tabs(email, "approval"),
    }
    page = "campaigns/marketingemail_approval.html"
    return render(request, page, context, status=status)


@needs(Right.SEND)
@require_POST
def ask(request: SignedIn, pk: int) -> HttpResponse:
    """Ask for the revision that the page showed."""
    seen = request.POST.get("revision", "")
    email = find(pk)
    known = seen.isdecimal() and len(seen) < 10
    if known and Approval.objects.ask(email, int(seen), request.user):
        messages.success(request, "Asked. Who may approve sees it on the overview.")
    else:
        messages.warning(request, "Nothing was asked: the email is not as you saw it.")
    return redirect("campaigns:approval", pk)


def _asked(pk: int, number: int) -> Approval:
    rows = Approval.objects.select_related("email")
    return get_object_or_404(rows, pk=number, email=pk)


@needs(Right.APPROVE)
@require_POST
def approve(request: SignedIn, pk: int, number: int) -> HttpResponse:
    if _asked(pk, number).approve(request.user):
        messages.success(request, "Approved. It can be sent as it stands.")
    else:
        messages.error(request, NOT_NOW)
    return redirect("campaigns:approval", pk)


@needs(Right.APPROVE)
@require_POST
def send_back(request: SignedIn, pk: int, number: int) -> HttpResponse:
    """Not like this; the reason stands on the page and in the audit log."""
    form, asked = SendBackForm(request.POST), _asked(pk, number)
    if not form.is_valid():
        return _page(request, find(pk), form, INVALID)
    if asked.send_back(request.user, form.cleaned_data["reason"]):
        messages.success(request, "Sent back, with your reason.")
    else:
        messages.error(request, NOT_NOW)
    return redirect("campaigns:approval", pk)
