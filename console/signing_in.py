"""The way in: the form, how often it may be tried, and what is written down."""

from __future__ import annotations

import datetime as dt
import ipaddress
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import AuditEntry, SecondFactor, Throttle, User
from accounts.passkeys import Site
from accounts.roles import Right, needs
from accounts.throttle import Try
from accounts.web import INVALID
from consent.visitors import client_ip

TOO_OFTEN = 429
SIGNED_IN = "signed in"
REMEMBERED = dt.timedelta(days=90)
# where a session keeps who has shown the password, and how long the code may take
HALF_IN = "half_in"
HALF_FOR = dt.timedelta(minutes=10)
# where it keeps when she last showed that it is she, and for how long that is enough
FRESH, FRESH_FOR = "fresh", dt.timedelta(minutes=10)
WRONG = _("Email address or password is wrong. Passwords distinguish capitals.")
TOO_LATE = _("That took too long. Sign in again.")


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
        "invalid_login": WRONG,
        "inactive": WRONG,
        "too_often": _(
            "Too many tries that were wrong. Try again in %(wait)s; a right password"
            " waits as well."
        ),
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


def note(verb: str, one: Try, actor: User | None = None, **detail: str) -> None:
    told = {"address": one.address, **detail}
    AuditEntry.objects.record(actor, verb, subject=one.account[:300], detail=told)


def show_fresh(request: HttpRequest) -> None:
    request.session[FRESH] = timezone.now().timestamp()


def is_fresh(request: HttpRequest) -> bool:
    """Whether she showed a moment ago that it is she, so that what lasts may change."""
    age: float = timezone.now().timestamp() - request.session.get(FRESH, 0)
    return age < FRESH_FOR.total_seconds()


def password_problem(request: HttpRequest, user: User, password: str) -> str:
    """Why this does not show that it is she; "" when it does. A try like any other."""
    one = Try(user.email, address_of(request))
    wait = Throttle.objects.take(one)
    if wait.left:
        return gettext("Too many tries that were wrong. Try again in %(wait)s.") % {
            "wait": wait.words
        }
    if user.check_password(password):
        Throttle.objects.take_back(one)
        return ""
    if wait.begun:
        note("held up sign-ins", one)
    return gettext("That is not your password. Passwords distinguish capitals.")


def admit(request: HttpRequest, user: User, **detail: str) -> None:
    """She is in; `detail`: by what, for the audit log."""
    login(request, user, backend="accounts.backends.AccountBackend")
    show_fresh(request)
    note(SIGNED_IN, Try(user.email, address_of(request)), user, **detail)


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(
            {"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}
        ),
        error_messages={"required": _("Type the six digits that the app shows.")},
    )


def ask_for_second(request: HttpRequest, user: User, following: str) -> HttpResponse:
    """The password was right; nobody is in before the second factor is, too."""
    request.session[HALF_IN] = {
        "user": user.pk,
        "hash": user.get_session_auth_hash(),
        "at": timezone.now().timestamp(),
        "next": following,
    }
    return redirect("second_step")


def half_in(request: HttpRequest) -> User | None:
    """Whose password was right a moment ago, and still is."""
    half = request.session.get(HALF_IN)
    if not half or timezone.now().timestamp() - half["at"] > HALF_FOR.total_seconds():
        return None
    user = User.objects.filter(pk=half["user"], is_active=True).first()
    is_hers = user and user.get_session_auth_hash() == half["hash"]
    return user if is_hers else None


def proof_problem(request: HttpRequest, user: User, code: str) -> str:
    """Why this code does not prove that it is she; "" when it does. Counts as a try,
    apart from those of the password."""
    one = Try(f"code:{user.email}", address_of(request))
    wait = Throttle.objects.take(one)
    if wait.left:
        return gettext("Too many codes that were wrong. Try again in %(wait)s.") % {
            "wait": wait.words
        }
    factor = SecondFactor.objects.of(user.pk)
    if factor and factor.accepts(code):
        Throttle.objects.take_back(one)
        return ""
    if wait.begun:
        note("held up codes of a second factor", one)
    return gettext(
        "That code is wrong, or was used. Try the one that the app shows next."
    )


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """Behind the password: the code of the app, or one on paper, or a passkey."""
    user = half_in(request)
    if user is None:
        messages.info(request, TOO_LATE)
        return redirect("login")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        problem = proof_problem(request, user, form.cleaned_data["code"])
        if not problem:
            return let_in(request, user)
        form.add_error("code", problem)
    return ask_again(request, user, form, status=INVALID if form.is_bound else 200)


def ask_again(
    request: HttpRequest, user: User, form: CodeForm, *, problem: str = "", status: int
) -> HttpResponse:
    """The page of the second step, with what she may show there."""
    context = {
        "form": form,
        "problem": problem,
        "has_app": SecondFactor.objects.of(user.pk) is not None,
        "has_passkey": user.passkeys.exists(),
        "site": Site.here(),
    }
    return render(request, "registration/second_step.html", context, status=status)


def let_in(request: HttpRequest, user: User, **detail: str) -> HttpResponse:
    following = request.session.pop(HALF_IN)["next"]
    admit(request, user, **detail)
    return redirect(following)


class SignIn(LoginView):
    form_class = SignInForm
    redirect_authenticated_user = True
    extra_context = {"site": Site.here}

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        user = form.get_user()
        if user.has_second_factor:
            return ask_for_second(self.request, user, self.get_success_url())
        admit(self.request, user)
        return redirect(self.get_success_url())

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
