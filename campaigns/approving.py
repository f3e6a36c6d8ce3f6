"""The second person, in sentences: what is missing, and what the page offers whom."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import Account, User
from accounts.roles import Right
from campaigns.models import Approval, ApprovalState, MarketingEmail
from segments.models import Segment, SegmentUse

NEVER = "A second person has to approve it. Ask for it on the page Approval."
CHANGED = "{what} was changed after {who} {did}. Ask for approval again."
WAITS = "It waits for a second person: {who} asked for approval."
SENT_BACK = "{who} sent it back: {reason} Change it, then ask for approval again."
VOIDED = {
    ApprovalState.ASKED: "asked for approval",
    ApprovalState.APPROVED: "approved it",
    ApprovalState.SENT_BACK: "sent it back",
}


def unapproved(email: MarketingEmail) -> list[str]:
    """Why it may not start, in a sentence; nothing: it may, it did, or nobody has to
    approve it."""
    if email.message_id or not Account.current().second_person:
        return []
    return Standing.of(email).sentences


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the approval of an email as it stands is. `newest`: the last question."""

    newest: Approval | None

    @classmethod
    def of(cls, email: MarketingEmail) -> Standing:
        found = Approval.objects.newest(email)
        if found:
            found.email = email
        return cls(found)

    @property
    def state(self) -> str:
        """ "never", "void", or what was said of the email as it stands."""
        if self.newest is None:
            return "never"
        return "void" if self.newest.is_void else self.newest.state

    @property
    def sentences(self) -> list[str]:
        if self.newest is None:
            return [NEVER]
        if self.newest.is_void:
            return [self._changed(self.newest)]
        if self.newest.state == ApprovalState.ASKED:
            return [WAITS.format(who=self.newest.asked_by)]
        if self.newest.state == ApprovalState.SENT_BACK:
            who, reason = self.newest.decided_by, self.newest.reason
            return [SENT_BACK.format(who=who, reason=reason)]
        return []

    def _changed(self, newest: Approval) -> str:
        who = newest.decided_by or newest.asked_by
        did = VOIDED[ApprovalState(newest.state)]
        segment = _changed_segment(newest)
        what = f"The segment “{segment}”" if segment else "It"
        return CHANGED.format(what=what, who=who, did=did)

    @property
    def may_ask(self) -> bool:
        """Nobody was asked yet about the email as it stands, or it was sent back."""
        return self.state in {"never", "void", ApprovalState.SENT_BACK}

    def may_decide(self, user: User) -> bool:
        """It waits, and `user` is not who asked."""
        waits = self.state == ApprovalState.ASKED and user.may(Right.APPROVE)
        return waits and self.newest is not None and self.newest.asked_by != user


def _changed_segment(newest: Approval) -> Segment | None:
    """Of those that the email goes to or leaves out, with what they are made from."""
    moment = newest.decided_at or newest.asked_at
    behind = SegmentUse.objects.behind(newest.email.key, newest.email.blocks_key)
    chosen = Segment.objects.filter(pk__in=behind).order_by("name")
    # who is taken out of a segment that it goes to changes nothing for the others
    others = chosen.exclude(pk__in=newest.email.include.all())
    return chosen.changed_since(moment).first() or others.left_since(moment).first()
