"""A yes is written down: the contact, what it ends, and what it allows.

A yes to one kind of mail never lets another kind through: where it ends a no that
reached further, the rest of that no goes on, kind by kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.utils import timezone

from consent.models import Grant, SubscriptionType, Suppression
from consent.vocabulary import (
    Act,
    Action,
    Actor,
    Evidence,
    Grade,
    LegalBasis,
    LiftedBy,
    Mechanism,
)
from contacts.models import Contact
from deliveries import measuring
from signups.models import CONTACT_QUESTIONS, Submission


def agree(
    submission: Submission,
    mechanism: Mechanism,
    grade: Grade,
    proof: dict[str, Any] | None = None,
) -> None:
    """Write the yes of this sign-up. The address is locked by the caller."""
    confirmed = grade is Grade.DOUBLE_OPT_IN
    keep_contact(submission, overwrite=confirmed)
    act = act_of(submission, mechanism, proof or {})
    types = list(submission.types.all())
    if confirmed:
        lift(submission, types, act)
    for kind in types:
        Grant.objects.give([submission.address_id or 0], kind, act, grade)
    _say_of_tracking(submission, act)


def _say_of_tracking(submission: Submission, act: Act) -> None:
    """What she ticked, or left empty, in the box about opens and clicks; nothing where
    there was none. It counts from when she sent the form: a later word stands."""
    form = submission.form
    if form and form.tracking:
        measuring.say(
            [submission.address_id or 0],
            form.brand,
            replace(act, occurred_at=submission.at),
            agreed=submission.tracking,
        )


def act_of(submission: Submission, mechanism: Mechanism, proof: dict[str, Any]) -> Act:
    sent = {
        "submitted_at": submission.at.isoformat(),
        "submitted_from": submission.ip or "",
        "page": submission.page,
        "boxes": "unticked",
        "tracking_agreed": submission.tracking,
    }
    told = submission.form or "an invitation by staff"
    return Act(
        action=Action.GIVEN,
        mechanism=mechanism,
        actor=Actor.CONTACT,
        basis=LegalBasis.CONSENT,
        explanation=f"Signed up with {told}.",
        text_id=submission.text_id,
        source=submission.source(),
        evidence=Evidence(
            raw_address=submission.email,
            ip=proof.get("ip") or submission.ip,
            user_agent=proof.get("user_agent") or submission.user_agent,
            detail=sent | proof,
        ),
    )


def keep_contact(submission: Submission, *, overwrite: bool) -> Contact:
    """The contact with what was answered. Without a confirmation anybody could have
    typed it: then it only fills what is empty."""
    known = Contact.objects.filter(address=submission.address)
    contact = known.select_for_update(no_key=True).first() or _new(submission)
    for name, value in submission.answers.items():
        if name in CONTACT_QUESTIONS:
            if overwrite or not getattr(contact, name):
                setattr(contact, name, value)
        elif overwrite or name not in contact.properties:
            contact.properties[name] = value
    contact.updated_at = timezone.now()
    contact.save(update_fields=[*CONTACT_QUESTIONS, "properties", "updated_at"])
    return contact


def _new(submission: Submission) -> Contact:
    """Whoever makes a contact holds the lock of the address, as we do."""
    contact = Contact.objects.create(address=submission.address, email=submission.email)
    Contact.objects.filter(pk=contact.pk).adopt_bounces()
    contact.refresh_from_db()
    return contact


def lift(submission: Submission, types: Sequence[SubscriptionType], act: Act) -> None:
    """End what she had said no to before she signed up, for these kinds alone. A no
    that came after the sign-up stands: she changed her mind once more."""
    way, back = LiftedBy.DOUBLE_OPT_IN, replace(act, action=Action.RESTORED)
    before = Suppression.objects.active().filter(
        address=submission.address_id, occurred_at__lt=submission.at
    )
    for kind in types:
        covering = before.covering(kind)
        ended = list(covering.liftable(way, act.occurred_at))
        covering.lift(way, back)
        for no in ended:
            no.keep_for_others(types, _kept(no))


def _kept(no: Suppression) -> Act:
    return Act(
        action=Action.WITHDRAWN,
        mechanism=Mechanism.DOUBLE_OPT_IN,
        actor=Actor.SYSTEM,
        occurred_at=no.occurred_at,
        explanation="Kept when a new sign-up ended an opt-out that reached further.",
        batch_id=no.batch_id,
        until=no.until,
    )
