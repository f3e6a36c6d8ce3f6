"""The text of a report that keeps to no standard: whom it is about, what is said.

Nothing here knows a single program. A report names addresses at the beginning of
lines or after words such as "RCPT TO:", says why beside or below them, and quotes the
mail that came back behind a line that announces it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from bounces.delivery_reports import ADDRESS, Failure, clean

LONGEST = 16_000  # characters of a notice that are read
MOST_LINES = 400
MOST_ADDRESSES = 200

# What comes behind one of these lines is the mail that came back.
SUFFIX = (
    r"(?:,? (?:follows?|is (?:following|attached|included|below|as follows)|below"
    r"|including|attached|begins|starts|up to|in part|were|was|sent|\().{0,50})?"
)
WHAT = (
    r"(?:the )?(?:original|returned|undelivered|undeliverable|unsent|source|bounced"
    r"|failed|rejected|your|message|mail)"
    r"(?: (?:message|e?-?mail))?(?: (?:info|text|headers?|body|contents?|details))?"
)
QUOTED = re.compile(
    # after a mark the words alone are enough: "--- Original message ---"
    rf"^[ \t]*(?:[-=*|#_~>][-=*|#_~> \t]*{WHAT}{SUFFIX}"
    # without one a verb must say that it follows
    rf"|{WHAT} (?:follows?|is attached|is below|begins here|starts here).{{0,20}}"
    r"|(?:original|returned|unsent|undelivered) (?:message|mail)(?: headers?| text)?:"
    rf"|[-=*|#_~> \t]*(?:"
    r"(?:the )?(?:text|headers?|body|contents?|copy|first \d+ (?:lines|bytes)"
    r"|beginning|start) of (?:the |your )?(?:original |returned |source |unsent "
    rf"|undelivered |undeliverable )?(?:message|e?-?mail){SUFFIX}"
    r"|(?:below|above) this line is (?:a copy of )?(?:the|your) .{0,50}"
    rf"|(?:this is )?a copy of (?:the|your) (?:original )?(?:message|e?-?mail){SUFFIX}"
    r"|this is a copy of the .{0,60}|the text you sent follows"
    r"|your message reads.{0,20}|message (?:headers?|contents?) follows?"
    r"|元のメール.{0,20}|原文.{0,20}))[ \t:.<>*|=_~#-]*$",
    re.IGNORECASE,
)
HEADER = re.compile(
    r"^(?:return-path:[ \t]*<|received:[ \t]|message-id:[ \t]*<|mime-version:[ \t]*1"
    r"|dkim-signature:|x-mailer:|x-originating-ip:)",
    re.IGNORECASE,
)
# Lines whose addresses are not those of recipients.
ASIDE = re.compile(
    r"^\W*(?:from|reply-to|sender|message-?id|in-reply-to|references|return-path"
    r"|errors-to|mail from|>>> ?mail|x-[\w-]+|date|subject|envelope-from|reporting-mta"
    r"|mime-version|content-[\w-]+|original sender|sent by)\W*[:=]"
    r"|mail from:|sender was|sender address|return address|from address|message-id"
    r"|e-?mail (?:to )?<?postmaster|contact|please|further assist|questions"
    r"|https?://\S*$|support@|generated from|mail from ",
    re.IGNORECASE,
)
CODED = re.compile(
    r"^\s*[45]\d\d[- ](?:[45]\.\d{1,3}\.\d{1,3} )?<?[^\s<>]{3,100}>?\.\.\. "
)
LEADING = re.compile(
    r"^(?:\s*[45]\d\d[- ](?:[45]\.\d{1,3}\.\d{1,3} )?)?[ \t>*\-|#:=+.\"'\[(]*"
    r"(?:(?:final|original|intended|failed|invalid)?[ -]?"
    r"(?:recipients?|address(?:ee)?s?"
    r"|users?|mailbox|to|rcpt(?: to)?|e-?mail|account|forward|envelope-to|error-for"
    r"|empfänger|destinatari[oe]s?|destinataires?|odbiorca|получател[ьи]|адресат"
    r"|宛先|收件人)"
    r"(?: ?(?:address|name)?(?:\(?e?s\)?)?)?[ \t]*[:=]?[ \t]*)?"
    r"[<\"'(\[]*$",
    re.IGNORECASE,
)
BEFORE = re.compile(
    r"(?:rcpt to|recipient(?: address)?(?:\(s\))?|deliver(?:y|ed|ing)?(?: your mail)?"
    r"|reach|your (?:e-?)?(?:message|mail)|message|mail|relayed|undeliverable|address"
    r"|addressed|user|userid|mailbox|account|list|couldn't be delivered|following)"
    r"(?: (?:was|is|has|could|can|cannot|not|be|been|address))*(?: (?:to|for|by))?"
    r"(?: the)?(?: following)?(?: recipient)?(?: address)?[ \t]*:?[ \t]*[<\"'(\[]*$",
    re.IGNORECASE,
)
# The one address of a line, behind why: "User mailbox exceeds allowed size: …"
BEHIND = re.compile(r"^[^@:<>]{4,60}:[ \t]*[<\"'(\[]*$")
NOBODY = re.compile(
    r"^(?:mailer-?daemon|post-?master|noreply|no-reply|abuse|majordomo|double-bounce)@"
    r"|@(?:[\w.-]+\.)?(?:mail\.gmail\.com|prod\.outlook\.com|support\.\w+\.com)$",
    re.IGNORECASE,
)
MAIL_TO = re.compile(r"\byour (?:e-?mail|message|mail) to[ \t]*[<\"']?$", re.I)
MESSAGE_ID = re.compile(r"^[\w.$+-]*\d{6,}[\w.$+-]*@", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """An address in a notice: in which line, and whether its place says recipient."""

    line: int
    address: str
    is_named: bool
    is_aside: bool = False


def split_quoted(text: str) -> tuple[str, str]:
    """What the program says, and the mail it gives back."""
    lines = text[:LONGEST].split("\n")[:MOST_LINES]
    for number, line in enumerate(lines):
        if number and len(line) < 200 and is_quote(line, lines, number):
            return "\n".join(lines[:number]), "\n".join(lines[number:])
    return "\n".join(lines), ""


def is_quote(line: str, lines: list[str], number: int) -> bool:
    if HEADER.match(line):
        return True
    if not QUOTED.match(line):
        return False
    return any(one.strip() for one in lines[:number])


def failures_in(text: str, own: Collection[str]) -> list[Failure]:
    """One failure for each recipient a notice names; its text is what stands beside
    and below. `own`: addresses that are the sender's, in lower case."""
    lines = text.split("\n")
    places = chosen(places_in(lines), own)
    starts = [place.line for place in places]
    return [
        Failure(place.address, text=_said(lines, place, starts)) for place in places
    ]


