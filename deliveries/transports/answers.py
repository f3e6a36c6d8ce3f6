"""What an HTTP answer says about the mails of its request. Pure.

Accepted, refused for good, later, or unknown: the four that a mail server can say.
And a fifth, that is about us and not about the mail: then none was taken, and all wait.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import Enum

from django.utils import timezone

from deliveries.smtp import UNKNOWN, Answer

# RFC 5321 and 3463 in the words of SMTP, which all that follows is judged by
TAKEN, LATER, REFUSED = 250, 451, 554
LONGEST = 500
MOST_WAIT = dt.timedelta(hours=1)
USUAL_WAIT = dt.timedelta(minutes=1)
TOO_MANY = 429
# A server in front says it heard nothing: the one behind it may have taken the mail.
GATEWAY = frozenset({502, 504})
# Key, account, payment, address of the interface: nothing that a mail could help.
OURS = frozenset({401, 402, 403, 404, 405, 407})


class About(Enum):
    """Whom a refusal is about; nobody, when it may go better later."""

    US = "us"
    MAIL = "mail"
    NOBODY = "nobody"


# Providers that say the same with one status for everything, and what they write then.
# Sources: “Errors”, Mailchimp Transactional API; “API”, Postal; “API error codes”,
# Postmark.
WRITTEN: dict[str, tuple[tuple[str, About], ...]] = {
    "mandrill": (
        ("Invalid_Key", About.US),
        ("PaymentRequired", About.US),
        ("Unknown_Subaccount", About.US),
        ("ValidationError", About.MAIL),
    ),
    "postal": (
        ("AccessDenied", About.US),
        ("InvalidServerAPIKey", About.US),
        ("ServerSuspended", About.US),
        ("UnauthenticatedFromAddress", About.US),
        ("InternalServerError", About.NOBODY),
        ("error", About.MAIL),
    ),
}
# Why they do not send to somebody, in the words that bounces are judged by. What a
# provider forgets after a while is none of these. Sources: “Rejections”, Mailchimp
# Transactional; “email/send”, Unisender Go.
KEPT_BACK: dict[str, dict[str, str]] = {
    "mandrill": {
        "unsub": "unsubscribed address",
        "spam": "spam reporting address",
        "hard-bounce": "on the suppression list",
        "custom": "on the suppression list",
    },
    "unisender_go": {
        "unsubscribed": "unsubscribed address",
        "complained": "spam reporting address",
        "permanent_unavailable": "on the suppression list",
    },
}
# And why they send nothing of ours, of which no reader is to blame.
OUR_FAULT: dict[str, tuple[str, ...]] = {
    "mandrill": ("invalid-sender", "unsigned", "test-mode-limit"),
}
# The sender is not allowed yet, or the account has spent what it may: with whatever
# status, no reader is to blame.
_NOT = r"[^\n\"]{0,80}?\b(?:not|isn.t|un)[ -]?(?:been )?(?:yet )?"
_SENDER = re.compile(
    rf"\b(?:sender|from address|from email|from field)\b{_NOT}"
    r"(?:verified|authori[sz]ed|allowed|confirmed|registered|valid)"
    rf"|\bdomain\b{_NOT}(?:verified|confirmed|registered)"
    r"|\bInvalid 'From'"
    r"|\b(?:quota|credits?|limit)\b[^.\n]{0,40}\b(?:exceeded|reached|exhausted|used)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer. `text` is what a person may read of it."""

    status: int
    text: str
    wait: dt.timedelta | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """`answers`: one for each mail, or none where none was taken. `trouble`: why
    nothing more is tried for `wait`. `splits`: refused as a whole, perhaps for one."""

    answers: Sequence[Answer] = ()
    trouble: str = ""
    wait: dt.timedelta = USUAL_WAIT
    splits: bool = False


def shown(label: str, text: str, status: int | None = None) -> str:
    """A line for the report: who said it, and what."""
    words = " ".join(text.split())[:LONGEST] or "nothing more"
    return f"{label} ({status}): {words}" if status else f"{label}: {words}"


def taken(label: str, kind: str, ref: str) -> Answer:
    """`ref` as webhooks repeat it: some providers put brackets around it."""
    ref = ref.strip("<>")
    return Answer(TAKEN, f"{label} took it as {ref}.", f"{kind}:{ref}" if ref else "")


def kept_back(kind: str, label: str, reply: Reply) -> Said:
    """A request that was taken, and a mail in it that is sent to nobody: why, it says
    in a word of its own."""
    for word, words in KEPT_BACK.get(kind, {}).items():
        if f'"{word}"' in reply.text:
            return Said([Answer(REFUSED, shown(label, f"{words} ({word})."))])
    words = shown(label, reply.text, reply.status)
    if any(f'"{word}"' in reply.text for word in OUR_FAULT.get(kind, ())):
        return Said(trouble=f"{words} Nothing is sent this way meanwhile.")
    return Said([Answer(REFUSED, words)])


def unknown(label: str, why: str) -> Answer:
    return Answer(UNKNOWN, f"{label} did not say whether it took the mail: {why}"[:500])


def judged(kind: str, label: str, reply: Reply, mails: int) -> Said:
    """What an answer that is no success means for all `mails` of its request."""
    words, wait = shown(label, reply.text, reply.status), _wait(reply)
    match _about(kind, reply):
        case About.MAIL:
            return Said([Answer(REFUSED, words)] * mails, splits=mails > 1)
        case About.US:
            return Said(
                trouble=f"{words} Nothing is sent this way meanwhile.", wait=wait
            )
    if reply.status in GATEWAY or reply.status < 300:
        return Said([unknown(label, words)] * mails, words, wait)
    return Said([Answer(LATER, words)] * mails, words, wait)


def _about(kind: str, reply: Reply) -> About:
    for word, about in WRITTEN.get(kind, ()):
        if word in reply.text:
            return about
    if reply.status in {TOO_MANY, *GATEWAY} or reply.status < 300:
        return About.NOBODY
    if reply.status in OURS or reply.status < 400 or is_about_us(reply.text):
        return About.US
    return About.MAIL if reply.status < 500 else About.NOBODY


def is_about_us(text: str) -> bool:
    return _SENDER.search(text) is not None


def _wait(reply: Reply) -> dt.timedelta:
    return min(max(reply.wait or USUAL_WAIT, dt.timedelta(seconds=1)), MOST_WAIT)


def wait_in(header: str) -> dt.timedelta | None:
    """Retry-After (RFC 9110 section 10.2.3): seconds, or a date."""
    if header.isascii() and header.isdigit():
        return dt.timedelta(seconds=min(int(header[:9]), 10**6))
    try:
        return parsedate_to_datetime(header) - timezone.now()
    except (TypeError, ValueError):
        return None
