"""The list of emails, a new one, a copy, and throwing a draft away."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.paging import FALLING, keyset
from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn
from campaigns.forms.making import CreateForm
from campaigns.models import EmailState, EmailTemplate, MarketingEmail
from campaigns.starters import STARTERS
from campaigns.views.request import find, note
from consent.models import Brand

PAGE = 50

# tab -> its words and the states it shows
TABS: dict[str, tuple[str, tuple[EmailState, ...]]] = {
    "draft": ("Drafts", (EmailState.DRAFT,)),
    "scheduled": ("Scheduled", (EmailState.SCHEDULED,)),
    "sending": ("Sending", (EmailState.PREPARING, EmailState.SENDING)),
    "sent": ("Sent", (EmailState.SENT,)),
    "stopped": ("Stopped", (EmailState.STOPPED,)),
}
NOTHING = {
    "": "Write the first one: a newsletter, or the question whether people still want "
    "your emails.",
    "draft": "Every email begins as a draft.",
    "scheduled": "Emails with a date wait here, and start by themselves.",
    "sending": "Nothing is being sent at the moment.",
    "sent": "Emails that went out are kept here with their reports.",
    "stopped": "Emails that somebody stopped half-way are kept here.",
}
COLUMNS = [
    {"label": "Email"},
    {"label": "State"},
    {"label": "Subscription type"},
    {"label": "Sent", "num": True},
    {"label": "Opened", "num": True},
    {"label": "Clicked", "num": True},
]


@needs(Right.LOOK)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    tab = request.GET.get("state", "")
    query = request.GET.get("q", "").strip()
    emails = MarketingEmail.objects.for_user(request.user).with_progress()
    emails = emails.select_related("subscription_type")
    if tab in TABS:
        emails = emails.filter(state__in=TABS[tab][1])
    if query:
        emails = emails.filter(name__icontains=query)
    context = {
        "page": keyset(emails, request.GET, PAGE, FALLING),
        "tabs": _tabs(tab, request.user),
        "columns": COLUMNS,
        "q": query,
        "state": tab,
        "nothing": NOTHING.get(tab, NOTHING[""]),
    }
    return render(request, "campaigns/marketingemail_list.html", context)


def _tabs(current: str, user: User) -> list[dict[str, Any]]:
    mine = MarketingEmail.objects.for_user(user)
    states = mine.order_by().values_list("state")
    counts = dict(states.annotate(count=Count("pk")))
    tabs = [
        {
            "label": label,
            "url": f"?state={key}",
            "current": key == current,
            "count": sum(counts.get(state, 0) for state in states),
        }
        for key, (label, states) in TABS.items()
    ]
    home = reverse("campaigns:list")
    every = {"label": "All", "url": home, "current": current not in TABS}
    return [{**every, "count": sum(counts.values())}, *tabs]


@needs(Right.SEND)
def create(request: SignedIn) -> HttpResponse:
    saved = EmailTemplate.objects.starters()
    form = CreateForm(request.POST or None, saved)
    if request.method == "POST" and form.is_valid():
        name, brand = form.cleaned_data["name"], Brand.objects.home(request.user)
        email = MarketingEmail.objects.start(form.chosen, name, request.user, brand)
        note(request, "created email", email)
        return redirect("campaigns:content", email.pk)
    return render(
        request,
        "campaigns/marketingemail_create.html",
        {"form": form, "starters": STARTERS, "saved": saved},
        status=INVALID if form.is_bound else 200,
    )


@needs(Right.SEND)
@require_POST
def duplicate(request: SignedIn, pk: int) -> HttpResponse:
    copy = find(pk).duplicate(request.user)
    note(request, "duplicated email", copy)
    messages.success(request, f"This is “{copy}”. Nothing of it has been sent.")
    return redirect("campaigns:content", copy.pk)


@needs(Right.SEND)
@require_POST
def discard(request: SignedIn, pk: int) -> HttpResponse:
    """Throw a draft away; what was ever started stays."""
    email = find(pk)
    if not email.discard():
        messages.error(request, f"“{email}” is no draft any more, so it stays.")
        return redirect(email)
    note(request, "deleted draft", email)
    messages.success(request, f"Deleted the draft “{email}”.")
    return redirect("campaigns:list")
