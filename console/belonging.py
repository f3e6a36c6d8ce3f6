"""Why is this person in that segment, or why not: asked from her record."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn
from contacts.models import Contact
from segments.forms import WhichForm
from segments.why import standing


@needs(Right.SEE_PEOPLE)
@require_safe
def why(request: SignedIn, pk: int) -> HttpResponse:
    contact = get_object_or_404(Contact, pk=pk)
    form = WhichForm(request.GET or None)
    context: dict[str, Any] = {"contact": contact, "form": form}
    if form.is_valid():
        context |= standing(form.cleaned_data["segment"], contact)
    code = INVALID if form.errors else 200
    return render(request, "console/why.html", context, status=code)
