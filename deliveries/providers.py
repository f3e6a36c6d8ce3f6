"""Which mailbox provider an address belongs to, by its domain.

Only what the domain itself says: a company that has its mail at one of these under
a domain of its own counts as "other" here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Case, Q, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

OTHER = "other"

# provider: (whole domains, beginnings of domains with many endings)
PROVIDERS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "gmail": (("gmail.com", "googlemail.com"), ()),
    "outlook": (
        ("msn.com", "passport.com", "windowslive.com"),
        ("outlook.", "hotmail.", "live."),
    ),
    "yahoo": (
        ("aol.com", "aim.com", "myyahoo.com", "rocketmail.com", "ymail.com"),
        ("yahoo.",),
    ),
    "icloud": (("icloud.com", "me.com", "mac.com"), ()),
    "proton": (("proton.me", "protonmail.com", "pm.me", "protonmail.ch"), ()),
    "gmx": (("web.de", "mail.com"), ("gmx.",)),
    "zoho": (("zoho.com", "zohomail.com", "zoho.eu", "zohomail.eu"), ()),
    "yandex": (("ya.ru",), ("yandex.",)),
    "mail.ru": (("mail.ru", "bk.ru", "inbox.ru", "list.ru"), ()),
}

LABELS = {
    "gmail": "Gmail",
    "outlook": "Outlook and Hotmail",
    "yahoo": "Yahoo and AOL",
    "icloud": "iCloud",
    "proton": "Proton",
    "gmx": "GMX and web.de",
    "zoho": "Zoho",
    "yandex": "Yandex",
    "mail.ru": "Mail.ru",
    OTHER: "Others",
}
# as people are told of them; what is stored says LABELS
SHOWN: dict[str, StrOrPromise] = {
    **LABELS,
    "outlook": _("Outlook and Hotmail"),
    "yahoo": _("Yahoo and AOL"),
    "gmx": _("GMX and web.de"),
    OTHER: pgettext_lazy("mailbox providers", "Others"),
}


def shown(provider: str) -> StrOrPromise:
    """What a provider is called; the key itself where it has no name."""
    return SHOWN.get(provider, provider)


def provider_of(domain: str) -> str:
    """The provider's key, `other` where the domain does not tell."""
    for key, (domains, beginnings) in PROVIDERS.items():
        if domain in domains or domain.startswith(beginnings or ("\0",)):
            return key
    return OTHER


def provider_case(column: str) -> Case:
    """The same in the database, for the domain in `column`."""
    whens: list[Any] = []
    for key, (domains, beginnings) in PROVIDERS.items():
        condition = Q((f"{column}__in", domains))
        for beginning in beginnings:
            condition |= Q((f"{column}__startswith", beginning))
        whens.append(When(condition, then=Value(key)))
    return Case(*whens, default=Value(OTHER), output_field=models.TextField())
