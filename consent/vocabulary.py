"""The words of consent, and the tables that say what each of them allows.

Kept apart from the tables in the database so that every layer can name them.
Sources: GDPR Art. 6, 7 and 21, ePrivacy Directive Art. 13, RFC 8058.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Action(models.TextChoices):
    """What happened to somebody's permission."""

    GIVEN = "given", _("Agreed")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("one person", "Opted out")
    RENEWED = "renewed", _("Confirmed again")
    EXPIRED = "expired", _("Expired")
    SUNSET = "sunset", _("Opted out after staying silent")
    LATE_CONFIRMED = "late_confirmed", _("Came back by a late confirmation")
    RESTORED = "restored", _("Opt-out undone")
    SUPPRESSED = "suppressed", _("Address blocked")
    RELEASED = "released", _("Address released")
    PAUSED = "paused", _("Asked for a pause")
    RESUMED = "resumed", _("The pause ended")
    ERASED = "erased", _("Erased on request")
    # on how often one type comes, see consent.models.fewer
    FEWER = "fewer", _("Asked for fewer emails")
    AS_SENT = "as_sent", _("Asked for all emails again")
    # on being tracked, apart from being mailed
    TRACKING_AGREED = "tracking_agreed", _("Agreed to tracking")
    TRACKING_REFUSED = "tracking_refused", _("Refused tracking")


class Mechanism(models.TextChoices):
    """The way it reached us."""

    FORM = "form", _("Form")
    DOUBLE_OPT_IN = "double_opt_in", _("Double opt-in")
    PERMISSION_PASS = "permission_pass", _("Re-engagement email")
    IMPORT = "import", _("Import")
    OPT_OUT_IMPORT = "opt_out_import", _("Opt-out import")
    ONE_CLICK = "one_click", _("One-click unsubscribe")
    UNSUBSCRIBE_PAGE = "unsubscribe_page", _("Unsubscribe page")
    UNSUBSCRIBE_MAIL = "unsubscribe_mail", _("Unsubscribe mail")
    PREFERENCE_CENTRE = "preference_centre", _("Preference page")
    STAFF = "staff", _("Staff")
    API = "api", "API"
    BOUNCE = "bounce", _("Bounce")
    FEEDBACK_LOOP = "feedback_loop", _("Feedback loop")
    REENGAGEMENT = "reengagement", _("Re-engagement campaign")
    UNDO = "undo", pgettext_lazy("noun", "Undo")


class Actor(models.TextChoices):
    """Who acted."""

    CONTACT = "contact", _("The person")
    STAFF = "staff", _("Staff")
    # in the name of somebody who works here; no way of lifting a no is its own
    PROGRAM = "program", _("A program")
    IMPORT = "import", _("Import")
    SYSTEM = "system", _("System")
    MAILBOX_PROVIDER = "mailbox_provider", _("Mailbox provider")


class LegalBasis(models.TextChoices):
    """The ground for writing to somebody."""

    CONSENT = "consent", _("Consent freely given")
    SOFT_OPT_IN = "soft_opt_in", _("Existing customer, own similar products")
    LEGITIMATE_INTEREST = "legitimate_interest", _("Legitimate interest")
    CONTRACT = "contract", _("Performance of a contract")
    NONE = "none", _("None on file")

    @property
    def allows_marketing(self) -> bool:
        return self in {LegalBasis.CONSENT, LegalBasis.SOFT_OPT_IN}

    @property
    def allows_one_to_one(self) -> bool:
        return self is not LegalBasis.NONE


class Grade(models.TextChoices):
    """How well a yes is proved; the order is from strongest to weakest."""

    DOUBLE_OPT_IN = "double_opt_in", _("Double opt-in")
    RECONFIRMED = "reconfirmed", _("Confirmed again by the person")
    EVIDENCED = "evidenced", _("Date and source on file")
    STATED = "stated", _("Stated without evidence")


# A yes that may be mailed. "Stated" is a claim that nobody can prove: it is kept
# for the record and never mailed (GDPR Art. 7(1): the controller must demonstrate).
MAILABLE_GRADES = (Grade.DOUBLE_OPT_IN, Grade.RECONFIRMED, Grade.EVIDENCED)


class Scope(models.TextChoices):
    """How far an opt-out reaches."""

    EVERYTHING = "everything", _("All marketing")
    BRAND = "brand", _("One brand")
    TYPE = "type", _("One subscription type")


class Reason(models.TextChoices):
    """Why an address may not be mailed; in the order in which it is told."""

    ERASED = "erased", _("Erased on request")
    COMPLAINT = "complaint", _("Reported our mail as spam")
    OWN_OPT_OUT = "own_opt_out", pgettext_lazy("one person", "Opted out")
    STAFF_OPT_OUT = "staff_opt_out", _("Opted out by staff on request")
    IMPORTED_OPT_OUT = "imported_opt_out", _("On an imported opt-out list")
    SUNSET = "sunset", _("Did not confirm a re-engagement email")
    GLOBAL_BLOCK = "global_block", _("On the list of global blocks")
    DEAD_ADDRESS = "dead_address", _("The address does not exist")
    BOUNCED = "bounced", _("Bounced too often")
    IMPORTED_BOUNCE = "imported_bounce", _("Bounced before it came here")
    PAUSED = "paused", _("Asked for a pause")

    @property
    def is_opt_out(self) -> bool:
        """A no to us, as opposed to an address that does not work."""
        return self in OPT_OUT_REASONS


