"""Numbers as the language that is spoken writes them."""

from __future__ import annotations

from decimal import Decimal

from django.utils import formats
from django.utils.translation import gettext as _


def number(value: float | Decimal) -> str:
    """1,200 in English; of a decimal no more places than it has."""
    shown: float | Decimal = value
    if value == int(value):
        shown = int(value)
    elif isinstance(value, Decimal):
        shown = Decimal(f"{value.normalize():f}")
    return formats.number_format(shown, use_l10n=True, force_grouping=True)


def percent(share: float, places: int) -> str:
    """A share from 0 to 1 with so many places: 0.083 and 1 are 8.3% in English."""
    value = round(100 * share, places)
    return _("%(number)s%%") % {"number": formats.number_format(value, places)}


def percent_briefly(share: float) -> str:
    """With one place, or none where it says nothing: 2.5%, and 3%."""
    return _("%(number)s%%") % {"number": number(round(100 * share, 1))}
