"""Send, schedule, take back, pause, go on, stop; and the test."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.doorbell import ring
from accounts.roles import Right, needs
from accounts.web import CONFLICT, INVALID, SignedIn
from campaigns.approving import unapproved
from campaigns.audience import funnel, is_large
from campaigns.forms.settings import LaunchForm, ScheduleForm, TestForm
from campaigns.missing import missing_values, without_fallback
from campaigns.models import MarketingEmail
from campaigns.readiness import obstacles
from campaigns.shares import left_with_nothing
from campaigns.views.choosing import show_review
from campaigns.views.request import find, note
from deliveries.languages import spoken
from deliveries.models import Channel
from deliveries.queue import SEND_DUE
from deliveries.sending import send_test

Verb = Callable[[SignedIn, MarketingEmail], HttpResponse]

TOO_LATE = "It has started already. You can pause or stop it here."
QUICKER = "{who} started “{email}” a moment ago. It is sent once; nothing to do here."


def _not_ready(request: SignedIn, email: MarketingEmail) -> HttpResponse | None:
    """What stands in the way of any start, as an answer."""
    if refused := _owned(request, email):
        return refused
    if not email.is_draft:
        who = email.launched_by or "Somebody"
        messages.warning(request, QUICKER.format(who=who, email=email))
        return redirect("campaigns:detail", email.pk)
    found = obstacles(email) + unapproved(email)
    if found:
        messages.error(request, "Nothing was sent. " + " ".join(found[:3]))
        return redirect("campaigns:review", email.pk)
    return None


@needs(Right.SEND)
@require_POST
def launch(request: SignedIn, pk: int) -> HttpResponse:
    """Send now; asked again when the number of people has moved."""
    email, form = find(pk), LaunchForm(request.POST)
    refused = _not_ready(request, email) or _not_as_seen(request, email, form)
    if refused:
        return refused
    expected = form.seen if is_large(email) else None
    if not email.launch(request.user, expected, form.cleaned_data["spread"]):
        return _not_ready(request, find(pk)) or redirect(email)
    note(request, "sent email", email)
    return redirect("campaigns:detail", email.pk)


def _not_as_seen(
    request: SignedIn, email: MarketingEmail, form: LaunchForm
) -> HttpResponse | None:
    """The review once more: its number has moved, or something is to be put right.

    Many people are not counted while somebody waits for a page: the job that chooses
    them compares, and gives the start up where the number has moved.
    """
    if is_large(email) and form.seen > 0 and form.is_valid():
        return None
    numbers = funnel(email)
    if form.seen < 0 or numbers.moved_from(form.seen) or not numbers.will_get:
        return show_review(request, email, form=form, moved=True, status=CONFLICT)
    unfit = without_fallback(missing_values(email)) + left_with_nothing(email)
    if unfit or not form.is_valid():
        return show_review(request, email, form=form, status=INVALID)
    return None


@needs(Right.SEND)
@require_POST
def schedule(request: SignedIn, pk: int) -> HttpResponse:
    email = find(pk)
    form = ScheduleForm(request.POST)
    refused = _not_ready(request, email) or _not_as_seen(request, email, form)
    if refused:
        return refused
    at, zone = form.cleaned_data["at"], form.cleaned_data["zone"]
    theirs = form.cleaned_data.get("readers_at")
    how = {"readers_at": theirs, "spread_hours": form.cleaned_data["spread"]}
    if not email.schedule(at, request.user, zone, **how):
        return _not_ready(request, find(pk)) or redirect(email)
    note(request, "scheduled email", email)
    clock = f"{theirs or at:%d %B %Y at %H:%M}"
    whose = "by each reader’s own clock" if theirs else f"({zone})"
    messages.success(request, f"Leaves on {clock} {whose}.")
    return redirect("campaigns:detail", email.pk)


def _owned(request: SignedIn, email: MarketingEmail) -> HttpResponse | None:
    """A campaign's email is started, paused and stopped by its campaign alone."""
    if not email.group:
        return None
    messages.error(request, f"This email belongs to {email.owner_label}. Go there.")
    return redirect("campaigns:detail", email.pk)


def acting(verb: Verb) -> Callable[[SignedIn, int], HttpResponse]:
    """POST that does `verb` to an email which no campaign owns, then shows it."""

    @require_POST
    @wraps(verb)
    def view(request: SignedIn, pk: int) -> HttpResponse:
        email = find(pk)
        return _owned(request, email) or verb(request, email)

    return view


def _done(
    request: SignedIn, email: MarketingEmail, verb: str, sentence: str
) -> HttpResponse:
    note(request, verb, email)
    messages.success(request, sentence)
    return redirect("campaigns:detail", email.pk)


def _nothing_done(
    request: SignedIn, email: MarketingEmail, sentence: str
) -> HttpResponse:
    messages.error(request, sentence)
    return redirect("campaigns:detail", email.pk)


@needs(Right.SEND)
@acting
def unschedule(request: SignedIn, email: MarketingEmail) -> HttpResponse:
    if not email.unschedule():
        return _nothing_done(request, email, TOO_LATE)
    _done(
        request,
        email,
        "took email back",
        "Taken back. Nobody got it; it is a draft again.",
    )
    return redirect("campaigns:review", email.pk)


@needs(Right.SEND)
@acting
def stop(request: SignedIn, email: MarketingEmail) -> HttpResponse:
    if not email.stop():
        return _nothing_done(request, email, "There was nothing left to stop.")
    ring("campaigns.tasks.cancel_stopped")
    return _done(request, email, "stopped email", "Stopped. What was sent stays sent.")


@needs(Right.SEND)
@acting
def pause(request: SignedIn, email: MarketingEmail) -> HttpResponse:
    if not (email.message and email.is_under_way):
        return _nothing_done(request, email, "There is nothing under way to pause.")
    email.pause(request.user, f"Paused by {request.user}.")
    sentence = "Paused. Mails already handed over still arrive."
    return _done(request, email, "paused email", sentence)


@needs(Right.SEND)
@acting
def resume(request: SignedIn, email: MarketingEmail) -> HttpResponse:
    if not email.resume(request.user, f"Resumed by {request.user}."):
        return _nothing_done(request, email, "It was not paused.")
    ring(SEND_DUE)
    sentence = f"Goes on since {timezone.now():%H:%M} UTC."
    return _done(request, email, "resumed email", sentence)


@needs(Right.SEND)
@require_POST
def test(request: SignedIn, pk: int) -> HttpResponse:
    """Send what is written now to one address, as a test."""
    email = find(pk)
    form = TestForm(request.POST)
    found = [str(one) for one in form.errors.get("address", [])]
    found = found or obstacles(email, recipients=False)
    if found:
        messages.error(request, f"No test was sent. {' '.join(found[:3])}")
        return redirect("campaigns:content", email.pk)
    address = form.cleaned_data["address"]
    said = spoken(email, request.POST.get("language", ""))
    send_test(said.written(Channel.TEST), address)
    messages.success(request, f"Sent a test to {address}.")
    return redirect("campaigns:content", email.pk)
