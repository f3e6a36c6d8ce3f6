"""Pages of re-engagement campaigns: from the draft to the start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.doorbell import ring
from accounts.limits import narrowed
from accounts.paging import FALLING, keyset
from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn
from campaigns.audience import LARGE
from reengagement import eligibility, readiness, timeline
from reengagement.forms import GapForm, NameForm, ReasonForm, ThenForm, WhoForm
from reengagement.models import BEYOND, Campaign, CampaignEmail
from reengagement.vocabulary import CampaignState

PAGE = 50
COLUMNS = (
    {"label": "Campaign"},
    {"label": "State"},
    {"label": "Asked", "num": True},
    {"label": "Confirmed", "num": True},
    {"label": "Still open", "num": True},
    {"label": "Opted out", "num": True},
    {"label": "Started"},
)


def _draft(request: SignedIn, pk: int) -> Campaign:
    """The draft, or 404. Whoever changes it keeps it from starting half changed."""
    return get_object_or_404(_held(request), pk=pk, state=CampaignState.DRAFT)


def _held(request: SignedIn) -> QuerySet[Campaign]:
    rows = Campaign.objects.all()
    return rows.select_for_update(no_key=True) if request.method == "POST" else rows


@needs(Right.LOOK)
@require_GET
def index(request: SignedIn) -> HttpResponse:
    """All campaigns, newest first."""
    mine = Campaign.objects.for_user(request.user)
    page = keyset(mine.with_counts(), request.GET, PAGE, FALLING)
    context = {"page": page, "columns": COLUMNS}
    return render(request, "reengagement/campaign_list.html", context)


@needs(Right.SEND)
def create(request: SignedIn) -> HttpResponse:
    form = NameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.instance.created_by = request.user
        campaign = form.save()
        return redirect("reengagement:who", campaign.pk)
    context = {"form": form, "current": 1}
    return _form_page(request, "reengagement/campaign_create.html", context, form)


def _form_page(
    request: SignedIn,
    template: str,
    context: Mapping[str, object],
    form: ModelForm[Campaign],
) -> HttpResponse:
    status = INVALID if form.is_bound else 200
    return render(request, template, context, status=status)


@needs(Right.SEND)
@transaction.atomic
def who(request: SignedIn, pk: int) -> HttpResponse:
    """Step 1: the people, and who of them may be asked."""
    campaign = _draft(request, pk)
    form = narrowed(WhoForm(request.POST or None, instance=campaign), request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        campaign.note_choices()
        if "look" in request.POST:
            return redirect("reengagement:who", pk)
        return redirect("reengagement:emails", pk)
    campaign = _draft(request, pk)
    context = {"form": form, "campaign": campaign, **_numbers(request, campaign)}
    page = _part(request, "reengagement/campaign_who.html")
    return _form_page(request, page, context, form)


def _numbers(request: SignedIn, campaign: Campaign) -> dict[str, Any]:
    """Who may be asked; for a large segment it comes after the page, which asks for
    it. Without script the page has a link (?count) that waits."""
    people = (campaign.segment.size or 0) if campaign.segment else 0
    if people > LARGE and not (request.htmx or "count" in request.GET):
        return {"counting": True, "funnel": []}
    return {"funnel": eligibility.funnel(campaign)}


def _part(request: SignedIn, page: str) -> str:
    """The page, or only its numbers where it asks for them itself."""
    return f"{page}#numbers" if request.htmx else page


@needs(Right.SEND)
@transaction.atomic
def emails(request: SignedIn, pk: int) -> HttpResponse:
    """Step 2: one to three emails and the days between them."""
    campaign = _draft(request, pk)
    form = GapForm(request.POST or None, instance=campaign)
    if request.method == "POST" and form.is_valid():
        form.save()
        return redirect("reengagement:then", pk)
    rows = campaign.emails.select_related("email")
    context = {"form": form, "campaign": campaign, "emails": rows}
    return _form_page(request, "reengagement/campaign_emails.html", context, form)


@needs(Right.SEND)
@require_POST
@transaction.atomic
def add_email(request: SignedIn, pk: int) -> HttpResponse:
    campaign = _draft(request, pk)
    item = CampaignEmail.objects.write(campaign, request.user)
    if item is None:
        messages.error(request, "A campaign has at most three emails.")
        return redirect("reengagement:emails", pk)
    return redirect("campaigns:content", item.email_id)


@needs(Right.SEND)
@require_POST
@transaction.atomic
def remove_email(request: SignedIn, pk: int, position: int) -> HttpResponse:
    if _draft(request, pk).emails.filter(position=position).drop():
        messages.success(request, f"Email {position} was removed.")
    return redirect("reengagement:emails", pk)


@needs(Right.SEND)
@transaction.atomic
def then(request: SignedIn, pk: int) -> HttpResponse:
    """Step 3: how long to wait, and what happens to the silent."""
    campaign = _draft(request, pk)
    form = ThenForm(request.POST or None, instance=campaign)
    form = narrowed(form, request.user, never_all="opt_out_types")
    if request.method == "POST" and form.is_valid():
        form.save()
        return redirect("reengagement:check", pk)
    context = {"form": form, "campaign": campaign}
    return _form_page(request, "reengagement/campaign_then.html", context, form)


@needs(Right.SEND)
@require_GET
def check(request: SignedIn, pk: int) -> HttpResponse:
    """Step 4: everything on one page before it starts."""
    campaign = _draft(request, pk)
    numbers = _numbers(request, campaign)
    context = {
        "campaign": campaign,
        "emails": campaign.emails.select_related("email"),
        "problems": readiness.obstacles(campaign),
        "lacking": [] if "counting" in numbers else readiness.lacking(campaign),
        "calendar": campaign.calendar(),
        **numbers,
    }
    page = _part(request, "reengagement/campaign_check.html")
    return render(request, page, context)


@needs(Right.SEND)
@require_POST
@transaction.atomic
def start(request: SignedIn, pk: int) -> HttpResponse:
    campaign = get_object_or_404(_held(request), pk=pk)
    if not campaign.stays_within(request.user):
        messages.error(request, f"Not started. {BEYOND}")
        return redirect("reengagement:then", pk)
    if campaign.state == CampaignState.DRAFT:
        problems = readiness.obstacles(campaign) or readiness.lacking(campaign)
        if problems:
            messages.error(request, f"Not started. {problems[0]}")
            return redirect("reengagement:check", pk)
    if campaign.start(request.user):
        ring("reengagement.tasks.advance", campaign.pk)
        messages.success(
            request, "Started. The first emails leave in 30 seconds; Stop ends it."
        )
    else:
        messages.info(request, "It was started already.")
    return redirect("reengagement:detail", pk)


@needs(Right.SEND)
@require_POST
@transaction.atomic
def discard(request: SignedIn, pk: int) -> HttpResponse:
    campaign = _draft(request, pk)
    campaign.discard()
    messages.success(request, f"The draft “{campaign.name}” was deleted.")
    return redirect("reengagement:list")


@needs(Right.LOOK)
@require_GET
def detail(request: SignedIn, pk: int) -> HttpResponse:
    """The timeline of a campaign; a draft opens in the wizard.

    While something moves, the page asks for the part "numbers" every few seconds.
    """
    campaign = get_object_or_404(
        Campaign.objects.select_related("segment", "subscription_type"), pk=pk
    )
    if campaign.state == CampaignState.DRAFT:
        return redirect("reengagement:who", pk)
    counts = campaign.counts()
    context = {
        "campaign": campaign,
        "figures": timeline.strip(counts),
        "steps": timeline.steps(campaign, counts),
        "sunset": campaign.opt_out,
        "pauses": campaign.pauses.select_related("paused_by"),
        "pause_form": ReasonForm(prefix="pause"),
        "resume_form": ReasonForm(prefix="resume"),
    }
    return render(request, _part(request, "reengagement/campaign_detail.html"), context)
