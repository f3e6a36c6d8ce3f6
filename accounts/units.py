"""What the pages call that of which a job does so many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# stored in English; behind a number, whatever it is
UNITS: dict[str, StrOrPromise] = {
    "addresses": pgettext_lazy("how many", "addresses"),
    "bounces": pgettext_lazy("how many", "bounces"),
    "contacts": pgettext_lazy("how many", "contacts"),
    "mails": pgettext_lazy("how many", "mails"),
    "people": pgettext_lazy("how many", "people"),
    "rows": pgettext_lazy("how many", "rows"),
}
