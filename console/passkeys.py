"""One's own passkeys: added, renamed, taken off the list."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import AuditEntry, Passkey
from accounts.passkeys import Refused, Site
from accounts.races import kept
from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn
from console.ceremonies import AnswerForm, hand_out, refusal, take_in
from console.proof import proven
from console.second_factor import why_kept
from console.signing_in import is_fresh

NEW = "a new passkey"
STALE = _("You signed in a while ago. Load this page again and show your password.")


class NameForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Passkey
        fields: ClassVar = ["name"]
        labels: ClassVar = {"name": _("Name")}
        help_texts: ClassVar = {
            "name": _(
                "By which you know the device, such as Laptop or Key on the ring."
            )
        }
        error_messages: ClassVar = {"name": {"required": _("Give it a name first.")}}

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        others = Passkey.objects.filter(user=self.instance.user_id, name__iexact=name)
        if others.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(
                gettext("You have a passkey of that name already.")
            )
        return name


class NewForm(NameForm, AnswerForm):
    """The name, and what the device made."""


def _form(request: SignedIn) -> NewForm:
    typed = request.POST if request.method == "POST" else None
    return NewForm(typed, instance=Passkey(user=request.user))


@needs(Right.LOOK)
@never_cache
@require_http_methods(["GET", "POST"])
@proven
def create(request: SignedIn) -> HttpResponse:
    form = _form(request)
    if request.method == "POST" and form.is_valid():
        try:
            added = kept(form, lambda: _add(request, form))
        except Refused as problem:
            form.add_error(None, str(problem))
        else:
            if added:
                messages.success(
                    request,
                    gettext("“%(passkey)s” lets you in from now on.")
                    % {"passkey": added},
                )
                return redirect("console:second_factor")
    context = {"form": form, "site": Site.here()}
    status = INVALID if form.is_bound else 200
    return render(request, "console/passkey_new.html", context, status=status)


def _add(request: SignedIn, form: NewForm) -> Passkey:
    told = form.cleaned_data
    challenge = take_in(request, NEW)
    added = Passkey.objects.add(
        request.user.pk, told["name"], told["answer"], challenge
    )
    AuditEntry.objects.record(request.user, "added a passkey", subject=added.name)
    return added


@needs(Right.LOOK)
@require_POST
def ask(request: SignedIn) -> HttpResponse:
    """What the device is asked to make, once the name is a good one."""
    if not is_fresh(request):
        return refusal(str(STALE), INVALID)
    form = _form(request)
    if not form.is_valid():
        return refusal(str(next(iter(form.errors.values()))[0]), INVALID)
    user = request.user
    return hand_out(request, NEW, Passkey.objects.ask_for_new(user.pk, user.email))


@needs(Right.LOOK)
@require_http_methods(["GET", "POST"])
def rename(request: SignedIn, pk: int) -> HttpResponse:
    passkey = get_object_or_404(Passkey, pk=pk, user=request.user)
    before = passkey.name
    form = NameForm(request.POST or None, instance=passkey)
    valid = request.method == "POST" and form.is_valid()
    if valid and kept(form, lambda: _rename(request, form, before)):
        messages.success(
            request, gettext("It is called “%(passkey)s” now.") % {"passkey": passkey}
        )
        return redirect("console:second_factor")
    context = {"form": form, "before": before}
    status = INVALID if form.is_bound else 200
    return render(request, "console/passkey_name.html", context, status=status)


def _rename(request: SignedIn, form: NameForm, before: str) -> bool:
    passkey = form.instance
    passkey.save(update_fields=["name"])
    detail = {"from": before}
    AuditEntry.objects.record(
        request.user, "renamed a passkey", subject=passkey.name, detail=detail
    )
    return True


@needs(Right.LOOK)
@require_http_methods(["GET", "POST"])
@proven
def remove(request: SignedIn, pk: int) -> HttpResponse:
    passkey = get_object_or_404(Passkey, pk=pk, user=request.user)
    problem = why_kept(request.user, passkey)
    if request.method == "POST" and not problem:
        passkey.delete()
        AuditEntry.objects.record(
            request.user, "removed a passkey", subject=passkey.name
        )
        messages.success(
            request,
            gettext("“%(passkey)s” lets nobody in any more.") % {"passkey": passkey},
        )
        return redirect("console:second_factor")
    context = {"passkey": passkey, "problem": problem}
    status = INVALID if problem and request.method == "POST" else 200
    return render(request, "console/passkey_remove.html", context, status=status)
