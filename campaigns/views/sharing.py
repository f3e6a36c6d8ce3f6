"""A preview for people without an account: the links to it, and what they open."""

from __future__ import annotations

from csp.decorators import csp
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn
from campaigns.forms.making import ShareForm
from campaigns.languages import name_of
from campaigns.models import MarketingEmail, SharedPreview
from campaigns.preview import example_values, in_the_inbox, preview_for_strangers
from campaigns.views.request import find, note
from campaigns.views.writing import FRAME_POLICY
from deliveries.languages import languages, spoken
from deliveries.views import private

VIEWS = {
    "": _("Desktop"),
    "phone": pgettext_lazy("device", "Phone"),
    "dark": _("Dark"),
    "text": _("Plain text"),
}
COLUMNS = [
    {"label": _("Link")},
    {"label": pgettext_lazy("when", "Made")},
    {"label": pgettext_lazy("when", "Ends")},
    {"label": _("Actions"), "vh": True},
]


@needs(Right.SEND)
def share(request: SignedIn, pk: int) -> HttpResponse:
    """The links to an email; POST makes one more."""
    email, form = find(pk), ShareForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        SharedPreview.objects.share(email, form.cleaned_data["days"], request.user)
        note(request, "shared a preview of email", email)
        told = gettext("Made a link. Whoever has it sees the email.")
        messages.success(request, told)
        return redirect("campaigns:share", email.pk)
    shared = email.shared.select_related("created_by", "revoked_by").order_by("-pk")
    context = {"email": email, "form": form, "shared": shared, "columns": COLUMNS}
    status = INVALID if form.is_bound else 200
    return render(request, "campaigns/share.html", context, status=status)


@needs(Right.SEND)
@require_POST
def unshare(request: SignedIn, pk: int, number: int) -> HttpResponse:
    """Let a link lead nowhere from now on."""
    shared = get_object_or_404(SharedPreview, email=pk, pk=number)
    if shared.revoke(request.user):
        note(request, "took back a shared preview of email", shared.email)
        told = gettext("Taken back. The link leads nowhere from now on.")
        messages.success(request, told)
    return redirect("campaigns:share", pk)


@login_not_required
@require_safe
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind a link: ?view= and ?language=, and the mail in a frame."""
    found = SharedPreview.objects.at(token)
    if found is None:
        return _over(request)
    email, view, language = found.email, *_looked_at(request, found.email)
    mail = reverse("campaigns:shared_mail", args=[token])
    context = {
        "shared": found,
        "email": email,
        "inbox": in_the_inbox(
            spoken(email.message or email, language), example_values()
        ),
        "view": view,
        "language": language,
        "views": [(key, label, _query(key, language)) for key, label in VIEWS.items()],
        "languages": [
            (one, name_of(one) if one else gettext("Main language"), _query(view, one))
            for one in languages(email.message or email)
        ],
        "frame": mail + _query(view, language),
    }
    return private(render(request, "campaigns/shared.html", context))


@login_not_required
@xframe_options_sameorigin
@csp(FRAME_POLICY)  # type: ignore[arg-type]
@require_safe
def shared_mail(request: HttpRequest, token: str) -> HttpResponse:
    """The mail itself, with sample values for whoever nobody is."""
    found = SharedPreview.objects.at(token)
    if found is None:
        return _over(request)
    view, language = _looked_at(request, found.email)
    return private(HttpResponse(preview_for_strangers(found.email, view, language)))


def _looked_at(request: HttpRequest, email: MarketingEmail) -> tuple[str, str]:
    """How, and in which language of those there are."""
    view, language = request.GET.get("view", ""), request.GET.get("language", "")
    spoken_ones = languages(email.message or email)
    return view if view in VIEWS else "", language if language in spoken_ones else ""


def _query(view: str, language: str) -> str:
    said = {"view": view, "language": language}
    return f"?{urlencode({key: value for key, value in said.items() if value})}"


def _over(request: HttpRequest) -> HttpResponse:
    """The same for a link that ended, was taken back or never was."""
    return private(render(request, "campaigns/shared_over.html", status=404))
