"""What others can be told about, and which act in the ledger is which event."""

from __future__ import annotations

from django.db import models

from consent.vocabulary import Action, Mechanism


class EventType(models.TextChoices):
    """The names as they are sent; never renamed, receivers know them."""

    AGREED = "consent.given", "somebody agreed to a subscription type"
    CONFIRMED = "consent.confirmed", "somebody confirmed that mail is wanted"
    ENDED = "consent.ended", "somebody refused, or an agreement expired"
    OPTED_OUT = "opt_out.created", "somebody opted out, or was after staying silent"
    OPT_OUT_UNDONE = "opt_out.undone", "an opt-out was undone"
    COMPLAINED = "complaint.received", "somebody reported our mail as spam"
    BOUNCED = "email.bounced", "an email came back or was refused"
    BLOCKED = "address.blocked", "an address is mailed no more because of bounces"
    RELEASED = "address.released", "an address can be mailed again"
    PAUSED = "pause.began", "somebody asked for a pause"
    RESUMED = "pause.ended", "a pause is over"
    ERASED = "person.erased", "a person was erased on request"
    TRACKING_AGREED = "tracking.agreed", "somebody agreed to being tracked"
    TRACKING_REFUSED = "tracking.refused", "somebody refused to be tracked"
    TEST = "webhook.test", "a test that somebody asked for"


# what an endpoint can ask for: a test comes to everybody who asks for one
CHOOSABLE = [one for one in EventType if one != EventType.TEST]

# Every act in the ledger is one event. A complaint is an opt-out that a mailbox
# provider passed on; it has a name of its own.
OF_ACTION: dict[Action, EventType] = {
    Action.GIVEN: EventType.AGREED,
    Action.RENEWED: EventType.CONFIRMED,
    Action.LATE_CONFIRMED: EventType.CONFIRMED,
    Action.REFUSED: EventType.ENDED,
    Action.EXPIRED: EventType.ENDED,
    Action.WITHDRAWN: EventType.OPTED_OUT,
    Action.SUNSET: EventType.OPTED_OUT,
    Action.RESTORED: EventType.OPT_OUT_UNDONE,
    Action.SUPPRESSED: EventType.BLOCKED,
    Action.RELEASED: EventType.RELEASED,
    Action.PAUSED: EventType.PAUSED,
    Action.RESUMED: EventType.RESUMED,
    Action.ERASED: EventType.ERASED,
    Action.TRACKING_AGREED: EventType.TRACKING_AGREED,
    Action.TRACKING_REFUSED: EventType.TRACKING_REFUSED,
}
OF_MECHANISM = {(Action.WITHDRAWN, Mechanism.FEEDBACK_LOOP): EventType.COMPLAINED}


class NoticeState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Given up"
