"""The Outbox: what the mail catcher of the local mode took in, to be read here."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.numbers import number
from accounts.paging import FALLING, keyset
from accounts.roles import Right, needs
from accounts.web import SignedIn
from deliveries.letters import Letter
from deliveries.models import CaughtMail, CaughtMailQuerySet
from deliveries.redaction import without_sign_in

PAGE = 50
COLUMNS = [
    {"label": _("Recipient")},
    {"label": _("Subject")},
    {"label": pgettext_lazy("when", "Sent")},
]

# A mail brings its own styles and nothing else; its links open beside the frame.
FRAME: dict[str, Any] = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "frame-ancestors": [SELF],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
}
QUIET = FRAME | {"img-src": ["data:"]}
WITH_IMAGES = FRAME | {"img-src": ["data:", "http:", "https:"]}

View = Callable[..., HttpResponseBase]


def local_only(view: View) -> View:
    """There is no Outbox on a server that sends real mail."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **values: Any) -> HttpResponseBase:
        if not settings.LOCAL_MODE:
            raise Http404
        return view(request, *args, **values)

    return shown


@needs(Right.SEE_PEOPLE, every_brand=True)
@local_only
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Newest first; `back` lists what came back to us."""
    text = request.GET.get("q", "").strip()[:100]
    is_back = "back" in request.GET
    mails = chosen(text, is_back=is_back).defer("raw")
    context = {
        "page": keyset(mails, request.GET, PAGE, FALLING),
        "columns": COLUMNS,
        "text": text,
        "is_back": is_back,
        "tabs": tabs(is_back=is_back),
    }
    return render(request, "console/outbox.html", context)


def chosen(text: str, *, is_back: bool) -> CaughtMailQuerySet:
    mails = CaughtMail.objects.filter(is_report=is_back)
    return mails.search(text) if text else mails


def tabs(*, is_back: bool) -> list[dict[str, Any]]:
    return [
        {"label": _("Sent"), "url": "?", "current": not is_back},
        {"label": _("Came back"), "url": "?back=1", "current": is_back},
    ]


@needs(Right.SEE_PEOPLE, every_brand=True)
@local_only
@require_safe
def detail(request: SignedIn, pk: int) -> HttpResponse:
    mail = get_object_or_404(CaughtMail, pk=pk)
    octets = octets_for(request.user, mail)
    with_images = "images" in request.GET
    frame = "console:outbox_images" if with_images else "console:outbox_html"
    context = {
        "mail": mail,
        "letter": Letter.of(octets),
        "is_redacted": octets != bytes(mail.raw),
        "frame": reverse(frame, args=[pk]),
        "with_images": with_images,
    }
    return render(request, "console/outbox_mail.html", context)


@needs(Right.SEE_PEOPLE, every_brand=True)
@local_only
@require_safe
@xframe_options_sameorigin
@csp(QUIET)  # type: ignore[arg-type]
def html(request: SignedIn, pk: int) -> HttpResponse:
    """The mail in its frame, nothing loaded from elsewhere."""
    return framed(letter_for(request.user, pk).quiet_html)


@needs(Right.SEE_PEOPLE, every_brand=True)
@local_only
@require_safe
@xframe_options_sameorigin
@csp(WITH_IMAGES)  # type: ignore[arg-type]
def html_with_images(request: SignedIn, pk: int) -> HttpResponse:
    """The same with its images, as in a mail program: that counts as an open."""
    return framed(letter_for(request.user, pk).framed_html)


def letter_for(user: User, pk: int) -> Letter:
    return Letter.of(octets_for(user, get_object_or_404(CaughtMail, pk=pk)))


def octets_for(user: User, mail: CaughtMail) -> bytes:
    """Whoever may invite users sees the links that set a password; to others they
    would be a way to sign in as somebody else."""
    octets = bytes(mail.raw)
    return octets if user.may(Right.USERS) else without_sign_in(octets)


def framed(document: str) -> HttpResponse:
    return HttpResponse(document, headers={"Referrer-Policy": "no-referrer"})


@needs(Right.SEE_PEOPLE, every_brand=True)
@local_only
@require_safe
def raw(request: SignedIn, pk: int) -> HttpResponse:
    mail = get_object_or_404(CaughtMail, pk=pk)
    name = f'attachment; filename="mail-{pk}.eml"'
    return HttpResponse(
        octets_for(request.user, mail),
        content_type="message/rfc822",
        headers={"Content-Disposition": name},
    )


@needs(Right.EDIT, every_brand=True)
@local_only
@require_POST
def clear(request: HttpRequest) -> HttpResponse:
    count = CaughtMail.objects.all().delete()[0]
    messages.success(
        request,
        ngettext(
            "Emptied the Outbox: %(count)s mail is gone.",
            "Emptied the Outbox: %(count)s mails are gone.",
            count,
        )
        % {"count": number(count)},
    )
    return redirect("console:outbox")
