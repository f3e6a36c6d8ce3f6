"""From this day to that one: what logs are narrowed by."""

from __future__ import annotations

import datetime as dt
from typing import Any, TypeVar

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

Rows = TypeVar("Rows", bound="QuerySet[Any]")
DAY = forms.DateInput(attrs={"type": "date"})


class DaysForm(forms.Form):
    """Neither is needed. Days begin where the person who looks is."""

    since = forms.DateField(required=False, label=_("From"), widget=DAY)
    until = forms.DateField(required=False, label=_("To, with that day"), widget=DAY)

    def within(self, rows: Rows) -> Rows:
        """Those whose `at` is in these days."""
        since, until = self.cleaned_data["since"], self.cleaned_data["until"]
        if since:
            rows = rows.filter(at__gte=_midnight(since))
        if until and until < dt.date.max:
            rows = rows.filter(at__lt=_midnight(until + dt.timedelta(days=1)))
        return rows


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), timezone.get_current_timezone())
