"""Pages of the shell itself: the look a person chose, and the style guide."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm
from django.contrib.auth.views import PasswordChangeView, PasswordResetConfirmView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import AuditEntry, User
from accounts.roles import Right, needs
from accounts.speaking import console_language
from accounts.web import INVALID, SignedIn
from console import styleguide as samples
from console.forms import LanguageForm, ShortcutsForm, ThemeForm, way_back
from console.signing_in import ask_for_second, password_problem, show_fresh


@needs(Right.LOOK)
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    form = ThemeForm(request.POST, instance=request.user)
    if form.is_valid():
        form.save()
    return way_back(request)


@needs(Right.LOOK)
@require_POST
def shortcuts(request: HttpRequest) -> HttpResponse:
    form = ShortcutsForm(request.POST, instance=request.user)
    if form.is_valid():
        form.save()
    return way_back(request)


@needs(Right.LOOK)
@require_http_methods(["GET", "POST"])
def language(request: SignedIn) -> HttpResponse:
    """What somebody reads and where she is, so that pages speak and tell times so."""
    form = LanguageForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        translation.activate(console_language(request))
        messages.success(request, gettext("Saved. Your pages speak and tell times so."))
        return redirect("console:language")
    status = INVALID if form.errors else 200
    return render(request, "console/language.html", {"form": form}, status=status)


class OwnPasswordForm(PasswordChangeForm):
    """The old password is a try like one at the door, and counted as one."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_old_password(self) -> str:
        typed: str = self.cleaned_data["old_password"]
        if problem := password_problem(self.request, self.user, typed):
            raise ValidationError(problem)
        return typed


class ChangePassword(PasswordChangeView):
    """The old password, and twice the new one. Other browsers are signed out."""

    form_class = OwnPasswordForm
    template_name = "console/password.html"
    success_url = reverse_lazy("console:overview")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "request": self.request}

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        answer = super().form_valid(form)
        AuditEntry.objects.record(form.user, "changed the password")
        sentence = gettext("Your password is changed. Other browsers are signed out.")
        messages.success(self.request, sentence)
        return answer

    def form_invalid(self, form: PasswordChangeForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=INVALID)


class Join(PasswordResetConfirmView):
    """Behind the link that was mailed: the password of somebody who then is in."""

    template_name = "registration/join.html"
    success_url = reverse_lazy("console:overview")
    post_reset_login = True
    title = _("Set your password")

    def get_user(self, uidb64: str) -> User | None:
        user = super().get_user(uidb64)
        return user if user and user.is_active else None

    def form_valid(self, form: SetPasswordForm[User]) -> HttpResponse:
        has_factor = form.user.has_second_factor
        self.post_reset_login = not has_factor
        answer = super().form_valid(form)
        AuditEntry.objects.record(form.user, "set a password by the mailed link")
        if has_factor:
            return ask_for_second(self.request, form.user, str(self.success_url))
        show_fresh(self.request)
        messages.success(
            self.request, gettext("Your password is set, and you are signed in.")
        )
        return answer

    def form_invalid(self, form: SetPasswordForm[User]) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=INVALID)


@needs(Right.SETTINGS)
def styleguide(request: HttpRequest) -> HttpResponse:
    return render(request, "console/styleguide.html", samples.everything())
