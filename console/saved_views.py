"""Keeping a way to look at a list, and forgetting it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.races import once_more
from accounts.roles import Right, needs
from accounts.saved_views import Page, SavedView
from accounts.web import SignedIn


class ViewForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    class Meta:
        model = SavedView
        fields = ("page", "name", "query", "is_shared")

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())


@needs(Right.SEE_PEOPLE)
@require_POST
def save(request: SignedIn) -> HttpResponse:
    """Under a name, for oneself or for everybody."""
    form = _saved(request.POST, request.user)
    if form.is_valid():
        messages.success(
            request, _("Saved the view “%(view)s”.") % {"view": form.instance}
        )
        return redirect(form.instance)
    messages.error(request, " ".join(_said(form)))
    page = request.POST.get("page")
    return redirect(page if page in Page.values else "console:overview")


@once_more
def _saved(asked: QueryDict, user: User) -> ViewForm:
    """Saved where it is valid. Of the same name there is one: it is changed."""
    name, is_shared = " ".join(asked.get("name", "").split()), "is_shared" in asked
    mine = SavedView.objects.filter(owner=user, page=asked.get("page", ""))
    same = mine.filter(name__iexact=name, is_shared=is_shared)
    form = ViewForm(asked, instance=same.first() or SavedView(owner=user))
    if form.is_valid():
        form.save()
    return form


def _said(form: ViewForm) -> list[str]:
    """What is wrong, in sentences of its own."""
    if "page" in form.errors:
        return [_("Views are kept of the lists that offer it. Open one of them.")]
    if "name" in form.errors:
        return [_("Give the view a name of up to 60 letters.")]
    if "query" in form.errors:
        return [_("These are more columns than a view can keep. Choose fewer.")]
    return [str(one) for one in form.non_field_errors()]


@needs(Right.SEE_PEOPLE)
@require_POST
def forget(request: SignedIn, pk: int) -> HttpResponse:
    """One's own; what is shared goes for everybody."""
    view = get_object_or_404(SavedView, pk=pk, owner=request.user)
    view.delete()
    messages.success(request, _("Forgot the view “%(view)s”.") % {"view": view})
    return redirect(view.page)
