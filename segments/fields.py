"""The vocabulary of segments: every field, its type and its operators.

This is the one table. The form offers what stands here, the parser refuses what does
not, the compiler and the plain words have one entry for each operator (a test holds
them together), and the help page prints it.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from contacts.models import HardBounceReason
from contacts.properties import Kind


class Type(enum.StrEnum):
    """What a field holds; custom properties bring the first seven."""

    STRING = "string"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    CHOICE = "choice"
    CHOICES = "choices"
    ACTIVITY = "activity"
    MEMBERSHIP = "membership"
    SUBSCRIPTION = "subscription"
    MAILABLE = "mailable"


class Operand(enum.StrEnum):
    """What an operator asks for, and the keys it has in the rules."""

    NOTHING = "nothing"
    TEXT = "text"  # value: string
    TEXTS = "texts"  # values: strings
    NUMBER = "number"  # value: number
    NUMBERS = "numbers"  # values: two numbers, both included
    YES_NO = "yes_no"  # value: true or false
    DAY = "day"  # value: "2026-11-22"
    DAYS = "days"  # values: two days, both included
    SPAN = "span"  # value: whole number, unit: days, weeks, months or years
    CHOICES = "choices"  # values: keys of the field's options
    EMAILS = "emails"  # group, groups, messages; none of them: any marketing email


UNITS = {"days": "days", "weeks": "weeks", "months": "months", "years": "years"}


@dataclass(frozen=True, slots=True)
class Operator:
    """One way to ask. `negates` names the operator it is the complement of.

    A complement has the people without a value in it; every other operator leaves
    them out, unless the filter says `include_unknown`.
    """

    key: str
    label: str
    operand: Operand = Operand.NOTHING
    negates: str = ""
    # may be widened by "include people with no value"
    widens: bool = False


def _asks(key: str, label: str, operand: Operand) -> Operator:
    return Operator(key, label, operand, widens=True)


def _not(key: str, label: str, operand: Operand, negates: str) -> Operator:
    return Operator(key, label, operand, negates)


KNOWN = (
    Operator("known", "has a value"),
    Operator("unknown", "has no value", negates="known"),
)
DATES = (
    _asks("more_than_ago", "is more than … ago", Operand.SPAN),
    _asks("less_than_ago", "is less than … ago", Operand.SPAN),
    _asks("in_last", "is in the last …", Operand.SPAN),
    _asks("in_next", "is in the next …", Operand.SPAN),
    _asks("before", "is before", Operand.DAY),
    _asks("after", "is after", Operand.DAY),
    _asks("on", "is on", Operand.DAY),
    _asks("between", "is between", Operand.DAYS),
    _asks("not_between", "is not between", Operand.DAYS),
    *KNOWN,
)
OPERATORS: dict[Type, tuple[Operator, ...]] = {
    Type.STRING: (
        _asks("is", "is", Operand.TEXT),
        _not("is_not", "is not", Operand.TEXT, "is"),
        _asks("any_of", "is any of", Operand.TEXTS),
        _not("none_of", "is none of", Operand.TEXTS, "any_of"),
        _asks("contains", "contains", Operand.TEXT),
        _not("not_contains", "does not contain", Operand.TEXT, "contains"),
        _asks("starts_with", "starts with", Operand.TEXT),
        _not("not_starts_with", "does not start with", Operand.TEXT, "starts_with"),
        _asks("ends_with", "ends with", Operand.TEXT),
        _not("not_ends_with", "does not end with", Operand.TEXT, "ends_with"),
        *KNOWN,
    ),
    Type.NUMBER: (
        _asks("greater", "is more than", Operand.NUMBER),
        _asks("at_least", "is at least", Operand.NUMBER),
        _asks("less", "is less than", Operand.NUMBER),
        _asks("at_most", "is at most", Operand.NUMBER),
        _asks("is", "is exactly", Operand.NUMBER),
        _not("is_not", "is not", Operand.NUMBER, "is"),
        _asks("between", "is between", Operand.NUMBERS),
        _asks("not_between", "is not between", Operand.NUMBERS),
        *KNOWN,
    ),
    Type.BOOLEAN: (
        _asks("is", "is", Operand.YES_NO),
        _not("is_not", "is not", Operand.YES_NO, "is"),
        *KNOWN,
    ),
    Type.DATE: DATES,
    Type.DATETIME: DATES,
    Type.CHOICE: (
        _asks("any_of", "is any of", Operand.CHOICES),
        _not("none_of", "is none of", Operand.CHOICES, "any_of"),
        *KNOWN,
    ),
    Type.CHOICES: (
        _asks("any_of", "has any of", Operand.CHOICES),
        _not("none_of", "has none of", Operand.CHOICES, "any_of"),
        _asks("all_of", "has all of", Operand.CHOICES),
        _not("not_all_of", "does not have all of", Operand.CHOICES, "all_of"),
        _asks("exactly", "is exactly", Operand.CHOICES),
        _not("not_exactly", "is not exactly", Operand.CHOICES, "exactly"),
        *KNOWN,
    ),
    # with several emails: did it for at least one; "but did not" means for none
    Type.ACTIVITY: (
        Operator("sent", "was sent", Operand.EMAILS),
        Operator("received", "received", Operand.EMAILS),
        Operator("opened", "opened", Operand.EMAILS),
        Operator("link_clicked", "clicked a link in", Operand.EMAILS),
        Operator("confirmed", "confirmed in", Operand.EMAILS),
        Operator("replied", "replied to", Operand.EMAILS),
        Operator("bounced", "bounced on", Operand.EMAILS),
        Operator("unsubscribed", "unsubscribed in", Operand.EMAILS),
        Operator("marked_spam", "marked as spam", Operand.EMAILS),
        Operator(
            "received_but_not_opened", "received but did not open", Operand.EMAILS
        ),
        Operator(
            "received_but_not_clicked",
            "received but did not click a link in",
            Operand.EMAILS,
        ),
        Operator(
            "opened_but_not_clicked",
            "opened but did not click a link in",
            Operand.EMAILS,
        ),
        Operator(
            "opened_but_not_replied", "opened but did not reply to", Operand.EMAILS
        ),
        Operator(
            "sent_but_not_clicked",
            "was sent but did not click a link in",
            Operand.EMAILS,
        ),
        Operator(
            "sent_but_not_received", "was sent but did not receive", Operand.EMAILS
        ),
    ),
    Type.MEMBERSHIP: (
        Operator("member", "is a member of", Operand.CHOICES),
        _not("not_member", "is not a member of", Operand.CHOICES, "member"),
    ),
    # with several types: for at least one of them
    Type.SUBSCRIPTION: (
        Operator("subscribed", "is subscribed to", Operand.CHOICES),
        Operator("unsubscribed", "is unsubscribed from", Operand.CHOICES),
        Operator("not_specified", "has not specified", Operand.CHOICES),
    ),
    Type.MAILABLE: (
        Operator("can", "can be emailed about", Operand.CHOICES),
        _not("cannot", "cannot be emailed about", Operand.CHOICES, "can"),
    ),
}


_OPENS = "Opens are partly made by machines; clicks are safer."
# by "field operator": what the builder tells people who choose it
ADVICE = {
    "email_event opened": _OPENS,
    "email_event received_but_not_opened": _OPENS,
    "email_event sent_but_not_clicked": "People whom the mail never reached are among"
    " them; “received but did not click” leaves them out.",
}


class Family(enum.StrEnum):
    """Where the form lists a field; the value is the heading."""

    ENGAGEMENT = "Engagement"
    ACTIVITY = "Email activity"
    CONTACT = "Contact"
    ADDRESS = "Email address"
    CUSTOM = "Your own properties"
    SUBSCRIPTION = "Subscriptions"
    SEGMENT = "Segments"


class Source(enum.StrEnum):
    """Where the value is found."""

    COLUMN = "column"  # of Contact, or reached from it; never null: empty is unknown
    NULLABLE = "nullable"  # of Contact, or reached from it; null is unknown
    PROPERTY = "property"  # under its id in Contact.properties
    FACT = "fact"  # a question to another table, always known


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to filter by. `name` is the column, or the id of the property."""

    key: str
    label: str
    type: Type
    family: Family
    source: Source
    name: str = ""
    icon: str = "users"
    unit: str = ""
    # which list of Vocabulary.options offers the choices, when not `choices`
    options: str = ""
    choices: tuple[tuple[str, str], ...] = ()

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
        )

    def operator(self, key: str) -> Operator | None:
        return next((one for one in self.operators if one.key == key), None)


