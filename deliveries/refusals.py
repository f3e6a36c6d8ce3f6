"""Who must not be mailed, and why: one ordered table, and everything made from it.

The filter "can be emailed", the reasons shown on a record, the reasons stored when
an audience is fixed and the check at the last moment before a mail starts are all
compiled from REFUSALS. Every predicate is relative to an outer row that has an
address, so that the table serves contacts, deliveries and bare addresses alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, Exists, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consent.models import SubscriptionType, Suppression
from consent.vocabulary import LegalBasis, Reason
from deliveries import frequency
from deliveries.bounce_names import name_of
from deliveries.frequency import Limit
from deliveries.models import Channel
from deliveries.predicates import Asked, Held, NoAddress, NoGrant, Suppressed

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason not to mail. `passing`: it delays, it does not decide."""

    key: str
    channels: frozenset[Channel]
    test: NoAddress | Suppressed | NoGrant | Held | Limit
    label: StrOrPromise
    sentence: StrOrPromise
    passing: bool = False


EVERY = frozenset(Channel)
# what is written to many, or to sell: everything a person said no to
MARKETING = frozenset({Channel.MARKETING})
SELLING = frozenset({Channel.MARKETING, Channel.SEQUENCE, Channel.ONE_TO_ONE})
PERSONAL = frozenset({Channel.SEQUENCE, Channel.ONE_TO_ONE})
# a complaint also keeps staff from testing on the person's address
NEVER_AGAIN = SELLING | {Channel.TEST}

REFUSALS: tuple[Refusal, ...] = (
    Refusal(
        "no_address",
        EVERY,
        NoAddress(),
        _("No address"),
        _("There is no email address. Add one to the contact."),
    ),
    Refusal(
        Reason.ERASED.value,
        NEVER_AGAIN,
        Suppressed(Reason.ERASED),
        _("Erased on request"),
        _("Asked to be erased. Only a new double opt-in by the person ends this."),
    ),
    Refusal(
        Reason.COMPLAINT.value,
        NEVER_AGAIN,
        Suppressed(Reason.COMPLAINT),
        pgettext_lazy("one person", "Reported spam"),
        _(
            "Reported our mail as spam. Only a new double opt-in by the person ends"
            " this."
        ),
    ),
    Refusal(
        Reason.OWN_OPT_OUT.value,
        SELLING,
        Suppressed(Reason.OWN_OPT_OUT),
        pgettext_lazy("one person", "Opted out"),
        _("Opted out. Only a new double opt-in by the person ends this."),
    ),
    Refusal(
        Reason.STAFF_OPT_OUT.value,
        SELLING,
        Suppressed(Reason.STAFF_OPT_OUT),
        _("Opted out by staff"),
        _(
            "Opted out by staff on the person's request. Staff can lift it with a"
            " reason."
        ),
    ),
    Refusal(
        Reason.IMPORTED_OPT_OUT.value,
        SELLING,
        Suppressed(Reason.IMPORTED_OPT_OUT),
        _("On an opt-out list"),
        _("Stands on an imported opt-out list. Undo that import if it was a mistake."),
    ),
    Refusal(
        Reason.SUNSET.value,
        SELLING,
        Suppressed(Reason.SUNSET),
        _("Stayed silent"),
        _("Did not confirm a re-engagement email. The link in that email still works."),
    ),
    Refusal(
        Reason.GLOBAL_BLOCK.value,
        EVERY,
        Suppressed(Reason.GLOBAL_BLOCK),
        _("Blocked globally"),
        _(
            "Stands on the list of global blocks. It cannot be unbounced; an"
            " administrator can take it off the list."
        ),
    ),
    Refusal(
        Reason.DEAD_ADDRESS.value,
        EVERY,
        Suppressed(Reason.DEAD_ADDRESS),
        _("Address does not exist"),
        _(
            "The receiving server says that the address does not exist."
            " Ask the person for a new one."
        ),
    ),
    Refusal(
        Reason.BOUNCED.value,
        EVERY,
        Suppressed(Reason.BOUNCED),
        pgettext_lazy("one person", "Bounced"),
        _("Mail to this address bounced too often. Unbounce it if the cause is gone."),
    ),
    Refusal(
        Reason.IMPORTED_BOUNCE.value,
        EVERY,
        Suppressed(Reason.IMPORTED_BOUNCE),
        _("Bounced before it came here"),
        _(
            "The import said that mail to this address bounced. Unbounce it if that is"
            " over."
        ),
    ),
    Refusal(
        Reason.PAUSED.value,
        SELLING,
        Suppressed(Reason.PAUSED),
        _("Paused"),
        _("Asked for a pause. It ends by itself on the day the person chose."),
    ),
    Refusal(
        "no_consent",
        MARKETING,
        NoGrant(tuple(b for b in LegalBasis if b.allows_marketing)),
        _("No consent"),
        _("No consent with a date and a source is on file for this subscription."),
    ),
    Refusal(
        "no_basis",
        PERSONAL,
        NoGrant(tuple(b for b in LegalBasis if b.allows_one_to_one)),
        _("No legal basis"),
        _("No legal basis for writing personally is on file for this subscription."),
    ),
    Refusal(
        "on_hold",
        EVERY,
        Held(),
        _("On hold"),
        _("Sending is stopped for now. Mails wait until somebody lifts the stop."),
        passing=True,
    ),
)

