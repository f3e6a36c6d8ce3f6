"""Ways in for programs: made, shown once, taken back. For administrators."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.paging import FALLING, keyset
from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn
from api.models import NameTaken, Token
from api.scopes import TokenScope
from api.urls import api
from consent.views import tabs

PAGE = 50
COLUMNS = [
    {"label": _("Token")},
    {"label": pgettext_lazy("what a token may do", "May")},
    {"label": pgettext_lazy("when", "Used last")},
    {"label": _("Works until")},
    {"label": _("Actions"), "vh": True},
]
CALL_COLUMNS = [
    {"label": _("Call")},
    {"label": _("What it does")},
    {"label": _("Scope")},
]
LIVES = [
    ("30", _("30 days")),
    ("90", _("90 days")),
    ("365", _("A year")),
    ("0", _("No end")),
]


class TokenForm(forms.Form):
    """A name, what it may do, and for how long."""

    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_(
            "The program that uses it, such as “CRM sync”. One token for each."
        ),
    )
    scopes = forms.MultipleChoiceField(
        label=_("It may"),
        choices=[(one.value, capfirst(one.label)) for one in TokenScope],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one thing that it may do.")},
    )
    days = forms.ChoiceField(
        label=_("It works for"),
        choices=LIVES,
        initial="365",
        widget=forms.RadioSelect,
    )

    def issue(self, owner: User) -> tuple[Token, str] | None:
        """The token and its secret; None with an error that says why not."""
        given = self.cleaned_data
        days = dt.timedelta(days=int(given["days"]))
        try:
            return Token.objects.issue(
                owner,
                given["name"],
                [TokenScope(one) for one in given["scopes"]],
                timezone.now() + days if days else None,
            )
        except NameTaken as taken:
            self.add_error("name", str(taken))
            return None


@needs(Right.USERS)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    page = keyset(Token.objects.select_related("owner"), request.GET, PAGE, FALLING)
    context = {
        "page": page,
        "columns": COLUMNS,
        "tabs": tabs("console:tokens", request.user),
    }
    return render(request, "console/tokens.html", context)


@needs(Right.USERS)
@require_safe
def calls(request: SignedIn) -> HttpResponse:
    """What a program can ask, with the scope that its token needs for it."""
    context = {"calls": api.calls(), "columns": CALL_COLUMNS, "base": settings.BASE_URL}
    return render(request, "console/calls.html", context)


@needs(Right.USERS)
@never_cache
@require_http_methods(["GET", "POST"])
def create(request: SignedIn) -> HttpResponse:
    """The answer to the POST is the only page that ever shows the secret."""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = form.issue(request.user)
        if made:
            context = {"token": made[0], "secret": made[1]}
            return render(request, "console/token_made.html", context, status=201)
    status = INVALID if form.is_bound else 200
    return render(request, "console/token_create.html", {"form": form}, status=status)


@needs(Right.USERS)
@require_http_methods(["GET", "POST"])
def revoke(request: SignedIn, pk: int) -> HttpResponse:
    token = get_object_or_404(Token.objects.select_related("owner"), pk=pk)
    if request.method == "POST":
        if token.revoke(request.user):
            messages.success(
                request,
                gettext("“%(token)s” does not work any more.") % {"token": token},
            )
        else:
            messages.info(
                request,
                gettext("“%(token)s” was taken back already.") % {"token": token},
            )
        return redirect("console:tokens")
    return render(request, "console/token_revoke.html", {"token": token})
