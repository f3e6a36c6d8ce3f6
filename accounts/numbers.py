"""Numbers as the language that is spoken writes them."""

from __future__ import annotations

from decimal import Decimal

from django.utils import formats


def number(value: float | Decimal) -> str:
    """1,200 in English; of a decimal no more places than it has."""
    shown: float | Decimal = value
    if value == int(value):
        shown = int(value)
    elif isinstance(value, Decimal):
        shown = Decimal(f"{value.normalize():f}")
    return formats.number_format(shown, use_l10n=True, force_grouping=True)
