"""Keeping a way to look at the list of contacts, and forgetting it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.races import once_more
from accounts.roles import Right, needs
from accounts.web import SignedIn
from contacts.models import ContactView


class ViewForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    class Meta:
        model = ContactView
        fields = ("name", "query", "is_shared")

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())


@needs(Right.SEE_PEOPLE)
@require_POST
def save(request: SignedIn) -> HttpResponse:
    """Under a name, for oneself or for everybody."""
    form = _saved(request.POST, request.user)
    if form.is_valid():
        messages.success(request, f"Saved the view “{form.instance}”.")
        return redirect(form.instance)
    messages.error(request, " ".join(_said(form)))
    return redirect("contacts:list")


@once_more
def _saved(asked: QueryDict, user: User) -> ViewForm:
    """Saved where it is valid. Of the same name there is one: it is changed."""
    name, is_shared = " ".join(asked.get("name", "").split()), "is_shared" in asked
    mine = ContactView.objects.filter(owner=user, is_shared=is_shared)
    view = mine.filter(name__iexact=name).first() or ContactView(owner=user)
    form = ViewForm(asked, instance=view)
    if form.is_valid():
        form.save()
    return form


def _said(form: ViewForm) -> list[str]:
    """What is wrong, in sentences of its own."""
    if "name" in form.errors:
        return ["Give the view a name of up to 60 letters."]
    if "query" in form.errors:
        return ["These are more columns than a view can keep. Choose fewer."]
    return [str(one) for one in form.non_field_errors()]


@needs(Right.SEE_PEOPLE)
@require_POST
def forget(request: SignedIn, pk: int) -> HttpResponse:
    """One's own; what is shared goes for everybody."""
    view = get_object_or_404(ContactView, pk=pk, owner=request.user)
    view.delete()
    messages.success(request, f"Forgot the view “{view}”.")
    return redirect("contacts:list")
