"""From what a server said to a category: clear words, then codes, then vague words.

Words go first because the same code means different things (550 5.2.1 is a mailbox
that is closed and a mailbox that gets mail too fast). Codes are those of RFC 3463 and
the IANA registry of enhanced status codes. The tables are in `bounces/rules/`; each
row names its source, and the first that fits decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from bounces.concepts import said_in
from bounces.rules.causes import CAUSES
from bounces.rules.families import (
    BARE,
    BLUNT,
    FIRM,
    HELD_AGAINST_US,
    HINTS,
    LOOSE,
    Family,
    Pair,
)
from bounces.rules.providers import PROVIDERS
from bounces.rules.row import Row, alike
from bounces.rules.status import DETAILS, REPLIES, SUBJECTS
from bounces.rules.tables import CLEAR, COMMON, DOUBTS, LAST, REFUSED, VAGUE

LONGEST = 4_000  # characters of words judged
ENHANCED = re.compile(r"(?<![\d.])([45])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
REPLY = re.compile(r"(?<![\d.#-])([45](?:[0-5]\d|7[01]))(?=[\s\-:;,)\"']|$)(?!-\d{3})")
CONTINUED = re.compile(r"[\s]+[245]\d\d-(?:[245]\.\d{1,3}\.\d{1,3})?\s?")
STAGES = (
    (
        "DATA",
        re.compile(
            r"end of data|\bdata\b ?(?:command|:|$)|(?:>>>|-->) ?data\b|final data"
            r"|after data|state 18|text command|\[data\]"
        ),
    ),
    (
        "RCPT",
        re.compile(
            r"our rcpt to|rcpt (?:to )?command|does not like recipient|state 1[34]\b"
            r"|--> ?rcpt|command: ?rcpt|but (?:the )?recipient was re(?:fus|ject)ed"
            r"|rcpt to\)|\bmail to: ?<?[^\s<>]{1,80}@"
            r"|\[rcpt_to\]|rejected recipient|after rcpt|>>> ?rcpt"
            r"|(?:sent|to): ?rcpt to|rcpt to (?:gener|response)"
            r"|in reply to rcpt|following rcpt|rcpt to:?<[^>]{3,99}>:? [45]\d\d"
            r"|rcpt to:\s{0,9}<[^\s<>]{1,80}@[^\s<>]{1,99}>"
        ),
    ),
    ("RCPT", re.compile(r"no valid recipients?|need rcpt|no recipients\b")),
    (
        "EHLO",
        re.compile(
            r"after (?:ehlo|helo|initial connection)|(?:ehlo|helo) command"
            r"|refused to talk to me|in reply to (?:ehlo|helo)|>>> ?(?:eh|he)lo"
            r"|connection greeting|initial response|greeting"
        ),
    ),
    (
        "MAIL",
        re.compile(
            r"mail[ _]from(?::| ?<| command|\]| was)"
            r"|(?:after|to) (?:pipelined )?mail from|sender was rejected|state 9"
        ),
    ),
)
# What programs put around the words of the other server: Postfix, Exim, qmail
AROUND = re.compile(
    r"delivery temporarily suspended: |smtp error from remote (?:mail )?server"
    r"|(?:server )?refused to talk to me: |this is the mail system at host \S+"
    r"|delivery report unavailable"
    r"|\bhost \S+ ?\[[^\]]{3,60}\](?= said: |: )"
)
GIVEN_UP = re.compile(  # what follows from the words of the other server
    r"giving up on [\d.a-f:]+|i'm not going to try again; this message has been in the "
    r"queue too long"
)
PASSING = re.compile(r", try again|temporary|temporarily|servfail|tempfail")
LINK = re.compile(r"https?://\S+")
OF_CONTENT = ("spam", "virus", "content")
SAID_UNKNOWN = re.compile(r"unknown|invalid|not exist|no such|not found")
BY_A_PROGRAM = re.compile(
    r"\b(?:mail\.local|procmail|maildrop|dovecot|vdelivermail|lmtpd?|local)[:(]"
    r"|\blocal (?:mailbox|account|delivery) "
)
PROVEN = frozenset(row.key for row in PROVIDERS)
# What is refused before a recipient was named is the network or the sender.
GENERAL = ("rejected", "policy", "filtered", "X.7", "f-box", "550", "554", "")
# but that there is no mail here is said at the greeting (RFC 7504)
NO_HOST = ((521, "no-mail"), (556, "no-mail"))
REFUSED_AT = {"EHLO": "reputation", "MAIL": "sender_rejected"}
OF_A_BOX = ("RCPT", "")  # the stages of what is said of a mailbox
OF_THE_RECIPIENT = (
    *("f-full", "f-closed", "f-deleted", "f-moved", "f-unknown"),
    *("f-domain", "f-no-dns"),
    *("f-dns-later", "f-route", "f-no-mail", "f-syntax"),
)
FULL_BOX, NO_ROOM = ("box", "full"), ("space", "full")  # of one, of all
OF_ANY_SYSTEM = ("f-full", "f-dns-later", "f-route")
# Codes that servers use for nothing else, whatever words stand beside
EXACT = (
    "1.6",
    "1.2",
    "1.7",
    "1.8",
    "3.4",
    "4.5",
    "4.6",
    "4.11",
    "4.12",
    "7.17",
    "7.18",
    "7.20",
    "7.21",
    "7.22",
    "7.23",
    "7.25",
    "7.26",
    "7.501",
    "7.502",
    "7.503",
    "7.511",
    "7.515",
    "7.124",
    "7.129",
    "7.133",
    "7.134",
    "7.136",
)
# What was judged by no more than its code may still speak of something: which hints
# are believed after which rule
OF_US = frozenset({"proof", "name", "relay", "content"})
MORE = {
    "": OF_US | {"cipher", "hop", "program", "sender"},
    "421": frozenset({"network"}),
    "450": frozenset({"program"}),
    "550": OF_US | {"network", "sender"},
    "553": frozenset({"relay", "name", "network"}),
    "554": OF_US | {"network", "hop"},
    "X.2.0": frozenset({"program", "hop"}),
    "X.7": OF_US,
    "no-domain": frozenset({"domain"}),
    "no-mx": frozenset({"domain"}),
    "f-line-refused": frozenset({"network"}),
}
# Category, the rule that decided, what is to be done instead of the usual
Found = tuple[str, str, str]
# Codes too coarse to be believed before the words are read
COARSE = ("0.0", "1.0", "5.0")


@dataclass(frozen=True, slots=True)
class Judgement:
    """`kind` and `doing` are values of bounces.categories; `rule`: the key of the row
    of the table that decided; `status`: the enhanced code believed."""

    category: str
    kind: str
    doing: str
    rule: str = ""
    status: str = ""


@lru_cache(maxsize=256)  # one notice may speak for a thousand recipients
def judge(
    code: int | None, enhanced: str, text: str, *, stage: str = "RCPT"
) -> Judgement:
    """What a refusal means. `code`: three digits; `enhanced`: "5.1.1" or empty;
    `stage`: the SMTP command that was refused, empty when nobody knows."""
    words = normal(text)
    is_late = enhanced.startswith("4")
    code, enhanced = better(code, enhanced, words)
    is_final = is_permanent(code, enhanced) and not (is_late and code is None)
    category, rule, doing = believed(
        sharpened(found_in(code, enhanced, words, stage), words),
        code,
        enhanced,
        words,
    )
    if category == "unknown_user" and not is_proven(enhanced, words, stage, rule):
        return Judgement("filtered", "block", "count", rule, enhanced)
    is_early = stage in REFUSED_AT and (code, rule) not in NO_HOST
    is_early = is_early and not (stage == "EHLO" and enhanced[2:] == "1.1")
    if is_early and (rule in GENERAL or CAUSES[category][0] == "hard"):
        category = REFUSED_AT[stage]
    if category == "dns_failure" and (not is_final or PASSING.search(words)):
        category = "network_error"  # the name servers did not answer
    return judgement(category, rule, enhanced, doing if is_final else "soft")


def judgement(category: str, rule: str, enhanced: str, doing: str) -> Judgement:
    """By the table; what is said only for now ends no address ("soft")."""
    kind, usual, _ = CAUSES[category]
    if doing == "soft" and usual == "dead":
        return Judgement(category, "soft", "count", rule, enhanced)
    chosen = doing if doing not in ("", "soft") else usual
    return Judgement(category, kind, chosen, rule, enhanced)


def normal(text: str) -> str:
    """Lower case, on one line, continuation codes out."""
    text = in_one_line(text[:LONGEST]).replace("’", "'")
    text = alike(" ".join(text.lower().split()))
    text = AROUND.sub("", text)
    return GIVEN_UP.sub("", text) if "said: " in text else text


def in_one_line(text: str) -> str:
    """A reply of several lines, whose code is then said once."""
    first = CONTINUED.search(text)
    if not first:
        return text
    code = first[0].replace("-", " ", 1)
    rest = CONTINUED.sub(" ", text[first.end() :])
    return f"{text[: first.start()]} {code} {rest}"


def better(code: int | None, enhanced: str, words: str) -> tuple[int | None, str]:
    """The code in the words is from nearer to the mailbox than that of a report."""
    said = [found[0] for found in ENHANCED.finditer(words)]
    exact = [one for one in said if one[1:4] != ".0."]
    if exact or said:
        enhanced = (exact or said)[0]
    elif enhanced.endswith(".0.0"):
        enhanced = ""
    reply = REPLY.search(words)
    return (int(reply[1]) if reply else code), enhanced


def found_in(code: int | None, enhanced: str, words: str, stage: str) -> Found:
    """Category, the rule that decided, and what that one wants to be done."""
    detail = enhanced.partition(".")[2]
    codes = f" {code or ''} {enhanced} "
    row = first_fit(CLEAR, words, codes)
    if row is None and detail in EXACT:
        return DETAILS[detail][0], f"X.{detail}", ""
    row = row or first_common(words, codes)
    said = said_in(words) if row is None else frozenset()
    family = weighed(said, detail)
    if family:
        return family.category, family.key, family.doing
    if row is None and detail in DETAILS:
        return DETAILS[detail][0], f"X.{detail}", ""
    row = row or first_fit(VAGUE, words, codes)
    family = first_said(LOOSE, said) if row is None else None
    if row is None and family is None:
        row = first_fit(REFUSED, words, codes)
        family = first_said(BLUNT, said) if row is None else None
    if family:
        return family.category, family.key, family.doing
    subject = detail.partition(".")[0]
    if row is None and subject in SUBJECTS and detail not in COARSE:
        return SUBJECTS[subject][0], f"X.{subject}", ""
    row = row or first_fit(LAST, words, codes)
    if row:
        return row.category, row.key, row.doing
    return left_over(code, said, stage)


def first_common(words: str, codes: str) -> Row | None:
    """What only a link speaks of ("…/help_spam.html") stands behind what is said."""
    row = first_fit(COMMON, words, codes)
    if row is None or row.category not in OF_CONTENT or "http" not in words:
        return row
    return first_fit(COMMON, LINK.sub(" ", words), codes) or row


def weighed(said: frozenset[Pair], detail: str) -> Family | None:
    """The first family that is said; but of those about the recipient the one that
    the code means as well, and none that is about the recipient when the code is
    about the system there."""
    first = first_said(FIRM, said)
    if first is None or first.key not in OF_THE_RECIPIENT or detail not in DETAILS:
        return first
    meant = DETAILS[detail][0]
    is_of_one = FULL_BOX in said and NO_ROOM not in said
    if detail.startswith("3.") and first.key in OF_ANY_SYSTEM and not is_of_one:
        return None
    alike = (one for one in FIRM if one.category == meant)
    return first_said(tuple(alike), said) or first


def left_over(code: int | None, said: frozenset[Pair], stage: str) -> Found:
    """By a state alone, "not found" after RCPT; else by the code of the reply."""
    family = first_said(BARE, said) if stage in OF_A_BOX else None
    if family:
        return family.category, family.key, family.doing
    return (REPLIES[code][0], str(code), "") if code in REPLIES else ("other", "", "")


def sharpened(found: Found, words: str) -> Found:
    """Of what was judged by no more than its code, what it speaks of."""
    hints = MORE.get(found[1])
    if hints is None:
        return found
    said = said_in(words)
    said = frozenset(pair for pair in said if pair[0] in hints)
    family = first_said(HINTS, said)
    return (family.category, family.key, "") if family else found


def believed(found: Found, code: int | None, enhanced: str, words: str) -> Found:
    """What would end an address, only when nothing beside it says that it is about
    somebody else: the sender, a password, many recipients at once."""
    if CAUSES[found[0]][0] != "hard":
        return found
    row = first_fit(DOUBTS, words, f" {code or ''} ")
    if row:
        return row.category, row.key, row.doing
    if enhanced[2:4] == "6.":
        return "content", "X.6", ""
    if code == 503 and (enhanced == "5.5.1" or not SAID_UNKNOWN.search(words)):
        return "protocol_error", "503", ""
    if not code or found[1] in PROVEN:
        return found
    if found[1] == "f-no-dns" and not enhanced:
        return "sender_dns", "f-of-name", ""  # a server that speaks of the DNS: of ours
    family = first_said(HELD_AGAINST_US, said_in(words))
    return (family.category, family.key, family.doing) if family else found


def first_fit(rows: tuple[Row, ...], words: str, codes: str) -> Row | None:
    return next((row for row in rows if row.fits(words, codes)), None)


def first_said(families: tuple[Family, ...], said: frozenset[Pair]) -> Family | None:
    return next((one for one in families if not one.pairs.isdisjoint(said)), None)


@lru_cache(maxsize=256)
def stage_of(text: str) -> str:
    """The SMTP command a text says was refused: RCPT, MAIL, DATA or nothing."""
    lowered = text.lower()
    found = [
        (match.end(), name)
        for name, pattern in STAGES
        for match in pattern.finditer(lowered)
    ]
    return max(found)[1] if found else ""


def is_proven(enhanced: str, words: str, stage: str, rule: str) -> bool:
    """Whether "user unknown" is evidence that nobody is there. A server that took the
    address and refuses the content, or one of which only "550 user unknown" is told,
    may mean a filter: believed are X.1.1, a refusal of RCPT, the words of a program
    that delivers itself, and those of a provider that is known for them."""
    if enhanced[2:] in ("1.1", "1.3", "1.0", "1.10") or stage == "RCPT":
        return True
    if rule in PROVEN:
        return True
    if BY_A_PROGRAM.search(words):
        return True
    return not (stage or REPLY.search(words) or ENHANCED.search(words))


def is_permanent(code: int | None, enhanced: str) -> bool:
    if enhanced:
        return enhanced.startswith("5")
    return code is None or code >= 500
