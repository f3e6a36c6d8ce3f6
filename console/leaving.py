"""Opting one person out from her record, and what was on its way to her."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.roles import Right, needs
from accounts.web import SignedIn
from consent.models import SubscriptionType
from contacts import subscriptions
from contacts.models import Contact
from deliveries.underway import in_flight, said


@needs(Right.EDIT)
@require_POST
def opt_out(request: SignedIn, pk: int) -> HttpResponse:
    contact = get_object_or_404(Contact, pk=pk)
    one = None
    if type_id := request.POST.get("type"):
        key = type_id if type_id.isdecimal() else 0
        mine = SubscriptionType.objects.for_user(request.user)
        one = get_object_or_404(mine, pk=key)
    no = subscriptions.opt_out(contact, request.user, one)
    if no is None:
        messages.info(request, _already(contact, one))
        return redirect(contact)
    late = said(in_flight(no.address_id))
    undo = reverse("contacts:undo_opt_out", args=[contact.pk, no.pk])
    sentence = f"{_done(contact, one)} {late}".strip()
    messages.success(request, sentence, extra_tags=f"undo:{undo}")
    return redirect(contact)


def _already(contact: Contact, one: SubscriptionType | None) -> str:
    if one is None:
        said = _("%(contact)s was opted out of all marketing already.")
        return said % {"contact": contact}
    said = _("%(contact)s was opted out of “%(type)s” already.")
    return said % {"contact": contact, "type": one}


def _done(contact: Contact, one: SubscriptionType | None) -> str:
    if one is None:
        return _("Opted %(contact)s out of all marketing.") % {"contact": contact}
    said = _("Opted %(contact)s out of “%(type)s”.")
    return said % {"contact": contact, "type": one}
