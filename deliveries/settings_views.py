"""Settings: the domains that mail comes from. All may look, administrators act."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.doorbell import ring
from accounts.models import User
from accounts.roles import Right, View, needs
from accounts.web import INVALID, SignedIn
from consent.models import Brand
from consent.views import tabs
from deliveries import loopback
from deliveries.domains import domain_of
from deliveries.models import KeyState, SendingDomain
from deliveries.settings_forms import AllowForm, DomainForm

CHECK = "deliveries.tasks.check_domains"
COLUMNS = [
    {"label": gettext_lazy("Domain")},
    {"label": gettext_lazy("State")},
    {"label": gettext_lazy("What is wrong")},
    {"label": gettext_lazy("Last checked")},
]
# check: what it is called, and what it is for
CHECKS = {
    "dkim": (
        "DKIM",
        gettext_lazy("Signs every mail, the unsubscribe headers with it."),
    ),
    "spf": (
        "SPF",
        gettext_lazy("Says which servers may send. It counts at the return path."),
    ),
    "dmarc": ("DMARC", gettext_lazy("Says what receivers do with mail in your name.")),
    "alignment": (
        gettext_lazy("Alignment"),
        gettext_lazy("Whether the return path belongs to the From domain."),
    ),
    "mx": (
        "MX",
        gettext_lazy("Lets people answer. Outlook and Yahoo look whether they can."),
    ),
    "return_path": (
        gettext_lazy("Return path"),
        gettext_lazy("Where returned mail goes, and opt-outs by mail."),
    ),
}


@needs(Right.LOOK)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    return _index(request, DomainForm())


def _index(request: SignedIn, form: DomainForm) -> HttpResponse:
    known = list(SendingDomain.objects.all())
    context = {
        "domains": known,
        "missing": _missing({one.name for one in known}, request.user),
        "form": form,
        "columns": COLUMNS,
        "local": settings.LOCAL_MODE,
        "tabs": tabs("deliveries:domains", request.user),
    }
    status = INVALID if form.is_bound else 200
    return render(request, "deliveries/domain_list.html", context, status=status)


def _missing(known: set[str], user: User) -> list[tuple[str, str]]:
    """(domain, brand) of the From addresses of brands whose domain was not added."""
    found = {
        domain_of(brand.from_email): brand.name
        for brand in Brand.objects.for_user(user).order_by("-pk")
    }
    return sorted(
        (name, brand) for name, brand in found.items() if name not in known | {""}
    )


@needs(Right.LOOK)
@require_safe
def detail(request: SignedIn, pk: int) -> HttpResponse:
    return show(request, _find(pk), AllowForm())


def show(
    request: SignedIn, domain: SendingDomain, form: AllowForm, status: int = 200
) -> HttpResponse:
    keys = list(domain.keys.order_by("-pk"))
    context = {
        "domain": domain,
        "rows": [_row(one) for one in domain.findings],
        "keys": keys,
        "rotating": any(one.state == KeyState.WAITING for one in keys),
        "form": form,
        "local": settings.LOCAL_MODE,
        "tabs": tabs("deliveries:domains", request.user),
    }
    part = "deliveries/domain_detail.html" + ("#records" if request.htmx else "")
    return render(request, part, context, status=status)


def _row(finding: dict[str, Any]) -> dict[str, Any]:
    label, purpose = CHECKS[finding["check"]]
    level = finding["level"]
    soft = finding["optional"] and level == "bad"
    return {
        **finding,
        "label": f"{label} {finding['selector']}".strip(),
        "purpose": purpose,
        "level": "warn" if soft else level,
    }


def _find(pk: int) -> SendingDomain:
    return get_object_or_404(SendingDomain.objects.select_related("allowed_by"), pk=pk)


def administering(
    verb: Callable[[SignedIn, SendingDomain], HttpResponse],
) -> View:
    """POST by an administrator that does `verb` to one domain."""

    @needs(Right.SETTINGS)
    @require_POST
    @wraps(verb)
    def view(request: SignedIn, pk: int) -> HttpResponse:
        return verb(request, _find(pk))

    return view


@needs(Right.SETTINGS)
@require_POST
def add(request: SignedIn) -> HttpResponse:
    form = DomainForm(request.POST)
    if not form.is_valid():
        return _index(request, form)
    domain = SendingDomain.objects.connect(form.cleaned_data["name"], request.user)
    ring(CHECK)
    messages.success(
        request,
        _("Added %(domain)s. Set its records, then check them.") % {"domain": domain},
    )
    return redirect(domain)


@needs(Right.SEND)
@require_POST
def check(request: SignedIn, pk: int) -> HttpResponse:
    """Look the records up now, in the background."""
    domain = _find(pk)
    domain.want_check()
    ring(CHECK)
    return redirect(domain)


@needs(Right.SEND)
@require_POST
def loop(request: SignedIn, pk: int) -> HttpResponse:
    """A mail to ourselves, judged when it comes back."""
    domain = _find(pk)
    if settings.LOCAL_MODE:
        messages.error(request, _("On this machine mail does not come back."))
    else:
        loopback.send(domain)
        messages.success(request, _("On its way. What came back stands here soon."))
    return redirect(domain)


@administering
def rotate(request: SignedIn, domain: SendingDomain) -> HttpResponse:
    key = domain.rotate(request.user)
    ring(CHECK)
    if key is None:
        messages.error(
            request, _("A new key waits for its record already. Set that one.")
        )
    else:
        messages.success(
            request,
            _("Set the record of %(key)s; then it signs.") % {"key": key.selector},
        )
    return redirect(domain)


@administering
def allow(request: SignedIn, domain: SendingDomain) -> HttpResponse:
    form = AllowForm(request.POST)
    if not form.is_valid():
        return show(request, domain, form, INVALID)
    domain.allow(request.user, form.cleaned_data["reason"])
    messages.warning(
        request, _("%(domain)s may send for 24 hours, for tests.") % {"domain": domain}
    )
    return redirect(domain)


@administering
def remove(request: SignedIn, domain: SendingDomain) -> HttpResponse:
    domain.remove(request.user)
    messages.success(
        request,
        _("Removed %(domain)s. Take its records out of DNS.") % {"domain": domain},
    )
    return redirect("deliveries:domains")
