"""The two answers to a confirmation mail: "yes, that was me" and "this wasn't me".

Only a press counts, never the opening of a page: programs that check mail open every
link. A press that a program could have made is asked for a short code, which stands
on the page for a reader to type.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from consent.models import Address, Suppression
from consent.visitors import is_local
from consent.vocabulary import Action, Grade, Mechanism, Reason
from deliveries.models import EventKind, Verdict
from deliveries.tokens import Token
from deliveries.verdicts import Facts, Judgement, judge
from signups.agreeing import act_of, agree
from signups.asking import sent_at
from signups.models import State, Submission
from signups.taking import noes_to

# a page is not read faster
DWELL = 1_500
STILL_HERS = tuple(set(State) - {State.DISOWNED, State.EXPIRED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """One press of the button, as it reached us."""

    ip: str | None = None
    user_agent: str = ""
    accept_language: str = ""
    gesture: str = ""
    dwell: int = 0
    code: str = ""


def find(token: Token) -> Submission | None:
    """The sign-up behind a link; None when there is none any more."""
    rows = Submission.objects.select_related("form__brand", "address", "text")
    found = rows.filter(
        message_id=token.message_id, delivery_id=token.delivery_id
    ).first()
    hers = found and found.address_id in (token.address_id, None)
    return found if hers else None


def code_of(submission: Submission) -> str:
    """Four digits to type: the same as long as the sign-up waits."""
    digest = salted_hmac("signups.code", str(submission.pk)).hexdigest()
    return f"{int(digest[:8], 16) % 10_000:04}"


def verdict_on(submission: Submission, press: Press) -> Judgement:
    if press.code and press.code == code_of(submission):
        return Judgement(Verdict.HUMAN, 0, {"typed_code": 0})
    sent = sent_at(submission)
    after = (timezone.now() - sent).total_seconds() if sent else None
    return judge(
        Facts(
            kind=EventKind.CONFIRM,
            is_local=bool(press.ip) and is_local(press.ip or ""),
            ip=press.ip or "",
            user_agent=press.user_agent,
            accept_language=press.accept_language,
            gesture=press.gesture if press.dwell >= DWELL else "",
            after_delivery=after,
        )
    )


def standing_noes(submission: Submission) -> list[Suppression]:
    """What she is told that her yes will end."""
    if submission.address is None:
        return []
    return noes_to(submission.address, list(submission.types.all()))


@transaction.atomic
def confirm(submission: Submission, press: Press) -> bool:
    """Write the yes; False when a program may have pressed. Safe to repeat: of two
    presses at once the second finds it done."""
    judgement = verdict_on(submission, press)
    if judgement.verdict != Verdict.HUMAN or submission.address_id is None:
        return False
    Address.objects.lock([submission.address_id])
    if not submission.settle(State.CONFIRMED, among=[State.PENDING]):
        submission.refresh_from_db(fields=["state"])
        return submission.state == State.CONFIRMED
    proof = {
        "ip": press.ip,
        "user_agent": press.user_agent,
        "gesture": press.gesture,
        "verdict": judgement.verdict.value,
        "score": judgement.score,
        "signals": judgement.signals,
        "message": submission.message_id,
        "delivery": submission.delivery_id,
        "mail_accepted_at": str(sent_at(submission) or ""),
    }
    agree(submission, Mechanism.DOUBLE_OPT_IN, Grade.DOUBLE_OPT_IN, proof)
    return True


@transaction.atomic
def disown(submission: Submission, press: Press) -> bool:
    """She says that it was not her: no form writes to her again, and what was
    confirmed in her name is withdrawn. False when it was said before."""
    if submission.address_id is None:
        return False
    Address.objects.lock([submission.address_id])
    was = State(Submission.objects.get(pk=submission.pk).state)
    if not submission.settle(State.DISOWNED, among=STILL_HERS):
        return False
    if was.is_yes:
        _withdraw(submission, press)
    submission.answers = {}
    submission.save(update_fields=["answers"])
    return True


def _withdraw(submission: Submission, press: Press) -> None:
    proof = {"ip": press.ip, "user_agent": press.user_agent}
    act = replace(
        act_of(submission, Mechanism.DOUBLE_OPT_IN, proof),
        action=Action.WITHDRAWN,
        explanation="Said that the sign-up was somebody else’s.",
    )
    for kind in submission.types.all():
        Suppression.objects.suppress(
            [submission.address_id or 0],
            Reason.OWN_OPT_OUT,
            act,
            subscription_type=kind,
        )
