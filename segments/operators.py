"""How a field of each type can be asked: every operator, and what it asks for. Pure."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


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


UNITS = {
    "days": _("days"),
    "weeks": _("weeks"),
    "months": _("months"),
    "years": _("years"),
}


def label_of(pattern: StrOrPromise) -> str:
    """A clause as a choice between field and value: “is more than … ago”."""
    said = str(pattern).replace("%(field)s", "").replace("%(value)s", "…")
    return said.strip().removesuffix("…").strip(" :")


@dataclass(frozen=True, slots=True)
class Operator:
    """One way to ask. `negates` names the operator it is the complement of.

    A complement has the people without a value in it; every other operator leaves
    them out, unless the filter says `include_unknown`.
    """

    key: str
    # the whole clause: “%(field)s is more than %(value)s ago”
    pattern: StrOrPromise
    operand: Operand = Operand.NOTHING
    negates: str = ""
    # may be widened by "include people with no value"
    widens: bool = False
    # asks for displaced values as well: only where they are kept
    ever: bool = False
    # what an operator on emails can be narrowed down by, beside time and number
    narrows: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return label_of(self.pattern)


def _asks(key: str, pattern: StrOrPromise, operand: Operand) -> Operator:
    return Operator(key, pattern, operand, widens=True)


def _not(key: str, pattern: StrOrPromise, operand: Operand, negates: str) -> Operator:
    return Operator(key, pattern, operand, negates)


def _been(
    key: str, operand: Operand, patterns: tuple[StrOrPromise, StrOrPromise]
) -> tuple[Operator, Operator]:
    ever, never = patterns
    return (
        Operator(f"ever_{key}", ever, operand, ever=True),
        Operator(f"never_{key}", never, operand, f"ever_{key}", ever=True),
    )


def _did(key: str, pattern: StrOrPromise, *narrows: str) -> Operator:
    return Operator(key, pattern, Operand.EMAILS, narrows=narrows)


_IS = (_("%(field)s has ever been %(value)s"), _("%(field)s has never been %(value)s"))
_CONTAINED = (
    _("%(field)s has ever contained %(value)s"),
    _("%(field)s has never contained %(value)s"),
)
_ANY_OF = (
    _("%(field)s has ever been any of %(value)s"),
    _("%(field)s has never been any of %(value)s"),
)
KNOWN = (
    Operator("known", _("%(field)s has a value")),
    Operator("unknown", _("%(field)s has no value"), negates="known"),
)
DATES = (
    _asks("more_than_ago", _("%(field)s is more than %(value)s ago"), Operand.SPAN),
    _asks("less_than_ago", _("%(field)s is less than %(value)s ago"), Operand.SPAN),
    _asks("in_last", _("%(field)s is in the last %(value)s"), Operand.SPAN),
    _asks("in_next", _("%(field)s is in the next %(value)s"), Operand.SPAN),
    _asks("before", _("%(field)s is before %(value)s"), Operand.DAY),
    _asks("after", _("%(field)s is after %(value)s"), Operand.DAY),
    _asks("on", _("%(field)s is on %(value)s"), Operand.DAY),
    _asks("between", _("%(field)s is between %(value)s"), Operand.DAYS),
    _asks("not_between", _("%(field)s is not between %(value)s"), Operand.DAYS),
    _asks("before_other", _("%(field)s is on a day before %(value)s"), Operand.OTHER),
    _asks("after_other", _("%(field)s is on a day after %(value)s"), Operand.OTHER),
    _asks("same_day", _("%(field)s is on the same day as %(value)s"), Operand.OTHER),
    *KNOWN,
)
OPERATORS: dict[Type, tuple[Operator, ...]] = {
    Type.STRING: (
        _asks("is", _("%(field)s is %(value)s"), Operand.TEXT),
        _not("is_not", _("%(field)s is not %(value)s"), Operand.TEXT, "is"),
        _asks("any_of", _("%(field)s is any of %(value)s"), Operand.TEXTS),
        _not("none_of", _("%(field)s is none of %(value)s"), Operand.TEXTS, "any_of"),
        _asks("contains", _("%(field)s contains %(value)s"), Operand.TEXT),
        _not(
            "not_contains",
            _("%(field)s does not contain %(value)s"),
            Operand.TEXT,
            "contains",
        ),
        _asks("starts_with", _("%(field)s starts with %(value)s"), Operand.TEXT),
        _not(
            "not_starts_with",
            _("%(field)s does not start with %(value)s"),
            Operand.TEXT,
            "starts_with",
        ),
        _asks("ends_with", _("%(field)s ends with %(value)s"), Operand.TEXT),
        _not(
            "not_ends_with",
            _("%(field)s does not end with %(value)s"),
            Operand.TEXT,
            "ends_with",
        ),
        *_been("is", Operand.TEXT, _IS),
        *_been("contains", Operand.TEXT, _CONTAINED),
        *KNOWN,
    ),
    Type.NUMBER: (
        _asks("greater", _("%(field)s is more than %(value)s"), Operand.NUMBER),
        _asks("at_least", _("%(field)s is at least %(value)s"), Operand.NUMBER),
        _asks("less", _("%(field)s is less than %(value)s"), Operand.NUMBER),
        _asks("at_most", _("%(field)s is at most %(value)s"), Operand.NUMBER),
        _asks("is", _("%(field)s is exactly %(value)s"), Operand.NUMBER),
        _not("is_not", _("%(field)s is not %(value)s"), Operand.NUMBER, "is"),
        _asks("between", _("%(field)s is between %(value)s"), Operand.NUMBERS),
        _asks("not_between", _("%(field)s is not between %(value)s"), Operand.NUMBERS),
        *_been("is", Operand.NUMBER, _IS),
        *KNOWN,
    ),
    Type.BOOLEAN: (
        _asks("is", _("%(field)s is %(value)s"), Operand.YES_NO),
        _not("is_not", _("%(field)s is not %(value)s"), Operand.YES_NO, "is"),
        *_been("is", Operand.YES_NO, _IS),
        *KNOWN,
    ),
    Type.DATE: DATES,
    Type.DATETIME: DATES,
    Type.CHOICE: (
        _asks("any_of", _("%(field)s is any of %(value)s"), Operand.CHOICES),
        _not("none_of", _("%(field)s is none of %(value)s"), Operand.CHOICES, "any_of"),
        *_been("any_of", Operand.CHOICES, _ANY_OF),
        *KNOWN,
    ),
    Type.CHOICES: (
        _asks("any_of", _("%(field)s has any of %(value)s"), Operand.CHOICES),
        _not(
            "none_of", _("%(field)s has none of %(value)s"), Operand.CHOICES, "any_of"
        ),
        _asks("all_of", _("%(field)s has all of %(value)s"), Operand.CHOICES),
        _not(
            "not_all_of",
            _("%(field)s does not have all of %(value)s"),
            Operand.CHOICES,
            "all_of",
        ),
        _asks("exactly", _("%(field)s is exactly %(value)s"), Operand.CHOICES),
        _not(
            "not_exactly",
            _("%(field)s is not exactly %(value)s"),
            Operand.CHOICES,
            "exactly",
        ),
        *KNOWN,
    ),
    Type.KIND: (
        Operator("any_of", _("%(field)s is any of %(value)s"), Operand.CHOICES),
        _not("none_of", _("%(field)s is none of %(value)s"), Operand.CHOICES, "any_of"),
    ),
    Type.FLAG: (
        Operator("is", _("%(field)s is %(value)s"), Operand.YES_NO),
        _not("is_not", _("%(field)s is not %(value)s"), Operand.YES_NO, "is"),
    ),
    Type.REASON: (
        Operator("any_of", _("%(field)s is any of %(value)s"), Operand.REASONS),
        _not("none_of", _("%(field)s is none of %(value)s"), Operand.REASONS, "any_of"),
    ),
    # with several emails: did it for at least one; "but did not" means for none
    Type.ACTIVITY: (
        _did("sent", _("was sent %(value)s")),
        _did("received", _("received %(value)s")),
        _did("opened", _("opened %(value)s"), "by"),
        _did("link_clicked", _("clicked a link in %(value)s"), "by", "link"),
        _did("confirmed", _("confirmed in %(value)s")),
        _did("replied", _("replied to %(value)s")),
        _did("bounced", _("bounced on %(value)s")),
        _did("unsubscribed", _("unsubscribed in %(value)s")),
        _did("marked_spam", _("marked as spam %(value)s")),
        _did("received_but_not_opened", _("received but did not open %(value)s"), "by"),
        _did(
            "received_but_not_clicked",
            _("received but did not click a link in %(value)s"),
            "by",
            "link",
        ),
        _did(
            "opened_but_not_clicked",
            _("opened but did not click a link in %(value)s"),
            "by",
            "link",
        ),
        _did(
            "opened_but_not_replied", _("opened but did not reply to %(value)s"), "by"
        ),
        _did(
            "sent_but_not_clicked",
            _("was sent but did not click a link in %(value)s"),
            "by",
            "link",
        ),
        _did("sent_but_not_received", _("was sent but did not receive %(value)s")),
    ),
    Type.MEMBERSHIP: (
        Operator("member", _("is a member of %(value)s"), Operand.CHOICES),
        _not(
            "not_member", _("is not a member of %(value)s"), Operand.CHOICES, "member"
        ),
    ),
    # with several types: for at least one of them
    Type.SUBSCRIPTION: (
        Operator("subscribed", _("is subscribed to %(value)s"), Operand.CHOICES),
        Operator("unsubscribed", _("is unsubscribed from %(value)s"), Operand.CHOICES),
        Operator("not_specified", _("has not specified %(value)s"), Operand.CHOICES),
    ),
    Type.MAILABLE: (
        Operator("can", _("can be emailed about %(value)s"), Operand.CHOICES),
        _not("cannot", _("cannot be emailed about %(value)s"), Operand.CHOICES, "can"),
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
DRIFT = _(
    "This changes as soon as they open the email, and then they leave the segment. To"
    " opt out who stays silent, ask for the email alone."
)
_OPENS = _("Opens are partly made by machines; clicks are safer.")
# by "field operator": what the builder tells people who choose it
ADVICE = {
    "email_event opened": _OPENS,
    "email_event received_but_not_opened": _OPENS,
    "email_event sent_but_not_clicked": _(
        "People whom the mail never reached are among them; “received but did not"
        " click” leaves them out."
    ),
}
