"""How a field of each type can be asked: every operator, and what it asks for. Pure."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Type(enum.StrEnum):
    """What a field holds; custom properties bring the first seven."""

    STRING = "string"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    CHOICE = "choice"
    CHOICES = "choices"
    KIND = "kind"  # one or several of a list, asked of another table: always known
    FLAG = "flag"  # yes or no, asked of another table: always known
    REASON = "reason"
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
    OTHER = "other"  # value: key of another date
    REASONS = "reasons"  # values: keys of refusals, type: a subscription type
    # group, groups, messages, types; none of them: any marketing email. And what
    # narrows it down, see refining
    EMAILS = "emails"


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
    # asks for displaced values as well: only where they are kept
    ever: bool = False
    # what an operator on emails can be narrowed down by, beside time and number
    narrows: tuple[str, ...] = ()


def _asks(key: str, label: str, operand: Operand) -> Operator:
    return Operator(key, label, operand, widens=True)


def _not(key: str, label: str, operand: Operand, negates: str) -> Operator:
    return Operator(key, label, operand, negates)


def _been(key: str, operand: Operand, what: str = "been") -> tuple[Operator, Operator]:
    ever, never = f"has ever {what}", f"has never {what}"
    return (
        Operator(f"ever_{key}", ever, operand, ever=True),
        Operator(f"never_{key}", never, operand, f"ever_{key}", ever=True),
    )


def _did(key: str, label: str, *narrows: str) -> Operator:
    return Operator(key, label, Operand.EMAILS, narrows=narrows)


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
    _asks("before_other", "is on a day before", Operand.OTHER),
    _asks("after_other", "is on a day after", Operand.OTHER),
    _asks("same_day", "is on the same day as", Operand.OTHER),
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
        *_been("is", Operand.TEXT),
        *_been("contains", Operand.TEXT, "contained"),
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
        *_been("is", Operand.NUMBER),
        *KNOWN,
    ),
    Type.BOOLEAN: (
        _asks("is", "is", Operand.YES_NO),
        _not("is_not", "is not", Operand.YES_NO, "is"),
        *_been("is", Operand.YES_NO),
        *KNOWN,
    ),
    Type.DATE: DATES,
    Type.DATETIME: DATES,
    Type.CHOICE: (
        _asks("any_of", "is any of", Operand.CHOICES),
        _not("none_of", "is none of", Operand.CHOICES, "any_of"),
        *_been("any_of", Operand.CHOICES, "been any of"),
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
    Type.KIND: (
        Operator("any_of", "is any of", Operand.CHOICES),
        _not("none_of", "is none of", Operand.CHOICES, "any_of"),
    ),
    Type.FLAG: (
        Operator("is", "is", Operand.YES_NO),
        _not("is_not", "is not", Operand.YES_NO, "is"),
    ),
    Type.REASON: (
        Operator("any_of", "is any of", Operand.REASONS),
        _not("none_of", "is none of", Operand.REASONS, "any_of"),
    ),
    # with several emails: did it for at least one; "but did not" means for none
    Type.ACTIVITY: (
        _did("sent", "was sent"),
        _did("received", "received"),
        _did("opened", "opened", "by"),
        _did("link_clicked", "clicked a link in", "by", "link"),
        _did("confirmed", "confirmed in"),
        _did("replied", "replied to"),
        _did("bounced", "bounced on"),
        _did("unsubscribed", "unsubscribed in"),
        _did("marked_spam", "marked as spam"),
        _did("received_but_not_opened", "received but did not open", "by"),
        _did(
            "received_but_not_clicked",
            "received but did not click a link in",
            "by",
            "link",
        ),
        _did(
            "opened_but_not_clicked",
            "opened but did not click a link in",
            "by",
            "link",
        ),
        _did("opened_but_not_replied", "opened but did not reply to", "by"),
        _did(
            "sent_but_not_clicked",
            "was sent but did not click a link in",
            "by",
            "link",
        ),
        _did("sent_but_not_received", "was sent but did not receive"),
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


# by operator of activity: the one that asks for clicks instead of opens
CLICKS = {
    "opened": "link_clicked",
    "received_but_not_opened": "received_but_not_clicked",
}
# whoever does not answer an email; and the properties that change when she opens it
SILENT = ("received_but_not_clicked", "sent_but_not_clicked")
MOVING = ("opened", "clicked", "last_opened_at", "last_clicked_at", "first_opened_at")
DRIFT = (
    "This changes as soon as they open the email, and then they leave the segment. To"
    " opt out who stays silent, ask for the email alone."
)
_OPENS = "Opens are partly made by machines; clicks are safer."
# by "field operator": what the builder tells people who choose it
ADVICE = {
    "email_event opened": _OPENS,
    "email_event received_but_not_opened": _OPENS,
    "email_event sent_but_not_clicked": "People whom the mail never reached are among"
    " them; “received but did not click” leaves them out.",
}
