"""Is this address blocked, why, since when; and opting somebody out on request."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import AuditEntry
from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn
from consent.addresses import BadAddress, parse
from consent.models import Address
from contacts.models import Contact
from deliveries.underway import in_flight, said
from optouts.forms import OptOutForm
from optouts.lookup import blocks_of
from optouts.models import OptOutImport


@needs(Right.SEE_PEOPLE)
@require_GET
def lookup(request: SignedIn) -> HttpResponse:
    asked = request.GET.get("q", "").strip()
    mine = OptOutImport.objects.for_user(request.user)
    context: dict[str, object] = {
        "q": asked,
        "imports": mine.started().for_list()[:5],
        "columns": [
            {"label": _("Why")},
            {"label": _("Covers")},
            {"label": _("Since")},
            {"label": _("Source")},
            {"label": _("Lifted")},
        ],
    }
    if asked:
        context |= _found(asked)
    return render(request, "optouts/lookup.html", context)


def _found(asked: str) -> dict[str, object]:
    try:
        key = parse(asked).key
    except BadAddress as problem:
        return {"problem": str(problem)}
    address = Address.objects.find(asked)
    blocks = blocks_of(address) if address else []
    return {
        "key": key,
        "address": address,
        "blocks": blocks,
        "is_blocked": any(block.lifted_at is None for block in blocks),
        "contact": Contact.objects.filter(address=address).first() if address else None,
    }


@needs(Right.EDIT)
@require_http_methods(["GET", "POST"])
def opt_out(request: SignedIn) -> HttpResponse:
    """Opt somebody out who asked for it by phone, letter or reply."""
    initial = {"address": request.GET.get("address", "")}
    form = OptOutForm(request.POST or None, initial=initial, user=request.user)
    if request.method == "POST" and form.is_valid():
        key = form.cleaned_data["address"].key
        page = reverse("optouts:list")
        user = request.user
        if form.save(user):
            # without the address in the link: that could not be erased
            AuditEntry.objects.record(
                user, "opted out on request", subject=key, url=page
            )
            found = Address.objects.find(key)
            late = said(in_flight(found.pk)) if found else ""
            messages.success(
                request, f"{_('Opted out %(key)s.') % {'key': key}} {late}".strip()
            )
        else:
            messages.info(request, _("%(key)s was opted out already.") % {"key": key})
        return redirect(f"{page}?{urlencode({'q': key})}")
    status = INVALID if form.is_bound else 200
    return render(request, "optouts/opt_out.html", {"form": form}, status=status)
