"""Pages of campaigns under way: pause, stop, review, opt-out, undo."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.doorbell import ring
from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn, key, keys
from consent.tables import csv_lines
from reengagement import eligibility
from reengagement.forms import OptOutForm, ReasonForm
from reengagement.models import BEYOND, Campaign
from reengagement.vocabulary import CampaignState, Outcome

PAGE = 50
COLUMNS = (
    {"select": True},
    {"label": "Person"},
    {"label": "Agreed"},
    {"label": "Last email arrived"},
    {"label": "Emails so far", "num": True},
)
NO_UNDO = "Nothing was undone: somebody did it already, or the time is over."
TOO_LATE = "It is too late for that: the campaign has moved on meanwhile."


@needs(Right.SEND)
@require_POST
def pause(request: SignedIn, pk: int) -> HttpResponse:
    campaign = get_object_or_404(Campaign, pk=pk)
    form = ReasonForm(request.POST, prefix="pause")
    if not form.is_valid():
        messages.error(request, str(form.errors["reason"][0]))
    elif campaign.pause(request.user, form.cleaned_data["reason"]):
        messages.success(request, "Paused. All deadlines move by the length of it.")
    else:
        messages.error(request, TOO_LATE)
    return redirect("reengagement:detail", pk)


@needs(Right.SEND)
@require_POST
def resume(request: SignedIn, pk: int) -> HttpResponse:
    campaign = get_object_or_404(Campaign, pk=pk)
    form = ReasonForm(request.POST, prefix="resume")
    if not form.is_valid():
        messages.error(request, str(form.errors["reason"][0]))
    elif campaign.resume(request.user, form.cleaned_data["reason"]):
        messages.success(request, "Running again.")
    else:
        messages.error(request, TOO_LATE)
    return redirect("reengagement:detail", pk)


@needs(Right.SEND)
@require_POST
def stop(request: SignedIn, pk: int) -> HttpResponse:
    campaign = get_object_or_404(Campaign, pk=pk)
    if campaign.stop(request.user):
        messages.success(
            request, "Stopped. Nothing more is sent, and nobody will be opted out."
        )
    else:
        messages.error(request, TOO_LATE)
    return redirect("reengagement:detail", pk)


@needs(Right.LOOK)
@require_GET
def left_out(request: SignedIn, pk: int) -> HttpResponse:
    """Who was not asked, by reason; adds up to the segment at the start."""
    campaign = get_object_or_404(Campaign, pk=pk)
    context = {"campaign": campaign, "funnel": eligibility.outcome_of_start(campaign)}
    return render(request, "reengagement/campaign_left_out.html", context)


@needs(Right.SEND, reading=Right.SEE_PEOPLE)
def silent(request: SignedIn, pk: int) -> HttpResponse:
    """The silent before anything changes; POST opts them out after a typed number."""
    campaign = get_object_or_404(Campaign, pk=pk)
    counts = campaign.counts()
    people = counts[Outcome.SILENT]
    form = OptOutForm(request.POST or None, people=people)
    if request.method == "POST" and form.is_valid():
        return _opt_out(request, campaign)
    after = request.GET.get("after", "")
    rows = campaign.members.for_review(key(after) or 0, PAGE + 1)
    context = {
        "campaign": campaign,
        "form": form,
        "people": people,
        "columns": COLUMNS,
        "rows": rows[:PAGE],
        "shown": f"{len(rows[:PAGE]):,} of {people:,}",
        "next": f"?after={rows[PAGE - 1].address_id}" if len(rows) > PAGE else "",
        "first": "?" if after else "",
        "unreached": counts[Outcome.UNDELIVERED],
        "may_opt_out": campaign.state == CampaignState.REVIEW,
    }
    status = INVALID if form.is_bound else 200
    return render(request, "reengagement/campaign_silent.html", context, status=status)


def _opt_out(request: SignedIn, campaign: Campaign) -> HttpResponse:
    in_review = campaign.state == CampaignState.REVIEW
    if not campaign.stays_within(request.user):
        messages.error(request, BEYOND)
    elif in_review and campaign.begin_opt_out(request.user):
        ring("reengagement.tasks.opt_out_silent", campaign.sunset.job_id)
        messages.success(
            request, "Opting out the silent. It can be undone for 30 days."
        )
    else:
        messages.error(request, TOO_LATE)
    return redirect("reengagement:detail", campaign.pk)


@needs(Right.SEND)
@require_POST
def keep(request: SignedIn, pk: int) -> HttpResponse:
    """Keep the ticked people: they will not be opted out."""
    campaign = get_object_or_404(Campaign, pk=pk)
    chosen = keys(request.POST.getlist("id"))
    kept = campaign.members.filter(pk__in=chosen).keep(request.user)
    people = "1 person" if kept == 1 else f"{kept:,} people"
    messages.success(request, f"Kept {people} from the opt-out.")
    return redirect("reengagement:silent", pk)


@needs(Right.EXPORT)
@require_GET
def export(request: SignedIn, pk: int) -> StreamingHttpResponse:
    """The silent as a CSV file that the opt-out import takes unchanged."""
    campaign = get_object_or_404(Campaign, pk=pk)
    campaign.record(request.user, "exported the silent of a re-engagement campaign")
    lines = csv_lines(campaign.members.silent().table())
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="silent-{pk}.csv"'
    return response


@needs(Right.UNDO)
def undo(request: SignedIn, pk: int) -> HttpResponse:
    """Take the opt-outs of this campaign back, with a reason."""
    campaign = get_object_or_404(Campaign, pk=pk, sunset__isnull=False)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not campaign.stays_within(request.user):
            messages.error(request, BEYOND)
            return redirect("reengagement:detail", pk)
        job = campaign.sunset.begin_undo(request.user, form.cleaned_data["reason"])
        if job is None:
            messages.error(request, NO_UNDO)
        else:
            ring("reengagement.tasks.undo_opt_out", job.pk)
            messages.success(request, "Taking the opt-outs back. Watch it here.")
        return redirect("reengagement:detail", pk)
    context = {
        "campaign": campaign,
        "form": form,
        "sunset": campaign.sunset,
        "opted_out": campaign.counts()[Outcome.SUNSET],
    }
    status = INVALID if form.is_bound else 200
    return render(request, "reengagement/campaign_undo.html", context, status=status)
