"""Pages of the shell itself: the look a person chose, and the style guide."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from console import styleguide as samples
from console.forms import ShortcutsForm, ThemeForm, way_back


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    form = ThemeForm(request.POST, instance=request.user)
    if form.is_valid():
        form.save()
    return way_back(request)


@require_POST
def shortcuts(request: HttpRequest) -> HttpResponse:
    form = ShortcutsForm(request.POST, instance=request.user)
    if form.is_valid():
        form.save()
    return way_back(request)


def styleguide(request: HttpRequest) -> HttpResponse:
    if not request.user.is_staff:
        raise PermissionDenied
    return render(request, "console/styleguide.html", samples.everything())
