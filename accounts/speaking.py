"""In which language a reader is spoken to.

What was chosen on the page wins, then what is known of the person, then what the
browser asks for, then the account's own. The choice stands in the address of the page
(?lang=fi) and nowhere else: no cookie, no redirect.
"""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from accounts.account import Account
from accounts.languages import known

CHOICE = "lang"


def chosen(request: HttpRequest) -> str:
    """The language that the address of the page names; "" for none of ours."""
    try:
        return known(str(request.GET.get(CHOICE, "")))
    except SuspiciousOperation:  # an address with thousands of values
        return ""


def wanted(request: HttpRequest) -> str:
    """The first of ours that the browser asks for (RFC 9110, 12.5.4); "" for none."""
    header = request.headers.get("Accept-Language", "")
    codes = (known(code) for code, _ in parse_accept_lang_header(header))
    return next(filter(None, codes), "")


def speak(request: HttpRequest, own: str = "") -> None:
    """Speak so for the rest of this request. `own`: what is known of the reader."""
    language = chosen(request) or known(own) or wanted(request)
    translation.activate(language or Account.current().language)


def console_language(request: HttpRequest) -> str:
    """Of a page of the console: what whoever is signed in chose; at its doors, where
    nobody is known yet, what the browser asks for."""
    if request.user.is_authenticated:
        return request.user.language
    return wanted(request) or settings.LANGUAGE_CODE


def kept(request: HttpRequest, url: str) -> str:
    """`url` in the language that was chosen on this page, if one was."""
    language = chosen(request)
    return f"{url}?{CHOICE}={language}" if language else url
