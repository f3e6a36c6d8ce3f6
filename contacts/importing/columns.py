"""What a column of a file can be, and the best guess from its heading and content.

A target is a word: a field of Contact or of its engagement, "agreed" with its when and
where, "opted_out" (from everything), "type:<id>" (opted out of one subscription type),
"bounce_reason", "property:<id>", or "new:<kind>" for a property to be made. "" leaves a
column out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from consent import tables
from consent.models import SubscriptionType
from contacts.models import PropertyDefinition
from contacts.properties import Kind

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

EMAIL = "email"


@dataclass(frozen=True)
class Target:
    """One thing a column can be; `headings` are other names for it, normalised."""

    key: str
    label: StrOrPromise
    headings: tuple[str, ...] = ()


PERSON = (
    Target(
        EMAIL,
        _("Email address"),
        ("email", "e mail", "mail", "email address", "e mail address", "sähköposti"),
    ),
    Target("first_name", _("First name"), ("firstname", "given name", "forename")),
    Target("last_name", _("Last name"), ("lastname", "surname", "family name")),
    Target(
        "company",
        _("Company"),
        ("company name", "organisation", "organization", "account"),
    ),
    Target("phone", _("Phone"), ("phone number", "telephone", "mobile phone number")),
    Target("city", _("City"), ("town",)),
    Target("country", _("Country"), ("country region", "country/region", "land")),
    Target("language", _("Language"), ("preferred language", "hs language")),
    Target("time_zone", _("Time zone"), ("timezone", "hs timezone")),
    Target("owner_id", _("Owner"), ("contact owner", "hubspot owner", "owner email")),
)
# Headings as the exports of common tools write them: by label and by internal name.
NUMBERS = (
    Target(
        "delivered",
        _("Marketing emails delivered"),
        ("emails delivered", "hs email delivered"),
    ),
    Target("opened", _("Marketing emails opened"), ("emails opened", "hs email open")),
    Target(
        "clicked", _("Marketing emails clicked"), ("emails clicked", "hs email click")
    ),
    Target(
        "bounced", _("Marketing emails bounced"), ("emails bounced", "hs email bounce")
    ),
    Target(
        "replied", _("Marketing emails replied"), ("emails replied", "hs email replied")
    ),
    Target(
        "sends_since_engagement",
        _("Sends since last engagement"),
        ("hs email sends since last engagement",),
    ),
)
MOMENTS = (
    Target(
        "first_delivered_at",
        _("First marketing email send date"),
        ("first email send date", "hs email first send date"),
    ),
    Target(
        "last_delivered_at",
        _("Last marketing email send date"),
        ("last email send date", "hs email last send date"),
    ),
    Target(
        "first_opened_at",
        _("First marketing email open date"),
        ("first email open date", "hs email first open date"),
    ),
    Target(
        "last_opened_at",
        _("Last marketing email open date"),
        ("last email open date", "hs email last open date"),
    ),
    Target(
        "first_clicked_at",
        _("First marketing email click date"),
        ("first email click date", "hs email first click date"),
    ),
    Target(
        "last_clicked_at",
        _("Last marketing email click date"),
        ("last email click date", "hs email last click date"),
    ),
    Target(
        "last_replied_at",
        _("Last marketing email reply date"),
        ("last email reply date", "hs email last reply date"),
    ),
)
WORDS = (
    Target(
        "last_email_name",
        _("Last marketing email name"),
        ("last email name", "hs email last email name"),
    ),
)
NO = (
    Target(
        "opted_out",
        _("Unsubscribed from all email"),
        ("hs email optout", "unsubscribed", "opted out", "opted out of all email"),
    ),
    Target(
        "bounce_reason",
        _("Email hard bounce reason"),
        ("hs email hard bounce reason enum", "hs email hard bounce reason"),
    ),
)
AGREED, AGREED_AT, AGREED_WHERE = "agreed", "agreed_at", "agreed_where"
# What each person said yes to, where the file tells it row by row.
YES = (
    Target(
        AGREED,
        _("Agreed to get email"),
        ("consent", "marketing consent", "opt in", "opted in", "subscribed"),
    ),
    Target(
        AGREED_AT,
        _("Agreed: when"),
        ("consent date", "opt in date", "opt in time", "confirm time"),
    ),
    Target(
        AGREED_WHERE,
        _("Agreed: where"),
        ("consent source", "opt in source", "sign up source"),
    ),
)
NEW = (
    Target(f"new:{Kind.STRING}", _("New property: text")),
    Target(f"new:{Kind.NUMBER}", _("New property: number")),
    Target(f"new:{Kind.BOOLEAN}", _("New property: yes or no")),
    Target(f"new:{Kind.DATE}", _("New property: date")),
    Target(f"new:{Kind.DATETIME}", _("New property: date and time")),
)
FIXED = (*PERSON, *NUMBERS, *MOMENTS, *WORDS, *YES, *NO)


def normal(heading: str) -> str:
    """A heading without case, punctuation and doubled spaces."""
    return " ".join(re.findall(r"[^\W_]+", heading.casefold()))


# As exports of common tools write it, whatever language is spoken here.
_OPTED_OUT_OF = "opted out of email: {}"


def opt_outs_of(types: Iterable[SubscriptionType]) -> list[Target]:
    said = gettext("Opted out of email: %(name)s")
    return [
        Target(
            f"type:{one.pk}",
            said % {"name": one.name},
            (normal(_OPTED_OUT_OF.format(one.name)),),
        )
        for one in types
    ]


def properties(definitions: Iterable[PropertyDefinition]) -> list[Target]:
    return [
        Target(f"property:{one.pk}", one.label, (normal(one.name),))
        for one in definitions
    ]


def _names(target: Target) -> tuple[str, ...]:
    """Its label as it is spoken and in English, as exports have it, and the others."""
    with override("en"):
        english = str(target.label)
    return (english, str(target.label), *target.headings)


def guess(
    headings: Sequence[str], sample: Sequence[tables.Row], targets: Iterable[Target]
) -> list[str]:
    """One target per column, each at most once; "" where nothing fits."""
    names = {normal(name): target.key for target in targets for name in _names(target)}
    guessed: list[str] = []
    for heading in headings:
        key = names.get(normal(heading), "")
        guessed.append("" if key in guessed else key)
    at = tables.guess_email_column(headings, sample)
    if EMAIL not in guessed and at is not None:
        guessed[at] = EMAIL
    return guessed
