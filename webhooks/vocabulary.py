"""What others can be told about, and which act in the ledger is which event."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from consent.vocabulary import Action, Mechanism


class EventType(models.TextChoices):
    """The names as they are sent; never renamed, receivers know them."""

    AGREED = "consent.given", _("somebody agreed to a subscription type")
    CONFIRMED = "consent.confirmed", _("somebody confirmed that mail is wanted")
    ENDED = "consent.ended", _("somebody refused, or an agreement expired")
    OPTED_OUT = "opt_out.created", _("somebody opted out, or was after staying silent")
    OPT_OUT_UNDONE = "opt_out.undone", _("an opt-out was undone")
    COMPLAINED = "complaint.received", _("somebody reported our mail as spam")
    BOUNCED = "email.bounced", _("an email came back or was refused")
    BLOCKED = "address.blocked", _("an address is mailed no more because of bounces")
    RELEASED = "address.released", _("an address can be mailed again")
    PAUSED = "pause.began", _("somebody asked for a pause")
    RESUMED = "pause.ended", _("a pause is over")
    FREQUENCY = "frequency.chosen", _("somebody chose how often a type comes")
    ERASED = "person.erased", _("a person was erased on request")
    TRACKING_AGREED = "tracking.agreed", _("somebody agreed to being tracked")
    TRACKING_REFUSED = "tracking.refused", _("somebody refused to be tracked")
    TEST = "webhook.test", _("a test that somebody asked for")


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
    Action.FEWER: EventType.FREQUENCY,
    Action.AS_SENT: EventType.FREQUENCY,
    Action.ERASED: EventType.ERASED,
    Action.TRACKING_AGREED: EventType.TRACKING_AGREED,
    Action.TRACKING_REFUSED: EventType.TRACKING_REFUSED,
}
OF_MECHANISM = {(Action.WITHDRAWN, Mechanism.FEEDBACK_LOOP): EventType.COMPLAINED}


class NoticeState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Given up")
