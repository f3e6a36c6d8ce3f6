"""What staff may write about one person's permission, and what only she may.

Opting out is always possible. Opting in needs a legal basis, where and when she
agreed, and is refused where the no is her own (consent.vocabulary.PRECEDENCE). A
program that acts in somebody's name writes the same, and lifts nothing at all.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account, AuditEntry, User
from consent.models import Address, Grant, OwnLimit, SubscriptionType, Suppression
from consent.vocabulary import (
    MAY_LIFT,
    OPT_OUT_REASONS,
    PRECEDENCE,
    Action,
    Grade,
    LegalBasis,
    LiftedBy,
    Reason,
    Scope,
)
from contacts.acts import act_of
from contacts.models import Contact


class Refused(ValueError):
    """Staff may not do this; the message is a sentence that says who may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What somebody told staff: to what she agreed, on which ground, where and when."""

    subscription_type: SubscriptionType
    basis: LegalBasis
    explanation: str
    day: dt.date


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where somebody stands with one type: state, since when, how it came."""

    subscription_type: SubscriptionType
    state: str  # opted_in, opted_out, not_set
    since: dt.datetime | None = None
    how: str = ""
    # who else ends this no, where staff may not
    ends: str = ""
    # what she asked for herself, where that is less than is sent
    wish: OwnLimit | None = None


def of(contact: Contact) -> list[Subscription]:
    """Every active type with what she said to it; four queries."""
    noes = list(contact.suppressions().select_related("record"))
    yeses = {
        one.subscription_type_id: one
        for one in Grant.objects.filter(
            address_id=contact.address_id or 0
        ).select_related("record")
    }
    types = SubscriptionType.objects.active()
    wishes = _wishes(contact)
    return [
        replace(_subscription(one, noes, yeses.get(one.pk)), wish=wishes.get(one.pk))
        for one in types
    ]


def _wishes(contact: Contact) -> dict[int, OwnLimit]:
    mine = OwnLimit.objects.in_force().filter(address=contact.address_id or 0)
    return {one.subscription_type_id: one for one in mine}


def _subscription(
    one: SubscriptionType, noes: list[Suppression], yes: Grant | None
) -> Subscription:
    said = [no for no in noes if Reason(no.reason).is_opt_out and no.covers(one)]
    if said:
        no = min(said, key=lambda no: list(Reason).index(Reason(no.reason)))
        ways = frozenset.intersection(*(MAY_LIFT[Reason(no.reason)] for no in said))
        reach = "" if no.scope == Scope.TYPE else f", {no.get_scope_display().lower()}"
        how = f"{no.get_reason_display()}{reach}"
        return Subscription(one, "opted_out", no.occurred_at, how, _ends(ways))
    if yes:
        how = f"{yes.record.get_mechanism_display()}, {yes.get_basis_display().lower()}"
        return Subscription(one, "opted_in", yes.given_at, how)
    return Subscription(one, "not_set", None, _("Never asked"))


def _ends(ways: frozenset[LiftedBy]) -> str:
    if LiftedBy.STAFF in ways:
        return ""
    if LiftedBy.UNDO in ways:
        return _("Only the person can undo this, or the undo of its campaign or list.")
    return _("Only the person can undo this.")


@transaction.atomic
def opt_out(
    contact: Contact,
    user: User,
    subscription_type: SubscriptionType | None = None,
    *,
    reason: Reason = Reason.STAFF_OPT_OUT,
    explanation: str = "Opted out by staff on request.",
) -> Suppression | None:
    """Opt her out of one type, or of everything; None when she was already."""
    if not contact.address_id:
        return None
    fresh = Suppression.objects.suppress(
        _held(contact),
        reason,
        act_of(user, Action.WITHDRAWN, explanation),
        subscription_type=subscription_type,
    )
    what = str(subscription_type or "all marketing")
    _note(user, f"opted out of {what}", contact)
    ours = Suppression.objects.active().filter(address__in=fresh, reason=reason)
    return ours.order_by("-pk").first()


