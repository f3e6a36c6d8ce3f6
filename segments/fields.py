"""The vocabulary of segments: every field, its type and its operators.

This is the one table. The form offers what stands here, the parser refuses what does
not, the compiler and the plain words have one entry for each operator (a test holds
them together), and the help page prints it.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from consent.vocabulary import Grade
from contacts.models import HardBounceReason
from contacts.properties import Kind
from deliveries.models import Channel
from deliveries.providers import LABELS
from deliveries.refusals import applying
from segments.operators import OPERATORS, Operator, Type
from segments.returned import BOUNCE_CATEGORIES, BOUNCE_KINDS

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Family(enum.StrEnum):
    """Where the form lists a field; the label is the heading."""

    ENGAGEMENT = "Engagement"
    ACTIVITY = "Email activity"
    CONTACT = "Contact"
    ADDRESS = "Email address"
    CUSTOM = "Your own properties"
    SUBSCRIPTION = "Subscriptions and consent"
    SEGMENT = "Segments"
    IMPORT = "Imports"

    @property
    def label(self) -> StrOrPromise:
        return _FAMILIES[self]


_FAMILIES = {
    Family.ENGAGEMENT: _("Engagement"),
    Family.ACTIVITY: _("Email activity"),
    Family.CONTACT: _("Contact"),
    Family.ADDRESS: _("Email address"),
    Family.CUSTOM: _("Your own properties"),
    Family.SUBSCRIPTION: _("Subscriptions and consent"),
    Family.SEGMENT: _("Segments"),
    Family.IMPORT: _("Imports"),
}


class Source(enum.StrEnum):
    """Where the value is found."""

    COLUMN = "column"  # of Contact, or reached from it; never null: empty is unknown
    NULLABLE = "nullable"  # of Contact, or reached from it; null is unknown
    PROPERTY = "property"  # under its id in Contact.properties
    ASKED = "asked"  # a value from another table, see facts.VALUES; null is unknown
    FACT = "fact"  # a question to another table, always known


# columns of Contact whose former values are kept (by the trigger on contacts)
REMEMBERED = (
    "email",
    "first_name",
    "last_name",
    "company",
    "phone",
    "city",
    "country",
    "language",
    "time_zone",
    "owner_id",
    "hard_bounce_reason",
)


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to filter by. `name` is the column, or the id of the property."""

    key: str
    label: StrOrPromise
    type: Type
    family: Family
    source: Source
    name: str = ""
    icon: str = "users"
    unit: StrOrPromise = ""
    # which list of Vocabulary.options offers the choices, when not `choices`
    options: str = ""
    choices: tuple[tuple[str, StrOrPromise], ...] = ()
    # what the log of changes calls that on which the answer depends; else the key
    depends: tuple[str, ...] = ()

    @property
    def inputs(self) -> frozenset[str]:
        """The names in the log of changes that can change an answer."""
        return frozenset(self.depends or (self.key,))

    @property
    def remembers(self) -> bool:
        """Are values kept that were replaced by others?"""
        return self.source is Source.PROPERTY or self.name in REMEMBERED

    @property
    def operators(self) -> tuple[Operator, ...]:
        """Those of its type that make sense: what is always known is never unknown."""
        always = self.source is Source.FACT or (
            self.source is Source.COLUMN and self.type is Type.NUMBER
        )
        return tuple(
            operator
            for operator in OPERATORS[self.type]
            if not (always and operator.key in ("known", "unknown"))
            and (self.remembers or not operator.ever)
        )

    def operator(self, key: str) -> Operator | None:
        return next((one for one in self.operators if one.key == key), None)


def _text(name: str, label: StrOrPromise, icon: str = "users") -> Field:
    family, source = Family.CONTACT, Source.COLUMN
    return Field(name, label, Type.STRING, family, source, name, icon)


def _count(name: str, label: StrOrPromise, icon: str = "mail") -> Field:
    family, source = Family.ENGAGEMENT, Source.COLUMN
    return Field(name, label, Type.NUMBER, family, source, name, icon, _("emails"))


def _asked(
    key: str, label: StrOrPromise, type: Type, family: Family, **more: Any
) -> Field:
    """Something another table answers."""
    return Field(key, label, type, family, Source.FACT, **more)


def _moment(name: str, label: StrOrPromise, icon: str = "clock") -> Field:
    family, source = Family.ENGAGEMENT, Source.NULLABLE
    return Field(name, label, Type.DATETIME, family, source, name, icon)


# what the log of changes calls consent, opt-outs, and the address they hang on
CONSENT = ("consent", "email")
NO_CONSENT = "none"
REASONS = tuple(
    (row.key, row.label) for row in applying(Channel.MARKETING, passing=False)
)

