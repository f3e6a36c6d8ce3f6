"""Who did what: the audit log, with filters and as a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.days import DaysForm
from accounts.models import AuditEntry, AuditEntryQuerySet, User
from accounts.paging import FALLING, keyset
from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn
from consent.tables import csv_lines
from consent.views import tabs

PAGE = 50
COLUMNS = [
    {"label": _("What")},
    {"label": _("Who")},
    {"label": _("When")},
    {"label": _("Details")},
]


class LogForm(DaysForm):
    """Which entries; each word narrows further, and none is needed."""

    q = forms.CharField(required=False, max_length=200, label=_("What, or about whom"))
    who = forms.ModelChoiceField(
        User.objects.order_by("email"),
        required=False,
        label=_("Who"),
        empty_label=_("All"),
    )
    field_order = ("q", "who", "since", "until")

    def entries(self) -> AuditEntryQuerySet:
        asked = self.cleaned_data
        found = self.within(AuditEntry.objects.select_related("actor"))
        if asked["q"]:
            words = asked["q"]
            found = found.filter(Q(verb__icontains=words) | Q(subject__icontains=words))
        if asked["who"]:
            found = found.filter(actor=asked["who"])
        return found


@needs(Right.USERS)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    form = LogForm(request.GET)
    ok = form.is_valid()
    found = form.entries() if ok else AuditEntry.objects.none()
    page = keyset(found, request.GET, PAGE, FALLING)
    context = {
        "form": form,
        "page": page,
        "rows": [(one, _told(one)) for one in page.rows],
        "columns": COLUMNS,
        "asked": any(request.GET.get(name) for name in form.fields),
        "query": request.GET.urlencode(),
        "tabs": tabs("console:log", request.user),
    }
    return render(request, "console/log.html", context, status=200 if ok else INVALID)


def _told(entry: AuditEntry) -> list[tuple[str, str]]:
    """The details in words."""
    return [
        (name.replace("_", " "), _word(value)) for name, value in entry.detail.items()
    ]


def _word(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@needs(Right.USERS)
@require_safe
def export(request: SignedIn) -> HttpResponseBase:
    """The entries that the filters show, as CSV; times in UTC."""
    form = LogForm(request.GET)
    if not form.is_valid():
        return index(request)
    asked = {name: word for name, word in request.GET.items() if word}
    AuditEntry.objects.record(request.user, "exported the audit log", detail=asked)
    answer = StreamingHttpResponse(
        csv_lines(_table(form.entries())), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = 'attachment; filename="audit-log.csv"'
    return answer


def _table(entries: AuditEntryQuerySet) -> Iterator[list[str]]:
    yield ["When (UTC)", "Who", "What", "About", "Details"]
    for one in entries.order_by("-pk").iterator(chunk_size=2_000):
        who = one.actor.email if one.actor else "System"
        detail = json.dumps(one.detail, ensure_ascii=False) if one.detail else ""
        yield [one.at.isoformat(), who, one.verb, one.subject, detail]
