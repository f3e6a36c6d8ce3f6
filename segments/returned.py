"""Kinds and categories of bounces, as their judge writes them on a delivery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from deliveries.bounce_names import NAMES

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

BOUNCE_KINDS: tuple[tuple[str, StrOrPromise], ...] = (
    ("hard", _("Hard bounce")),
    ("soft", _("Soft bounce")),
    ("block", _("Blocked")),
    ("complaint", _("Spam complaint")),
)
BOUNCE_CATEGORIES: tuple[tuple[str, StrOrPromise], ...] = tuple(
    (key, capfirst(name)) for key, name in NAMES.items()
)
