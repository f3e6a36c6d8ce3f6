"""The way in: the form, how often it may be tried, and what is written down."""

from __future__ import annotations

import datetime as dt
import ipaddress
from typing import Any, cast

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.models import AuditEntry, Throttle, User
from accounts.roles import Right, needs
from accounts.throttle import Try
from accounts.web import INVALID
from consent.visitors import client_ip

TOO_OFTEN = 429
SIGNED_IN = "signed in"
REMEMBERED = dt.timedelta(days=90)


def address_of(request: HttpRequest | None) -> str:
    """Where the try comes from; of IPv6 the network, which is one household's."""
    ip = client_ip(request.META) if request else None
    if ip and ":" in ip:
        return str(ipaddress.ip_network(f"{ip.partition('%')[0]}/64", strict=False))
    return ip or "nowhere"


class SignInForm(AuthenticationForm):
    """One sentence for every mistake, and how long to wait after many of them."""

    wait_seconds = 0
    error_messages = {
        "invalid_login": "Email address or password is wrong. Passwords distinguish"
        " capitals.",
        "inactive": "Email address or password is wrong. Passwords distinguish"
        " capitals.",
        "too_often": "Too many tries that were wrong. Try again in %(wait)s; a right"
        " password waits as well.",
    }

    def clean(self) -> dict[str, Any]:
        if not {"username", "password"} <= self.cleaned_data.keys():
            return self.cleaned_data  # nothing was guessed: nothing counts or is undone
        account = User.objects.normalize_email(self.cleaned_data.get("username", ""))
        address = address_of(self.request)
        one = Try(account, address, known=has_signed_in(account, address))
        wait = Throttle.objects.take(one)
        if wait.left:
            self.wait_seconds = round(wait.left.total_seconds()) + 1
            raise ValidationError(
                self.error_messages["too_often"], "too_often", {"wait": wait.words}
            )
        try:
            cleaned = super().clean()
        except ValidationError:
            if wait.begun:
                note("held up sign-ins", one)
            raise
        Throttle.objects.take_back(one)
        return cleaned


def has_signed_in(account: str, address: str) -> bool:
    """From there, in the last months."""
    entries = AuditEntry.objects.filter(actor__email=account, verb=SIGNED_IN)
    recent = entries.filter(at__gt=timezone.now() - REMEMBERED)
    return recent.filter(detail__address=address).exists()


def note(verb: str, one: Try, actor: User | None = None) -> None:
    AuditEntry.objects.record(
        actor, verb, subject=one.account[:300], detail={"address": one.address}
    )


class SignIn(LoginView):
    form_class = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        answer = super().form_valid(form)
        user = form.get_user()
        note(SIGNED_IN, Try(user.email, address_of(self.request)), user)
        return answer

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        wait = cast(SignInForm, form).wait_seconds
        answer = self.render_to_response(self.get_context_data(form=form))
        answer.status_code = TOO_OFTEN if wait else INVALID
        if wait:
            answer.headers["Retry-After"] = str(wait)
        return answer


@needs(Right.SETTINGS)
def administration(request: HttpRequest) -> HttpResponse:
    """Instead of a second sign-in, which nothing would throttle."""
    return redirect("admin:index")