def places_in(lines: list[str]) -> list[Place]:
    found = (
        place
        for number, line in enumerate(lines)
        if "@" in line
        for place in places_of(number, line)
    )
    return list(islice(found, MOST_ADDRESSES))


def places_of(number: int, line: str) -> Iterator[Place]:
    is_aside = bool(ASIDE.search(line[:300]))
    for found in ADDRESS.finditer(line[:2000]):
        before = line[max(0, found.start() - 120) : found.start()]
        place = place_of(number, clean(found[0]), before, is_aside=is_aside)
        is_behind = not line[found.end() :].strip(" \t>\"').]")
        if place and not is_aside and is_behind and BEHIND.match(before):
            place = replace(place, is_named=True)
        if place:
            yield place


def place_of(number: int, address: str, before: str, *, is_aside: bool) -> Place | None:
    """None when its surroundings say that it is nobody's."""
    if NOBODY.search(address):
        is_meant = bool(BEFORE.search(before))
        return (
            Place(number, address, is_named=True, is_aside=True) if is_meant else None
        )
    is_first = bool(LEADING.match(before))
    if is_aside and not is_first:
        is_meant = "generated from" in before or bool(MAIL_TO.search(before))
        return (
            Place(number, address, is_named=True, is_aside=True) if is_meant else None
        )
    is_named = is_first or bool(BEFORE.search(before))
    if not is_named and MESSAGE_ID.match(address):
        return None
    return Place(number, address, is_named=is_named and not ASIDE.match(before))


def chosen(places: list[Place], own: Collection[str]) -> list[Place]:
    """The best kind of place there is; each address once, its last naming."""
    sure = [place for place in places if not place.is_aside]
    places = sure or [place for place in places if place.is_named]
    others = [place for place in places if place.address.lower() not in own]
    named = [place for place in others if place.is_named]
    best = named or others or [place for place in places if place.is_named]
    by_address = {place.address.lower(): place for place in reversed(best)}
    return sorted(by_address.values(), key=lambda place: place.line)


def _said(lines: list[str], place: Place, starts: list[int]) -> str:
    """From the line of an address to that of the next."""
    if CODED.match(lines[place.line]):  # a transcript: what was said stands above
        earlier = [start for start in starts if start < place.line]
        start = earlier[-1] + 1 if earlier else max(0, place.line - 8)
        return "\n".join(lines[start : place.line + 1])
    later = [start for start in starts if start > place.line]
    end = later[0] if later else len(lines)
    return "\n".join(lines[place.line : min(end, place.line + 40)])