STANDARD: tuple[Field, ...] = (
    _count("delivered", _("Marketing emails delivered"), "mail-check"),
    _count("opened", _("Marketing emails opened"), "mail-open"),
    _count("clicked", _("Marketing emails clicked"), "mouse-pointer-click"),
    _count("bounced", _("Marketing emails bounced"), "mail-x"),
    _count("replied", _("Marketing emails replied")),
    _count("sends_since_engagement", _("Sends since last engagement")),
    _moment("first_delivered_at", _("First marketing email send date")),
    _moment("last_delivered_at", _("Last marketing email send date")),
    _moment("first_opened_at", _("First marketing email open date")),
    _moment("last_opened_at", _("Last marketing email open date")),
    _moment("first_clicked_at", _("First marketing email click date")),
    _moment("last_clicked_at", _("Last marketing email click date")),
    _moment("last_replied_at", _("Last marketing email reply date")),
    Field(
        "last_email_name",
        _("Last marketing email name"),
        Type.STRING,
        Family.ENGAGEMENT,
        Source.COLUMN,
        "last_email_name",
        "mail",
    ),
    _asked(
        "email_event",
        _("Marketing email activity"),
        Type.ACTIVITY,
        Family.ACTIVITY,
        icon="mail-open",
        options="emails",
    ),
    _asked(
        "bounce_kind",
        _("Kind of bounce"),
        Type.KIND,
        Family.ACTIVITY,
        icon="mail-x",
        choices=BOUNCE_KINDS,
        depends=("email_event",),
    ),
    _asked(
        "bounce_category",
        _("Category of bounce"),
        Type.KIND,
        Family.ACTIVITY,
        icon="mail-x",
        choices=BOUNCE_CATEGORIES,
        depends=("email_event",),
    ),
    _text("email", _("Email"), "mail"),
    _text("first_name", _("First name")),
    _text("last_name", _("Last name")),
    _text("company", _("Company"), "building-2"),
    _text("phone", _("Phone")),
    _text("city", _("City"), "globe"),
    _text("country", _("Country"), "globe"),
    _text("language", _("Language"), "globe"),
    _text("time_zone", _("Time zone"), "clock"),
    Field(
        "owner",
        _("Owner"),
        Type.CHOICE,
        Family.CONTACT,
        Source.NULLABLE,
        "owner_id",
        options="users",
    ),
    Field(
        "created_at",
        _("Created"),
        Type.DATETIME,
        Family.CONTACT,
        Source.NULLABLE,
        "created_at",
        "calendar",
    ),
    Field(
        "updated_at",
        _("Updated"),
        Type.DATETIME,
        Family.CONTACT,
        Source.NULLABLE,
        "updated_at",
        "calendar",
    ),
    Field(
        "domain",
        _("Email domain"),
        Type.STRING,
        Family.ADDRESS,
        Source.NULLABLE,
        "address__domain",
        "globe",
        depends=("email",),
    ),
    Field(
        "provider",
        _("Email provider"),
        Type.CHOICE,
        Family.ADDRESS,
        Source.ASKED,
        "provider",
        "globe",
        choices=tuple(LABELS.items()),
        depends=("email",),
    ),
    _asked(
        "role_address",
        _("Role address, such as info@ or sales@"),
        Type.FLAG,
        Family.ADDRESS,
        icon="users",
        depends=("email",),
    ),
    _asked(
        "disposable",
        _("Disposable address"),
        Type.FLAG,
        Family.ADDRESS,
        icon="trash-2",
        depends=("email",),
    ),
    Field(
        "hard_bounce_reason",
        _("Email hard bounce reason"),
        Type.CHOICE,
        Family.ADDRESS,
        Source.COLUMN,
        "hard_bounce_reason",
        "mail-x",
        choices=tuple(HardBounceReason.choices),
    ),
    _asked(
        "opted_out",
        _("Unsubscribed from all email"),
        Type.FLAG,
        Family.SUBSCRIPTION,
        icon="ban",
        depends=CONSENT,
    ),
    _asked(
        "subscription",
        _("Subscription status"),
        Type.SUBSCRIPTION,
        Family.SUBSCRIPTION,
        icon="bookmark",
        options="subscription_types",
        depends=CONSENT,
    ),
    _asked(
        "mailable",
        _("Can be emailed"),
        Type.MAILABLE,
        Family.SUBSCRIPTION,
        icon="circle-check",
        options="subscription_types",
        depends=CONSENT,
    ),
    _asked(
        "refusal",
        _("Why not emailed"),
        Type.REASON,
        Family.SUBSCRIPTION,
        icon="circle-x",
        choices=REASONS,
        depends=CONSENT,
    ),
    _asked(
        "consent_grade",
        _("Grade of consent"),
        Type.KIND,
        Family.SUBSCRIPTION,
        icon="shield-check",
        choices=(*Grade.choices, (NO_CONSENT, _("No consent on file"))),
        depends=CONSENT,
    ),
    Field(
        "consent_given_at",
        _("Last consent given"),
        Type.DATETIME,
        Family.SUBSCRIPTION,
        Source.ASKED,
        "consent_given_at",
        "calendar",
        depends=CONSENT,
    ),
    _asked(
        "segment",
        _("Segment membership"),
        Type.MEMBERSHIP,
        Family.SEGMENT,
        icon="filter",
        options="segments",
    ),
    _asked(
        "import",
        _("Came in with the file"),
        Type.KIND,
        Family.IMPORT,
        icon="upload",
        options="imports",
    ),
)


def custom(pk: int, label: str, kind: str, choices: list[str]) -> Field:
    """The field of one custom property; its key survives a new name."""
    return Field(
        f"property:{pk}",
        label,
        Type(Kind(kind).value),
        Family.CUSTOM,
        Source.PROPERTY,
        str(pk),
        "tag",
        choices=tuple((choice, choice) for choice in choices),
    )
