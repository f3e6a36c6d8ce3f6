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


class Action(models.TextChoices):
    """What happened to somebody's permission."""

    GIVEN = "given", "Agreed"
    REFUSED = "refused", "Refused"
    WITHDRAWN = "withdrawn", "Opted out"
    RENEWED = "renewed", "Confirmed again"
    EXPIRED = "expired", "Expired"
    SUNSET = "sunset", "Opted out after staying silent"
    LATE_CONFIRMED = "late_confirmed", "Came back by a late confirmation"
    RESTORED = "restored", "Opt-out undone"
    SUPPRESSED = "suppressed", "Address blocked"
    RELEASED = "released", "Address released"
    PAUSED = "paused", "Asked for a pause"
    RESUMED = "resumed", "The pause ended"
    ERASED = "erased", "Erased on request"
    # on being tracked, apart from being mailed
    TRACKING_AGREED = "tracking_agreed", "Agreed to tracking"
    TRACKING_REFUSED = "tracking_refused", "Refused tracking"


class Mechanism(models.TextChoices):
    """The way it reached us."""

    FORM = "form", "Form"
    DOUBLE_OPT_IN = "double_opt_in", "Double opt-in"
    PERMISSION_PASS = "permission_pass", "Re-engagement email"
    IMPORT = "import", "Import"
    OPT_OUT_IMPORT = "opt_out_import", "Opt-out import"
    ONE_CLICK = "one_click", "One-click unsubscribe"
    UNSUBSCRIBE_PAGE = "unsubscribe_page", "Unsubscribe page"
    UNSUBSCRIBE_MAIL = "unsubscribe_mail", "Unsubscribe mail"
    PREFERENCE_CENTRE = "preference_centre", "Preference page"
    STAFF = "staff", "Staff"
    API = "api", "API"
    BOUNCE = "bounce", "Bounce"
    FEEDBACK_LOOP = "feedback_loop", "Feedback loop"
    REENGAGEMENT = "reengagement", "Re-engagement campaign"
    UNDO = "undo", "Undo"


class Actor(models.TextChoices):
    """Who acted."""

    CONTACT = "contact", "The person"
    STAFF = "staff", "Staff"
    # in the name of somebody who works here; no way of lifting a no is its own
    PROGRAM = "program", "A program"
    IMPORT = "import", "Import"
    SYSTEM = "system", "System"
    MAILBOX_PROVIDER = "mailbox_provider", "Mailbox provider"


class LegalBasis(models.TextChoices):
    """The ground for writing to somebody."""

    CONSENT = "consent", "Consent freely given"
    SOFT_OPT_IN = "soft_opt_in", "Existing customer, own similar products"
    LEGITIMATE_INTEREST = "legitimate_interest", "Legitimate interest"
    CONTRACT = "contract", "Performance of a contract"
    NONE = "none", "None on file"

    @property
    def allows_marketing(self) -> bool:
        return self in {LegalBasis.CONSENT, LegalBasis.SOFT_OPT_IN}

    @property
    def allows_one_to_one(self) -> bool:
        return self is not LegalBasis.NONE


class Grade(models.TextChoices):
    """How well a yes is proved; the order is from strongest to weakest."""

    DOUBLE_OPT_IN = "double_opt_in", "Double opt-in"
    RECONFIRMED = "reconfirmed", "Confirmed again by the person"
    EVIDENCED = "evidenced", "Date and source on file"
    STATED = "stated", "Stated without evidence"


# A yes that may be mailed. "Stated" is a claim that nobody can prove: it is kept
# for the record and never mailed (GDPR Art. 7(1): the controller must demonstrate).
MAILABLE_GRADES = (Grade.DOUBLE_OPT_IN, Grade.RECONFIRMED, Grade.EVIDENCED)


class Scope(models.TextChoices):
    """How far an opt-out reaches."""

    EVERYTHING = "everything", "All marketing"
    BRAND = "brand", "One brand"
    TYPE = "type", "One subscription type"


class Reason(models.TextChoices):
    """Why an address may not be mailed; in the order in which it is told."""

    ERASED = "erased", "Erased on request"
    COMPLAINT = "complaint", "Reported our mail as spam"
    OWN_OPT_OUT = "own_opt_out", "Opted out"
    STAFF_OPT_OUT = "staff_opt_out", "Opted out by staff on request"
    IMPORTED_OPT_OUT = "imported_opt_out", "On an imported opt-out list"
    SUNSET = "sunset", "Did not confirm a re-engagement email"
    GLOBAL_BLOCK = "global_block", "On the list of global blocks"
    DEAD_ADDRESS = "dead_address", "The address does not exist"
    BOUNCED = "bounced", "Bounced too often"
    IMPORTED_BOUNCE = "imported_bounce", "Bounced before it came here"
    PAUSED = "paused", "Asked for a pause"

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

    DOUBLE_OPT_IN = "double_opt_in", "The person's own double opt-in"
    LATE_CONFIRMATION = "late_confirmation", "The person's late confirmation"
    STAFF = "staff", "Staff, with a reason"
    UNDO = "undo", "Undo of its batch"
    UNBOUNCE = "unbounce", "Unbounce"
    RESCUE = "rescue", "The bounce was judged anew"
    GLOBAL_LIST = "global_list", "Taken off the list of global blocks"
    OWN_UNDO = "own_undo", "The person's undo right after"
    PAUSE_OVER = "pause_over", "The end of the pause"


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