# found out while the mail was made, and nothing a query can ask
NOT_MADE = "not_made"
# label and sentence of every reason
_SAID: dict[str, tuple[StrOrPromise, StrOrPromise]] = {
    **{row.key: (row.label, row.sentence) for row in REFUSALS},
    **frequency.WORDS,
    NOT_MADE: (
        _("Could not be written"),
        _(
            "The email could not be made for this contact: a value of the contact does"
            " not fit. Correct it, then send the email to this contact again."
        ),
    ),
}


def sentence(key: str) -> str:
    """The reason in words; a key that only a caller knows is shown as words."""
    return str(_words(key)[1])


def label(key: str) -> str:
    """The reason in two or three words, for tables and counts."""
    return str(_words(key)[0])


def _words(key: str) -> tuple[StrOrPromise, StrOrPromise]:
    return _SAID.get(key) or (capfirst(name_of(key)),) * 2


def applying(
    channel: str, *, passing: bool, limits: Sequence[Limit] = ()
) -> list[Refusal]:
    """The rows of the table that concern `channel`, in order; `limits`, which are
    those of one mailing, come last."""
    last = [
        Refusal(one.key, MARKETING, one, *frequency.WORDS[one.key]) for one in limits
    ]
    return [
        refusal
        for refusal in (*REFUSALS, *last)
        if Channel(channel) in refusal.channels and (passing or not refusal.passing)
    ]


def refusal(
    channel: str, asked: Asked, *, passing: bool = False, limits: Sequence[Limit] = ()
) -> Coalesce:
    """The key of the first reason that applies, '' when the mail may go."""
    found: list[Any] = []
    reasons: list[Reason] = []
    for row in applying(channel, passing=passing, limits=limits):
        if isinstance(row.test, Suppressed):
            reasons.append(row.test.reason)
            continue
        found += first_suppression(reasons, asked)
        reasons = []
        found.append(_key_when(row.test.applies(asked), row.key))
    found += first_suppression(reasons, asked)
    return Coalesce(*found, Value(""), output_field=models.TextField())


def _key_when(condition: Any, key: str) -> Case:
    return Case(When(condition, then=Value(key)), output_field=models.TextField())


def _suppressions(
    reasons: Sequence[Reason], asked: Asked
) -> models.QuerySet[Suppression]:
    covering = Suppression.objects.against(asked.subscription_type, asked.brand)
    return covering.active().filter(address=asked.address, reason__in=reasons)


_WORDS = ArrayField(models.TextField())


def first_suppression(
    reasons: Sequence[Reason], asked: Asked, column: str = "reason"
) -> list[Subquery]:
    """One look-up for any number of rows of the table that stand together."""
    if not reasons:
        return []
    order = models.Func(
        Value([str(reason.value) for reason in reasons], _WORDS),
        models.functions.Cast("reason", models.TextField()),
        function="array_position",
        output_field=models.IntegerField(),
    )
    return [
        Subquery(_suppressions(reasons, asked).order_by(order, "id").values(column)[:1])
    ]


def annotate_refusal(
    rows: models.QuerySet[Any],
    subscription_type: SubscriptionType,
    channel: str = Channel.MARKETING,
    *,
    address: str = "address_id",
) -> models.QuerySet[Any]:
    """`rows` with `.refusal`: the first reason not to mail, '' when there is none.

    `address` is the column that holds the address id: "pk" for addresses themselves.
    """
    asked = Asked.about(subscription_type, address)
    annotated: models.QuerySet[Any] = rows.annotate(refusal=refusal(channel, asked))
    return annotated


def refused(
    rows: models.QuerySet[M],
    reason: str,
    subscription_type: SubscriptionType,
    channel: str = Channel.MARKETING,
    *,
    address: str = "address_id",
) -> models.QuerySet[M]:
    """Those of `rows` whose `.refusal` would be `reason`; '' for who may be mailed.

    The same table, written so that the database can join instead of asking per row.
    """
    asked = Asked.about(subscription_type, address)
    table = applying(channel, passing=False)
    keys = [row.key for row in table]
    if reason and reason not in keys:
        return rows.none()
    place = keys.index(reason) if reason else len(table)
    for earlier in _conditions(table[:place], asked):
        rows = rows.filter(~earlier)
    if place == len(table):
        return rows
    test = table[place].test
    if isinstance(test, NoAddress):
        return rows.filter(test.among(address))
    return rows.filter(*_conditions(table[place : place + 1], asked))


def _conditions(table: Sequence[Refusal], asked: Asked) -> list[Any]:
    """One condition for each row of `table`, and one for all suppressions."""
    reasons = [row.test.reason for row in table if isinstance(row.test, Suppressed)]
    others = [row.test for row in table if not isinstance(row.test, Suppressed)]
    found = [test.applies(asked) for test in others]
    return [*found, Exists(_suppressions(reasons, asked))] if reasons else found


def mailable(
    rows: models.QuerySet[M],
    subscription_type: SubscriptionType,
    channel: str = Channel.MARKETING,
    *,
    address: str = "address_id",
) -> models.QuerySet[M]:
    """Those of `rows` for whom no reason applies: `.refusal` would be ''."""
    return refused(rows, "", subscription_type, channel, address=address)
