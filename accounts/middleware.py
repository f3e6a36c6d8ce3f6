"""What every request has to pass before a view sees it."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone, translation

from accounts.account import read_once
from accounts.speaking import chosen, console_language, wanted


class RefuseNulls:
    """Answers 400 to a U+0000 in the query or the form of a signed-in person.

    PostgreSQL cannot store or compare one, and no browser's own field sends one. The
    public pages take any body at all: whoever wants to leave leaves (RFC 8058).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, *_: Any) -> None:
        """Beside the check of the form's token, which reads the form as well."""
        if getattr(view, "csrf_exempt", False):
            return
        for values in (request.GET, request.POST):
            if any("\0" in text for _, texts in values.lists() for text in texts):
                raise BadRequest("A null character is not text.")


class AccountClock:
    """Tells a signed-in person every time as it is where she is, or else the account.

    Public pages stay with UTC, which they say: they do not look who is asking. However
    often a page asks for the account, it is read once.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        timezone.deactivate()  # whatever the request before left on this thread
        with read_once():
            return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, *_: Any) -> None:
        if getattr(view, "login_required", True):
            zone = getattr(request.user, "zone", None)
            timezone.activate(zoneinfo.ZoneInfo(zone or "UTC"))


class AskForSecondFactor:
    """Leads whoever lacks the second factor that the account asks of everybody to the
    page where it is set up, and to no other."""

    OPEN = frozenset(
        {
            "console:second_factor",
            "console:second_factor_begin",
            "console:second_factor_setup",
            "console:passkey_new",
            "console:passkey_ask",
            "console:proof",
            "console:theme",
            "logout",
        }
    )

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, *_: Any
    ) -> HttpResponseBase | None:
        if not getattr(view, "login_required", True):
            return None
        match = request.resolver_match
        if not getattr(request.user, "lacks_factor", False):
            return None
        if match and match.view_name in self.OPEN:
            return None
        return redirect("console:second_factor")


class SpokenLanguage:
    """Speaks to everybody in their language; never redirects and sets no cookie.

    A page of the console speaks the language that whoever is signed in chose, the doors
    to it what the browser asks for. A page for readers says more (accounts.speaking),
    and where an address leads nowhere it is what the browser asks for. What programs
    read and the administration stay in English.
    """

    OPEN = frozenset(
        {
            "login",
            "second_step",
            "second_step_passkey",
            "second_step_ask",
            "passkey_sign_in",
            "passkey_ask",
            "join",
        }
    )

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        language = chosen(request) or wanted(request) or settings.LANGUAGE_CODE
        with translation.override(language):
            return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, *_: Any) -> None:
        translation.activate(
            console_language(request)
            if self._is_console(request, view)
            else settings.LANGUAGE_CODE
        )

    def _is_console(self, request: HttpRequest, view: Any) -> bool:
        match = request.resolver_match
        if match is None or match.app_name == "admin":
            return False
        return getattr(view, "login_required", True) or match.view_name in self.OPEN