OPT_OUT_REASONS = (
    Reason.ERASED,
    Reason.COMPLAINT,
    Reason.OWN_OPT_OUT,
    Reason.STAFF_OPT_OUT,
    Reason.IMPORTED_OPT_OUT,
    Reason.SUNSET,
)
BOUNCE_REASONS = (
    Reason.GLOBAL_BLOCK,
    Reason.DEAD_ADDRESS,
    Reason.BOUNCED,
    Reason.IMPORTED_BOUNCE,
)

# in the source of a record: how marketers call the bounce that blocked the address,
# so that it is known when the contact is long deleted
BOUNCE_REASON = "bounce_reason"


class LiftedBy(models.TextChoices):
    """The ways a suppression can end."""

    DOUBLE_OPT_IN = "double_opt_in", _("The person's own double opt-in")
    LATE_CONFIRMATION = "late_confirmation", _("The person's late confirmation")
    STAFF = "staff", _("Staff, with a reason")
    UNDO = "undo", _("Undo of its batch")
    UNBOUNCE = "unbounce", _("Unbounce")
    RESCUE = "rescue", _("The bounce was judged anew")
    GLOBAL_LIST = "global_list", _("Taken off the list of global blocks")
    OWN_UNDO = "own_undo", _("The person's undo right after")
    PAUSE_OVER = "pause_over", _("The end of the pause")


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way a no can end: who must have acted, what it lifts, and when it counts.

    `must_be_later`: the act must be younger than the no; of two equally old ones
    the no wins. `within`: no longer after the no than this.
    """

    actors: frozenset[Actor]
    lifts: frozenset[Reason]
    must_be_later: bool = False
    within: dt.timedelta | None = None


UNDO_WINDOW = dt.timedelta(minutes=10)
_THE_PERSON = frozenset({Actor.CONTACT})
_STAFF = frozenset({Actor.STAFF})

# The whole precedence of yes over no. What is not here never happens: no import, no
# campaign and no system job lifts what a person said, nobody but the person lifts a
# complaint, and an address that does not exist stays blocked unless what the server
# said turns out to mean something else.
PRECEDENCE: dict[LiftedBy, Way] = {
    LiftedBy.DOUBLE_OPT_IN: Way(
        actors=_THE_PERSON,
        lifts=frozenset((*OPT_OUT_REASONS, Reason.PAUSED)),
        must_be_later=True,
    ),
    LiftedBy.LATE_CONFIRMATION: Way(
        actors=_THE_PERSON, lifts=frozenset({Reason.SUNSET}), must_be_later=True
    ),
    LiftedBy.OWN_UNDO: Way(
        actors=_THE_PERSON,
        lifts=frozenset({Reason.OWN_OPT_OUT}),
        must_be_later=True,
        within=UNDO_WINDOW,
    ),
    # corrects what staff entered by mistake, never what a person did
    LiftedBy.STAFF: Way(actors=_STAFF, lifts=frozenset({Reason.STAFF_OPT_OUT})),
    LiftedBy.UNDO: Way(
        actors=_STAFF,
        lifts=frozenset(
            {Reason.IMPORTED_OPT_OUT, Reason.SUNSET, Reason.IMPORTED_BOUNCE}
        ),
    ),
    # a person, or the release of a mailbox that was full or an incident solved
    LiftedBy.UNBOUNCE: Way(
        actors=_STAFF | {Actor.SYSTEM},
        lifts=frozenset({Reason.BOUNCED, Reason.IMPORTED_BOUNCE}),
    ),
    # the stored words of the server mean something else by the rules of today
    LiftedBy.RESCUE: Way(
        actors=_STAFF, lifts=frozenset({Reason.DEAD_ADDRESS, Reason.BOUNCED})
    ),
    LiftedBy.GLOBAL_LIST: Way(actors=_STAFF, lifts=frozenset({Reason.GLOBAL_BLOCK})),
    # by the clock, or earlier by the person; staff wait as everybody does
    LiftedBy.PAUSE_OVER: Way(
        actors=_THE_PERSON | {Actor.SYSTEM}, lifts=frozenset({Reason.PAUSED})
    ),
}

# The same table read from the other side: the ways that end a no of each reason.
MAY_LIFT: dict[Reason, frozenset[LiftedBy]] = {
    reason: frozenset(way for way, rule in PRECEDENCE.items() if reason in rule.lifts)
    for reason in Reason
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What proves one act; apart from the ledger, so that it can be erased."""

    raw_address: str = ""
    ip: str | None = None
    user_agent: str = ""
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act on the ledger: the part that is the same for everybody it touches.

    `occurred_at` is when the person (or system) acted, not when we learnt it.
    `moments` has, by the ids of addresses, who acted at another moment than that.
    `until` is when a pause ends by itself; nothing else does.
    `source` names where it came from, in words a reader of the record
    understands: {"file": ..., "row": ...}, {"message": 12, "delivery": 345}.
    """

    action: Action
    mechanism: Mechanism
    actor: Actor
    basis: LegalBasis = LegalBasis.NONE
    occurred_at: dt.datetime = field(default_factory=timezone.now)
    moments: Mapping[int, dt.datetime] = field(default_factory=dict)
    explanation: str = ""
    user_id: int | None = None
    text_id: int | None = None
    batch_id: uuid.UUID | None = None
    until: dt.datetime | None = None
    source: dict[str, Any] = field(default_factory=dict)
    evidence: Evidence | None = None

    def moments_of(self, ids: Iterable[int]) -> str:
        """When each acted, as PostgreSQL reads an array."""
        usual = self.occurred_at.isoformat()
        own = {pk: at.isoformat() for pk, at in self.moments.items()}
        return f"{{{','.join(own.get(pk, usual) for pk in ids)}}}"
