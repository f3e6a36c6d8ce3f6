"""The count of the builder, for people who listen."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.numbers import number
from segments.counting import Counted


def spoken(total: Counted, emptied: str, unfinished: int) -> str:
    """“4,118 contacts match. 1 condition is not finished”; `emptied`: why nobody is
    left."""
    found = _matching(total)
    if not total.number and not total.about:
        found = f"{_('Nobody matches.')} {emptied}".strip()
    if not unfinished:
        return found
    more = ngettext(
        "%(count)s condition is not finished",
        "%(count)s conditions are not finished",
        unfinished,
    )
    return f"{found.rstrip('.')}. {more % {'count': unfinished}}"


def _matching(total: Counted) -> str:
    if total.about:
        said = ngettext(
            "About %(count)s contact matches",
            "About %(count)s contacts match",
            total.number,
        )
    else:
        said = ngettext(
            "%(count)s contact matches", "%(count)s contacts match", total.number
        )
    return said % {"count": number(total.number)}
