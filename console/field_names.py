"""What the fields of a contact are called where somebody chooses between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NAMES: dict[str, StrOrPromise] = {
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "company": _("Company"),
    "phone": _("Phone"),
    "city": _("City"),
    "country": _("Country"),
    "language": _("Language"),
    "time_zone": _("Time zone"),
    "owner": _("Owner"),
}
