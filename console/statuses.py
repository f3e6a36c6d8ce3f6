"""How every state in the console looks: one badge is an icon, a word and a tint.

Opted out is neutral on purpose: it is a person's choice, not a fault.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Look(NamedTuple):
    """The drawing of one state. `tint` is "", "ok", "info", "warn" or "bad"."""

    label: StrOrPromise
    tint: str
    icon: str


OK, INFO, WARN, BAD, NEUTRAL = "ok", "info", "warn", "bad", ""

STATUSES: dict[str, Look] = {
    # a person: can we email her?
    "mailable": Look(pgettext_lazy("one person", "Can be emailed"), OK, "circle-check"),
    "pending": Look(_("Not confirmed"), INFO, "clock"),
    "soft_bouncing": Look(
        pgettext_lazy("one person", "Soft bouncing"), WARN, "triangle-alert"
    ),
    "on_hold": Look(_("On hold"), WARN, "triangle-alert"),
    "hard_bounced": Look(pgettext_lazy("one person", "Hard bounced"), BAD, "circle-x"),
    "complained": Look(_("Marked as spam"), BAD, "circle-x"),
    "blocked": Look(_("Blocked"), BAD, "circle-x"),
    "opted_out": Look(
        pgettext_lazy("one person", "Opted out"), NEUTRAL, "circle-minus"
    ),
    "no_address": Look(_("No email address"), NEUTRAL, "circle-minus"),
    "complaint": Look(_("Marked as spam"), BAD, "circle-x"),
    "own_opt_out": Look(
        pgettext_lazy("one person", "Opted out"), NEUTRAL, "circle-minus"
    ),
    "staff_opt_out": Look(_("Opted out by staff"), NEUTRAL, "circle-minus"),
    "imported_opt_out": Look(_("On an opt-out list"), NEUTRAL, "circle-minus"),
    "sunset": Look(_("Stayed silent"), NEUTRAL, "hourglass"),
    "global_block": Look(_("Blocked globally"), BAD, "circle-x"),
    "dead_address": Look(_("Address does not exist"), BAD, "circle-x"),
    "imported_bounce": Look(_("Bounced before"), BAD, "circle-x"),
    "no_basis": Look(_("No legal basis"), NEUTRAL, "circle-minus"),
    "no_consent": Look(_("No consent"), NEUTRAL, "circle-minus"),
    # a subscription
    "opted_in": Look(_("Opted in"), OK, "circle-check"),
    "not_set": Look(_("Not set"), NEUTRAL, "circle-minus"),
    # being tracked
    "agreed": Look(_("Agreed"), OK, "circle-check"),
    "tracking_refused": Look(
        pgettext_lazy("badge", "Refused"), NEUTRAL, "circle-minus"
    ),
    # an email, a campaign
    "draft": Look(pgettext_lazy("badge", "Draft"), NEUTRAL, "circle-minus"),
    "scheduled": Look(pgettext_lazy("badge", "Scheduled"), INFO, "clock"),
    "preparing": Look(_("Preparing"), INFO, "circle-play"),
    "sending": Look(pgettext_lazy("badge", "Sending"), INFO, "circle-play"),
    "running": Look(pgettext_lazy("badge", "Running"), INFO, "circle-play"),
    "waiting": Look(_("Waiting"), INFO, "hourglass"),
    "review": Look(_("Needs your review"), WARN, "eye"),
    "opting_out": Look(_("Opting out"), INFO, "circle-play"),
    "paused": Look(pgettext_lazy("badge", "Paused"), WARN, "pause"),
    "stopped": Look(pgettext_lazy("badge", "Stopped"), WARN, "square"),
    "sent": Look(pgettext_lazy("badge", "Sent"), OK, "circle-check"),
    "finished": Look(pgettext_lazy("badge", "Finished"), OK, "circle-check"),
    "undone": Look(pgettext_lazy("badge", "Undone"), NEUTRAL, "undo-2"),
    "archived": Look(pgettext_lazy("badge", "Archived"), NEUTRAL, "circle-minus"),
    # a question to the second person
    "asked": Look(_("Waits for approval"), INFO, "clock"),
    "approved": Look(pgettext_lazy("badge", "Approved"), OK, "badge-check"),
    "sent_back": Look(_("Sent back"), WARN, "undo-2"),
    # one delivery
    "queued": Look(_("Waiting"), INFO, "clock"),
    "started": Look(pgettext_lazy("badge", "Sending"), INFO, "circle-play"),
    "delivered": Look(_("Delivered"), OK, "circle-check"),
    "opened": Look(pgettext_lazy("badge", "Opened"), OK, "mail-open"),
    "clicked": Look(pgettext_lazy("badge", "Clicked"), OK, "mouse-pointer-click"),
    "confirmed": Look(pgettext_lazy("badge", "Confirmed"), OK, "badge-check"),
    "expired": Look(_("Gave up"), BAD, "circle-x"),
    "deferred": Look(_("Trying again"), WARN, "triangle-alert"),
    "uncertain": Look(_("Uncertain"), WARN, "triangle-alert"),
    "bounced": Look(pgettext_lazy("one person", "Bounced"), BAD, "circle-x"),
    "refused": Look(pgettext_lazy("badge", "Not sent"), NEUTRAL, "circle-minus"),
    "cancelled": Look(pgettext_lazy("badge", "Cancelled"), NEUTRAL, "circle-minus"),
    # one of the questions asked about a delivery
    "passed": Look(pgettext_lazy("badge", "Clear"), OK, "circle-check"),
    "kept_out": Look(_("Kept out"), WARN, "circle-minus"),
    "as_well": Look(_("Would have, too"), NEUTRAL, "circle-minus"),
    "not_asked": Look(_("Not asked"), NEUTRAL, "circle-minus"),
    "asked_later": Look(_("Asked as it starts"), INFO, "clock"),
    # somebody in a re-engagement campaign
    "reengaged": Look(_("Re-engaged"), OK, "badge-check"),
    "silent": Look(_("Still silent"), NEUTRAL, "hourglass"),
    # why an address is blocked by a bounce
    "UNKNOWN_USER": Look(_("Unknown user"), BAD, "circle-x"),
    "MAILBOX_FULL": Look(_("Mailbox full"), BAD, "circle-x"),
    "POLICY": Look(_("Policy"), WARN, "triangle-alert"),
    "SPAM": Look(_("Taken for spam"), WARN, "triangle-alert"),
    "CONTENT": Look(_("Content"), WARN, "triangle-alert"),
    "OTHER": Look(_("Other"), WARN, "triangle-alert"),
    # an incident
    "open": Look(pgettext_lazy("badge", "Open"), WARN, "triangle-alert"),
    "held": Look(_("Sending waits"), WARN, "pause"),
    "solved": Look(_("Solved"), OK, "circle-check"),
    # complaints at a provider
    "well": Look(pgettext_lazy("badge", "Good"), OK, "circle-check"),
    "few": Look(pgettext_lazy("badge", "Few"), OK, "circle-check"),
    "many": Look(_("Watch it"), WARN, "triangle-alert"),
    "too_many": Look(_("Too many"), BAD, "circle-x"),
    "too_little": Look(_("Too little mail"), NEUTRAL, "circle-minus"),
    "silent_provider": Look(_("Tells nothing"), NEUTRAL, "circle-minus"),
    # a click
    "human": Look(pgettext_lazy("badge", "Human"), OK, "mouse-pointer-click"),
    "machine": Look(pgettext_lazy("badge", "Machine"), NEUTRAL, "circle-minus"),
    "unverified": Look(_("Unverified"), WARN, "triangle-alert"),
    # a sending domain, its keys and records
    "connected": Look(_("Connected"), OK, "circle-check"),
    "failing": Look(_("Not connected"), BAD, "circle-x"),
    "new_domain": Look(_("Not checked yet"), INFO, "clock"),
    # a webhook
    "taking": Look(_("In use"), OK, "circle-check"),
    # a job, a segment
    "done": Look(pgettext_lazy("badge", "Done"), OK, "circle-check"),
    "failed": Look(pgettext_lazy("badge", "Failed"), BAD, "circle-x"),
    "processing": Look(_("Processing"), INFO, "clock"),
    "active": Look(_("Active"), INFO, "refresh-cw"),
    "static": Look(_("Static"), NEUTRAL, "square"),
    "broken": Look(_("Needs attention"), WARN, "triangle-alert"),
}


def look_of(state: str) -> Look:
    """The drawing of a state; an unlisted one is neutral and shows its own word."""
    plain = state.replace("_", " ").capitalize()
    return STATUSES.get(state, Look(plain, NEUTRAL, "circle-minus"))
