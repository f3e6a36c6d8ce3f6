"""How a brand shows itself to readers: the settings of it, and what they fetch."""

from __future__ import annotations

from csp.constants import NONE, SELF
from csp.decorators import csp, csp_replace
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from accounts.models import AuditEntry
from accounts.pictures import TYPES
from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn
from consent import look
from consent.look_forms import LookForm
from consent.models import Brand, Logo, SubscriptionType

DAY = 24 * 60 * 60
YEAR = 365 * DAY


@needs(Right.SETTINGS, reading=Right.LOOK)
def edit(request: SignedIn, pk: int) -> HttpResponse:
    """Its colour, its logo, and its words in every language."""
    brand = get_object_or_404(Brand, pk=pk)
    form = LookForm(request.POST or None, request.FILES or None, of=brand)
    if request.method == "POST" and form.is_valid():
        detail = {"languages": form.save(), "colour": brand.colour}
        AuditEntry.objects.record(
            request.user, "changed the look of", subject=brand.name, detail=detail
        )
        messages.success(request, _("Saved the look of %(name)s.") % {"name": brand})
        return redirect("consent:look", brand.pk)
    context = {"form": form, "brand": brand}
    status = INVALID if form.is_bound else 200
    return render(request, "consent/brand_look.html", context, status=status)


@needs(Right.LOOK)
@xframe_options_sameorigin
@csp_replace({"frame-ancestors": [SELF]})  # type: ignore[arg-type]
@require_safe
def sample(request: SignedIn, pk: int) -> HttpResponse:
    """A page as readers see it, as it was saved: buttons of it lead nowhere."""
    brand = get_object_or_404(Brand, pk=pk)
    types = SubscriptionType.objects.active().for_readers().filter(brand=brand)
    context = {"brand": brand, "kinds": [one.words for one in types[:3]]}
    return render(request, "consent/brand_sample.html", context)


@login_not_required
@csp({"default-src": [NONE]})  # type: ignore[arg-type]
@cache_control(public=True, max_age=YEAR, immutable=True)
@require_safe
def logo(request: HttpRequest, name: str) -> HttpResponse:
    found = get_object_or_404(Logo, name=name)
    return HttpResponse(found.octets, content_type=TYPES[found.format])


@login_not_required
@cache_control(public=True, max_age=DAY)
@require_safe
def colours(request: HttpRequest, digits: str) -> HttpResponse:
    """What the colour makes of public.css; the same for whoever asks."""
    return HttpResponse(look.stylesheet(f"#{digits}"), content_type="text/css")
