"""From what a server said to a category: phrases first, then codes.

Phrases go first because the same code means different things (550 5.2.1 is a mailbox
that is closed and a mailbox that gets mail too fast). Codes are those of RFC 3463 and
the IANA registry of enhanced status codes; what providers say is from their own
documentation. The order of the phrases matters: the first that fits decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bounces.categories import CATEGORIES, Doing, Kind

ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
REPLY = re.compile(r"(?<![\d.])([245]\d\d)(?=[\s-])")

PHRASES: tuple[tuple[str, ...], ...] = (
    ("throttled", r"receiving (?:mail|email) (?:at a rate|too quickly)"),
    (
        "mailbox_full",
        r"(?:mail ?box|inbox|account|user).{0,30}\b(?:is )?full\b",
        r"(?:over|exceed\w*).{0,20}quota|quota (?:exceeded|violation)",
        r"out of storage|insufficient (?:system )?storage|storage limit",
    ),
    ("unknown_user", r"p=(?:NoSuchUser|DisabledUser)"),  # Gmail
    # Exchange Online, for a mailbox its directory does not know
    ("unknown_user", r"recipient address rejected: access denied"),
    (
        "auth",
        r"\bdmarc\b|\bdkim\b|\bspf\b|unauthenticated (?:e?mail|sender)",
        r"sender policy framework|not authenticated",
    ),
    (
        "reputation",
        r"spamhaus|spamcop|barracuda|sorbs|\b[dr]n?s?bl\b|block ?list|black ?list",
        r"reputation|\[?TSS\d\d|\[?PH01\]?|(?<!not )listed (?:in|on|at|by) ",
    ),
    ("greylisted", r"gr[ae]y[ -]?list"),
    ("virus", r"\bvirus|malware|infected"),
    (
        "throttled",
        r"rate[ -]?limit|throttl|too many (?:message|connection|recipient|mail)",
        r"unusual rate|try again.{0,20}slow",
    ),
    (
        "unknown_user",
        r"(?:user|mail ?box|recipient|address|account)[^.;]{0,40}"
        r"(?:unknown|not found|no longer (?:available|valid|exists?)|not exist"
        r"|does ?n[o']?t exist|invalid|not listed|not known|unavailable\.? user)",
        r"(?:unknown|no such|invalid|bad|nonexistent|non-existent)[^.;]{0,20}"
        r"(?:user|mail ?box|recipient|address|account|person|destination)",
        r"doesn'?t have an? [^ ]+ account|no mailbox here|not a valid mailbox",
        r"not our customer|is not a known user|user doesn'?t exist",
    ),
    (
        "address_moved",
        r"(?:has|have) (?:moved|changed)|no longer (?:works?|employed|with us)",
        r"mailbox owner has changed|domain owner has changed",
    ),
    (
        "mailbox_disabled",
        r"(?:mail ?box|account|user|recipient)[^.;]{0,30}"
        r"(?:disabled|inactive|suspended|locked|deactivated|closed|not active)",
    ),
    ("domain_no_mail", r"null ?mx|does not accept (?:e?mail|mail)"),
    (
        "dns_failure",
        r"nxdomain|(?:domain|host)[^.;]{0,30}(?:not found|not exist|unknown)",
        r"unrouteable|no mx|name service error",
    ),
    ("spam", r"\bspam|junk|unsolicited|bulk (?:e?mail)"),
    ("too_large", r"too large|too big|(?:message )?size (?:limit|exceed)"),
    ("relay_denied", r"relay\w* (?:access )?(?:denied|not)|unable to relay"),
    ("tls_failure", r"\btls\b|starttls|certificate"),
)
# asked only when no code tells more
VAGUE: tuple[tuple[str, ...], ...] = (
    ("timeout", r"timed? ?out|retry time|expired|delivery time"),
    ("network_error", r"connection (?:refused|reset|lost|dropped)|unreachable"),
    ("content", r"content|attachment|url in|link in"),
    ("policy", r"polic(?:y|ies)|prohibited|not allowed|access denied|banned"),
)


def compiled(table: tuple[tuple[str, ...], ...]) -> list[tuple[str, re.Pattern[str]]]:
    return [
        (category, re.compile("|".join(patterns), re.IGNORECASE))
        for category, *patterns in table
    ]


_PHRASES, _VAGUE = compiled(PHRASES), compiled(VAGUE)

# subject and detail of RFC 3463; the first digit only says for how long
DETAILS: dict[str, str] = {
    "1.1": "unknown_user",
    "1.2": "dns_failure",
    "1.3": "unknown_user",
    "1.6": "address_moved",
    "1.7": "sender_rejected",
    "1.8": "sender_rejected",
    "1.10": "domain_no_mail",
    "2.1": "mailbox_disabled",
    "2.2": "mailbox_full",
    "2.3": "too_large",
    "3.4": "too_large",
    "4.1": "network_error",
    "4.2": "network_error",
    "4.4": "dns_failure",
    "4.7": "timeout",
    "6.7": "protocol_error",
    "7.17": "address_moved",  # RFC 7293: the mailbox changed its owner
    "7.18": "address_moved",
    **{f"7.{detail}": "auth" for detail in (20, 21, 22, 23, 24, 26, 27, 30, 31, 32)},
    "7.25": "sender_dns",
    "7.28": "throttled",
    "7.29": "tls_failure",
    "7.40": "auth",
    "7.515": "auth",
}
SUBJECTS: dict[str, str] = {
    "2": "mailbox_disabled",
    "3": "server_error",
    "4": "network_error",
    "5": "protocol_error",
    "6": "content",
    "7": "policy",
}
REPLIES: dict[int, str] = {
    421: "server_error",
    450: "mailbox_disabled",
    451: "server_error",
    452: "mailbox_full",
    552: "mailbox_full",
    553: "sender_rejected",
    554: "policy",
}


@dataclass(frozen=True, slots=True)
class Judgement:
    category: str
    kind: Kind
    doing: Doing


def judge(code: int | None, enhanced: str, text: str) -> Judgement:
    """What a refusal means. `code`: three digits; `enhanced`: "5.1.1" or empty."""
    said = ENHANCED.search(text)
    if said:  # the code in the words is from nearer to the mailbox
        enhanced = said[0]
    elif enhanced.endswith(".0.0"):
        enhanced = ""
    category = category_of(code, enhanced, text)
    found = CATEGORIES[category]
    if is_permanent(code, enhanced) or found.doing != Doing.DEAD:
        return Judgement(category, found.kind, found.doing)
    return Judgement(category, Kind.SOFT, Doing.COUNT)  # said "try again later"


def category_of(code: int | None, enhanced: str, text: str) -> str:
    _, _, detail = enhanced.partition(".")
    return (
        said_in(text, _PHRASES)
        or DETAILS.get(detail)
        or said_in(text, _VAGUE)
        or SUBJECTS.get(detail.partition(".")[0])
        or REPLIES.get(code or 0)
        or "other"
    )


def said_in(text: str, phrases: list[tuple[str, re.Pattern[str]]]) -> str | None:
    for category, phrase in phrases:
        if phrase.search(text):
            return category
    return None


def is_permanent(code: int | None, enhanced: str) -> bool:
    if enhanced:
        return enhanced.startswith("5")
    return code is None or code >= 500
