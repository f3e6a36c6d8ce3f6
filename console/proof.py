"""Her password once more, where she signed in a while ago and what changes now lasts:
whoever found the browser open does not know it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn
from console.forms import way_back
from console.signing_in import is_fresh, password_problem, show_fresh

View = Callable[..., HttpResponse]


def proven(view: View) -> View:
    """A view for whoever showed a moment ago that it is she; others do it first."""

    @wraps(view)
    def asked(request: SignedIn, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_fresh(request):
            return view(request, *args, **kwargs)
        return redirect(
            f"{reverse('console:proof')}?{urlencode({'next': request.path})}"
        )

    return asked


class PasswordForm(forms.Form):
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(
            {"autocomplete": "current-password", "autofocus": True}
        ),
        error_messages={"required": _("Type your password.")},
    )


@needs(Right.LOOK)
@require_http_methods(["GET", "POST"])
def show(request: SignedIn) -> HttpResponse:
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data["password"]
        problem = password_problem(request, request.user, typed)
        if not problem:
            show_fresh(request)
            return way_back(request)
        form.add_error("password", problem)
    following = request.POST.get("next") or request.GET.get("next", "")
    context = {"form": form, "next": following}
    status = INVALID if form.is_bound else 200
    return render(request, "console/proof.html", context, status=status)