def _held(contact: Contact) -> list[int]:
    """Her address, locked; and the one that she was given while that was waited for,
    to which a no that was not said yet did not come along."""
    present = Contact.objects.filter(pk=contact.pk).exclude(address=None)
    now = present.values_list("address_id", flat=True)
    return Address.objects.lock_all(
        lambda: {pk for pk in (contact.address_id, *now.all()) if pk}
    )


@transaction.atomic
def undo_opt_out(no: Suppression, user: User) -> bool:
    """Take back what staff wrote; False when it is somebody else's no."""
    act = act_of(user, Action.RESTORED, "Undone by staff.")
    return bool(Suppression.objects.filter(pk=no.pk).lift(LiftedBy.STAFF, act))


@transaction.atomic
def opt_in(contact: Contact, user: User, agreement: Agreement) -> None:
    """Write down that she agreed; Refused when only she herself can undo a no."""
    if not contact.address_id:
        raise Refused(_("There is no address to subscribe. Add one first."))
    Address.objects.lock([contact.address_id])
    _lift_for(contact, user, agreement)
    yes = act_of(
        user,
        Action.GIVEN,
        agreement.explanation,
        basis=agreement.basis,
        occurred_at=Account.current().noon(agreement.day),
    )
    Grant.objects.give(
        [contact.address_id], agreement.subscription_type, yes, Grade.EVIDENCED
    )
    _note(user, f"opted in to {agreement.subscription_type}", contact)


def _lift_for(contact: Contact, user: User, agreement: Agreement) -> None:
    chosen = agreement.subscription_type
    noes = contact.suppressions().covering(chosen).filter(reason__in=OPT_OUT_REASONS)
    account = Account.current()
    back = act_of(user, Action.RESTORED, agreement.explanation)
    may_lift = back.actor in PRECEDENCE[LiftedBy.STAFF].actors
    for no in noes:
        if not may_lift or LiftedBy.STAFF not in MAY_LIFT[Reason(no.reason)]:
            raise Refused(_why(contact, Reason(no.reason)))
        if agreement.day < (day := account.day_of(no.occurred_at)):
            raise Refused(
                _(
                    "She was opted out on %(day)s. What she agreed to before that day"
                    " does not count any more."
                )
                % {"day": date_format(day, "DATE_FORMAT")}
            )
    if not noes:
        return
    Suppression.objects.filter(pk__in=[no.pk for no in noes]).lift(LiftedBy.STAFF, back)
    kept = act_of(user, Action.WITHDRAWN, f"Stays opted out; came back for {chosen}.")
    for no in noes:
        no.keep_for_others([chosen], kept)


WHY = {
    Reason.ERASED: gettext_lazy(
        "The person behind this address asked to be erased. Only a new double opt-in by"
        " the person ends this."
    ),
    Reason.COMPLAINT: gettext_lazy(
        "%(name)s reported our mail as spam. Only a new double opt-in by the person"
        " ends this."
    ),
    Reason.OWN_OPT_OUT: gettext_lazy(
        "Only %(name)s can undo this: the opt-out was the person’s own. A new sign-up"
        " with a confirmed address ends it."
    ),
    Reason.STAFF_OPT_OUT: gettext_lazy(
        "Staff opted %(name)s out on request. Only staff can take that back, on the"
        " record of the contact."
    ),
    Reason.IMPORTED_OPT_OUT: gettext_lazy(
        "The address stands on an imported opt-out list. Undo that import if it was a"
        " mistake; otherwise only the person can sign up again."
    ),
    Reason.SUNSET: gettext_lazy(
        "%(name)s did not confirm a re-engagement email. The button in that email still"
        " works, or undo that campaign’s opt-out."
    ),
}


def _why(contact: Contact, reason: Reason) -> str:
    return WHY[reason] % {"name": contact.first_name or contact.email}


def _note(user: User, verb: str, contact: Contact) -> None:
    AuditEntry.objects.record(
        user, verb, subject=str(contact), url=contact.get_absolute_url()
    )
