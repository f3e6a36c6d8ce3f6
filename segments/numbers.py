"""Numbers as the language that is spoken writes them. Pure."""

from __future__ import annotations

from decimal import Decimal

from django.utils import formats


def number(value: int | Decimal) -> str:
    """1,200 in English; of a decimal no more places than it has."""
    whole = int(value)
    plain = whole if value == whole else Decimal(f"{value.normalize():f}")  # type: ignore[union-attr]
    return formats.number_format(plain, use_l10n=True, force_grouping=True)