def _text(name: str, label: str, icon: str = "users") -> Field:
    family, source = Family.CONTACT, Source.COLUMN
    return Field(name, label, Type.STRING, family, source, name, icon)


def _count(name: str, label: str, icon: str = "mail") -> Field:
    family, source = Family.ENGAGEMENT, Source.COLUMN
    return Field(name, label, Type.NUMBER, family, source, name, icon, "emails")


def _moment(name: str, label: str, icon: str = "clock") -> Field:
    family, source = Family.ENGAGEMENT, Source.NULLABLE
    return Field(name, label, Type.DATETIME, family, source, name, icon)


STANDARD: tuple[Field, ...] = (
    _count("delivered", "Marketing emails delivered", "mail-check"),
    _count("opened", "Marketing emails opened", "mail-open"),
    _count("clicked", "Marketing emails clicked", "mouse-pointer-click"),
    _count("bounced", "Marketing emails bounced", "mail-x"),
    _count("replied", "Marketing emails replied"),
    _count("sends_since_engagement", "Sends since last engagement"),
    _moment("first_delivered_at", "First marketing email send date"),
    _moment("last_delivered_at", "Last marketing email send date"),
    _moment("first_opened_at", "First marketing email open date"),
    _moment("last_opened_at", "Last marketing email open date"),
    _moment("first_clicked_at", "First marketing email click date"),
    _moment("last_clicked_at", "Last marketing email click date"),
    _moment("last_replied_at", "Last marketing email reply date"),
    Field(
        "last_email_name",
        "Last marketing email name",
        Type.STRING,
        Family.ENGAGEMENT,
        Source.COLUMN,
        "last_email_name",
        "mail",
    ),
    Field(
        "email_event",
        "Marketing email activity",
        Type.ACTIVITY,
        Family.ACTIVITY,
        Source.FACT,
        icon="mail-open",
        options="emails",
    ),
    _text("email", "Email", "mail"),
    _text("first_name", "First name"),
    _text("last_name", "Last name"),
    _text("company", "Company", "building-2"),
    _text("phone", "Phone"),
    _text("city", "City", "globe"),
    _text("country", "Country", "globe"),
    _text("language", "Language", "globe"),
    _text("time_zone", "Time zone", "clock"),
    Field(
        "owner",
        "Owner",
        Type.CHOICE,
        Family.CONTACT,
        Source.NULLABLE,
        "owner_id",
        options="users",
    ),
    Field(
        "created_at",
        "Created",
        Type.DATETIME,
        Family.CONTACT,
        Source.NULLABLE,
        "created_at",
        "calendar",
    ),
    Field(
        "domain",
        "Email domain",
        Type.STRING,
        Family.ADDRESS,
        Source.NULLABLE,
        "address__domain",
        "globe",
    ),
    Field(
        "hard_bounce_reason",
        "Email hard bounce reason",
        Type.CHOICE,
        Family.ADDRESS,
        Source.COLUMN,
        "hard_bounce_reason",
        "mail-x",
        choices=tuple(HardBounceReason.choices),
    ),
    Field(
        "opted_out",
        "Unsubscribed from all email",
        Type.BOOLEAN,
        Family.SUBSCRIPTION,
        Source.FACT,
        icon="ban",
    ),
    Field(
        "subscription",
        "Subscription status",
        Type.SUBSCRIPTION,
        Family.SUBSCRIPTION,
        Source.FACT,
        icon="bookmark",
        options="subscription_types",
    ),
    Field(
        "mailable",
        "Can be emailed",
        Type.MAILABLE,
        Family.SUBSCRIPTION,
        Source.FACT,
        icon="circle-check",
        options="subscription_types",
    ),
    Field(
        "segment",
        "Segment membership",
        Type.MEMBERSHIP,
        Family.SEGMENT,
        Source.FACT,
        icon="filter",
        options="segments",
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
