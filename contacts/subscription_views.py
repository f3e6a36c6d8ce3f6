"""Taking back the opt-out of one person, and opting her in."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.limits import narrowed
from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn
from contacts import subscriptions
from contacts.forms import OptInForm
from contacts.models import Contact


@needs(Right.EDIT)
@require_POST
def undo_opt_out(request: SignedIn, pk: int, no_pk: int) -> HttpResponse:
    contact = get_object_or_404(Contact, pk=pk)
    no = get_object_or_404(contact.suppressions().for_user(request.user), pk=no_pk)
    if subscriptions.undo_opt_out(no, request.user):
        messages.success(
            request, _("Took the opt-out of %(name)s back.") % {"name": contact}
        )
    else:
        messages.error(request, _("Only staff opt-outs can be taken back here."))
    return redirect(contact)


@needs(Right.EDIT)
def opt_in(request: SignedIn, pk: int) -> HttpResponse:
    contact = get_object_or_404(Contact, pk=pk)
    asked = {"subscription_type": request.GET.get("type", "")}
    form = narrowed(OptInForm(request.POST or None, initial=asked), request.user)
    if request.method == "POST" and form.is_valid():
        try:
            subscriptions.opt_in(contact, request.user, form.agreement())
        except subscriptions.Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Opted %(name)s in.") % {"name": contact})
            return redirect(contact)
    return render(
        request,
        "contacts/opt_in.html",
        {"form": form, "contact": contact},
        status=INVALID if form.errors else 200,
    )
