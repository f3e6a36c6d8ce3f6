"""Opting one person out, taking that back, and opting her in."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.web import INVALID, SignedIn
from consent.models import SubscriptionType
from contacts import subscriptions
from contacts.forms import OptInForm
from contacts.models import Contact


@require_POST
def opt_out(request: SignedIn, pk: int) -> HttpResponse:
    contact = get_object_or_404(Contact, pk=pk)
    one = None
    if type_id := request.POST.get("type"):
        one = get_object_or_404(SubscriptionType, pk=type_id)
    no = subscriptions.opt_out(contact, request.user, one)
    what = f"“{one}”" if one else "all marketing"
    if no:
        undo = reverse("contacts:undo_opt_out", args=[contact.pk, no.pk])
        messages.success(
            request, f"Opted {contact} out of {what}.", extra_tags=f"undo:{undo}"
        )
    else:
        messages.info(request, f"{contact} was opted out of {what} already.")
    return redirect(contact)


@require_POST
def undo_opt_out(request: SignedIn, pk: int, no_pk: int) -> HttpResponse:
    contact = get_object_or_404(Contact, pk=pk)
    no = get_object_or_404(contact.suppressions(), pk=no_pk)
    if subscriptions.undo_opt_out(no, request.user):
        messages.success(request, f"Took the opt-out of {contact} back.")
    else:
        messages.error(request, "Only staff opt-outs can be taken back here.")
    return redirect(contact)


def opt_in(request: SignedIn, pk: int) -> HttpResponse:
    contact = get_object_or_404(Contact, pk=pk)
    asked = {"subscription_type": request.GET.get("type", "")}
    form = OptInForm(request.POST or None, initial=asked)
    if request.method == "POST" and form.is_valid():
        try:
            subscriptions.opt_in(contact, request.user, form.agreement())
        except subscriptions.Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"Opted {contact} in.")
            return redirect(contact)
    return render(
        request,
        "contacts/opt_in.html",
        {"form": form, "contact": contact},
        status=INVALID if form.errors else 200,
    )
