"""How every state in the console looks: one badge is an icon, a word and a tint.

Opted out is neutral on purpose: it is a person's choice, not a fault.
"""

from __future__ import annotations

from typing import NamedTuple


class Look(NamedTuple):
    """The drawing of one state. `tint` is "", "ok", "info", "warn" or "bad"."""

    label: str
    tint: str
    icon: str


OK, INFO, WARN, BAD, NEUTRAL = "ok", "info", "warn", "bad", ""

STATUSES: dict[str, Look] = {
    # a person: can we email her?
    "mailable": Look("Can be emailed", OK, "circle-check"),
    "pending": Look("Not confirmed", INFO, "clock"),
    "soft_bouncing": Look("Soft bouncing", WARN, "triangle-alert"),
    "on_hold": Look("On hold", WARN, "triangle-alert"),
    "hard_bounced": Look("Hard bounced", BAD, "circle-x"),
    "complained": Look("Marked as spam", BAD, "circle-x"),
    "blocked": Look("Blocked", BAD, "circle-x"),
    "opted_out": Look("Opted out", NEUTRAL, "circle-minus"),
    "no_address": Look("No email address", NEUTRAL, "circle-minus"),
    "complaint": Look("Marked as spam", BAD, "circle-x"),
    "own_opt_out": Look("Opted out", NEUTRAL, "circle-minus"),
    "staff_opt_out": Look("Opted out by staff", NEUTRAL, "circle-minus"),
    "imported_opt_out": Look("On an opt-out list", NEUTRAL, "circle-minus"),
    "sunset": Look("Stayed silent", NEUTRAL, "hourglass"),
    "global_block": Look("Blocked globally", BAD, "circle-x"),
    "dead_address": Look("Address does not exist", BAD, "circle-x"),
    "imported_bounce": Look("Bounced before", BAD, "circle-x"),
    "no_basis": Look("No legal basis", NEUTRAL, "circle-minus"),
    "no_consent": Look("No consent", NEUTRAL, "circle-minus"),
    # a subscription
    "opted_in": Look("Opted in", OK, "circle-check"),
    "not_set": Look("Not set", NEUTRAL, "circle-minus"),
    # being tracked
    "agreed": Look("Agreed", OK, "circle-check"),
    "tracking_refused": Look("Refused", NEUTRAL, "circle-minus"),
    # an email, a campaign
    "draft": Look("Draft", NEUTRAL, "circle-minus"),
    "scheduled": Look("Scheduled", INFO, "clock"),
    "preparing": Look("Preparing", INFO, "circle-play"),
    "sending": Look("Sending", INFO, "circle-play"),
    "running": Look("Running", INFO, "circle-play"),
    "waiting": Look("Waiting", INFO, "hourglass"),
    "review": Look("Needs your review", WARN, "eye"),
    "opting_out": Look("Opting out", INFO, "circle-play"),
    "paused": Look("Paused", WARN, "pause"),
    "stopped": Look("Stopped", WARN, "square"),
    "sent": Look("Sent", OK, "circle-check"),
    "finished": Look("Finished", OK, "circle-check"),
    "undone": Look("Undone", NEUTRAL, "undo-2"),
    "archived": Look("Archived", NEUTRAL, "circle-minus"),
    # a question to the second person
    "asked": Look("Waits for approval", INFO, "clock"),
    "approved": Look("Approved", OK, "badge-check"),
    "sent_back": Look("Sent back", WARN, "undo-2"),
    # one delivery
    "queued": Look("Waiting", INFO, "clock"),
    "started": Look("Sending", INFO, "circle-play"),
    "delivered": Look("Delivered", OK, "circle-check"),
    "opened": Look("Opened", OK, "mail-open"),
    "clicked": Look("Clicked", OK, "mouse-pointer-click"),
    "confirmed": Look("Confirmed", OK, "badge-check"),
    "expired": Look("Gave up", BAD, "circle-x"),
    "deferred": Look("Trying again", WARN, "triangle-alert"),
    "uncertain": Look("Uncertain", WARN, "triangle-alert"),
    "bounced": Look("Bounced", BAD, "circle-x"),
    "refused": Look("Not sent", NEUTRAL, "circle-minus"),
    "cancelled": Look("Cancelled", NEUTRAL, "circle-minus"),
    # one of the questions asked about a delivery
    "passed": Look("Clear", OK, "circle-check"),
    "kept_out": Look("Kept out", WARN, "circle-minus"),
    "as_well": Look("Would have, too", NEUTRAL, "circle-minus"),
    "not_asked": Look("Not asked", NEUTRAL, "circle-minus"),
    "asked_later": Look("Asked as it starts", INFO, "clock"),
    # somebody in a re-engagement campaign
    "reengaged": Look("Re-engaged", OK, "badge-check"),
    "silent": Look("Still silent", NEUTRAL, "hourglass"),
    # why an address is blocked by a bounce
    "UNKNOWN_USER": Look("Unknown user", BAD, "circle-x"),
    "MAILBOX_FULL": Look("Mailbox full", BAD, "circle-x"),
    "POLICY": Look("Policy", WARN, "triangle-alert"),
    "SPAM": Look("Taken for spam", WARN, "triangle-alert"),
    "CONTENT": Look("Content", WARN, "triangle-alert"),
    "OTHER": Look("Other", WARN, "triangle-alert"),
    # an incident
    "open": Look("Open", WARN, "triangle-alert"),
    "held": Look("Sending waits", WARN, "pause"),
    "solved": Look("Solved", OK, "circle-check"),
    # complaints at a provider
    "well": Look("Good", OK, "circle-check"),
    "few": Look("Few", OK, "circle-check"),
    "many": Look("Watch it", WARN, "triangle-alert"),
    "too_many": Look("Too many", BAD, "circle-x"),
    "too_little": Look("Too little mail", NEUTRAL, "circle-minus"),
    "silent_provider": Look("Tells nothing", NEUTRAL, "circle-minus"),
    # a click
    "human": Look("Human", OK, "mouse-pointer-click"),
    "machine": Look("Machine", NEUTRAL, "circle-minus"),
    "unverified": Look("Unverified", WARN, "triangle-alert"),
    # a sending domain, its keys and records
    "connected": Look("Connected", OK, "circle-check"),
    "failing": Look("Not connected", BAD, "circle-x"),
    "new_domain": Look("Not checked yet", INFO, "clock"),
    # a webhook
    "taking": Look("In use", OK, "circle-check"),
    # a job, a segment
    "done": Look("Done", OK, "circle-check"),
    "failed": Look("Failed", BAD, "circle-x"),
    "processing": Look("Processing", INFO, "clock"),
    "active": Look("Active", INFO, "refresh-cw"),
    "static": Look("Static", NEUTRAL, "square"),
    "broken": Look("Needs attention", WARN, "triangle-alert"),
}


def look_of(state: str) -> Look:
    """The drawing of a state; an unlisted one is neutral and shows its own word."""
    plain = state.replace("_", " ").capitalize()
    return STATUSES.get(state, Look(plain, NEUTRAL, "circle-minus"))
