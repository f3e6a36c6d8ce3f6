"""From the bytes of what came back to what it says. Pure; never an error.

Read are delivery reports (RFC 3464 and 6533 in the frame of RFC 6522), feedback
reports (RFC 5965, 6430, 6591), and the notices of programs that keep to neither. Who
it is about is not decided by an address in it, which anybody can write there: only
the places where a token of ours may stand are named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from bounces.concepts import said_in
from bounces.delivery_reports import (
    ADDRESS,
    REPORT_FIELD,
    Failure,
    failures_of,
)
from bounces.feedback import complaint, event_of, unframed
from bounces.mime import (
    PREAMBLE,
    Headers,
    Mail,
    Part,
    first,
    read_headers,
    read_mail,
    words,
)
from bounces.notices import NOBODY, failures_in, split_quoted
from bounces.parsed import ACTIONS, Kind, Parsed
from bounces.rules import letters
from bounces.rules.row import alike

ADDRESSED = ("to", "delivered-to", "x-original-to", "envelope-to", "apparently-to")
SENDING = ("from", "sender", "reply-to", "return-path", "errors-to")
RETURNED = (
    *("return-path", "x-envelope-from", "sender", "errors-to"),
    *("list-unsubscribe", "cfbl-feedback-id"),
)
STATUS = ("message/delivery-status", "message/global-delivery-status")
QUOTING = (
    "message/rfc822",
    "message/global",
    "text/rfc822-headers",
    "message/global-headers",
    "message/rfc822-headers",
)
# A transcript of Sendmail: what the other server said, and what it made of the code
REPLIED = re.compile(r"^<<< [45]\d\d", re.MULTILINE)
ECHOED = re.compile(
    r"^55\d (?:5\.\d\.\d )?(?:<[^>\n]+>|\S+@\S+)\.\.\. (?:user unknown"
    r"|service unavailable)\s*$|^554 5\.0\.0 service unavailable\s*$",
    re.IGNORECASE | re.MULTILINE,
)
EMPTY = ("<>", "<MAILER-DAEMON>")
OPENING = 4_000  # characters of a notice that say what it is
LACONIC = 30  # characters besides addresses


def parse(raw: bytes) -> Parsed:
    try:
        return Reading(read_mail(raw)).parsed()
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError):
        return Parsed(Kind.UNKNOWN)


class Reading:
    """One mail while it is read."""

    def __init__(self, mail: Mail) -> None:
        self.mail = mail
        self.subject = alike(words(mail.first("subject")[:2000]).lower())
        self.outer = [part for part in mail.parts if not part.inside]
        self.notice, self.quoted = split_quoted(text_of(self.outer))
        lowered = self.notice[:OPENING].lower().replace("’", "'")
        self.opening = alike(" ".join(lowered.split()))
        self.own = own_addresses(mail.headers)

    def parsed(self) -> Parsed:
        places = tuple(self._places())
        special = self._feedback()
        if special:
            return replace(special, places=places)
        failures = self._reported()
        kind = self._kind(failures)
        if kind in (Kind.FAILED, Kind.DELAYED):
            failures = self._filled(failures)
        return Parsed(
            kind,
            tuple(failures),
            self._words(),
            places=places,
            title=self._own_title(),
        )

    def _kind(self, failures: list[Failure]) -> Kind:
        actions = [ACTIONS[one.action] for one in failures if one.action in ACTIONS]
        for kind in (Kind.FAILED, Kind.DELAYED, Kind.DELIVERED):
            if kind in actions:
                return kind
        if self._is_receipt():
            return Kind.UNKNOWN
        evidence = self._evidence() + 3 * bool(failures)
        if not failures and not self._is_by_machine() and self._is_by_person():
            return self._letter()
        if evidence < 3 or (evidence < 5 and self._is_reply()):
            return self._letter()
        return self._notice_kind()

    def _notice_kind(self) -> Kind:
        is_done = self.subject.startswith(("delivered:", "relayed:", "expanded:"))
        if is_done or letters.DONE.are_in(f"{self.subject} {self.opening}"):
            return Kind.DELIVERED
        return Kind.DELAYED if self._is_late() else Kind.FAILED

    def _is_late(self) -> bool:
        said = f"{self.subject} {self.opening[:1500]}"
        if letters.DELAYS.are_in(said) or not letters.LATE.are_in(said):
            return letters.DELAYS.are_in(said)
        is_final = letters.FINAL.search(said) or ("box", "unknown") in said_in(said)
        return not is_final

    def _letter(self) -> Kind:
        if letters.CHALLENGES.are_in(f"{self.subject} {self.opening}"):
            return Kind.CHALLENGE
        return Kind.AUTO_REPLY if self._is_reply() else Kind.UNKNOWN

    def _is_reply(self) -> bool:
        """RFC 3834, what programs did before it, and the subjects of many languages."""
        head = self.mail.headers
        submitted = first(head, "auto-submitted").lower()
        return (
            submitted.startswith(("auto-replied", "auto-notified"))
            or any(name in head for name in letters.REPLIED)
            or bool(letters.REPLYING.search(first(head, "precedence")))
            or bool(letters.REPLYING.search(first(head, "x-precedence")))
            or letters.AWAY.are_in(self.subject)
        )

    def _evidence(self) -> int:
        """How much this mail looks like a report; from three on it is one."""
        head = self.mail.headers
        sender = words(first(head, "from"))
        top = first(head, "content-type").lower()
        empty = first(head, "return-path").strip() in EMPTY
        return (
            2 * bool(letters.DAEMON.search(sender))
            + 2 * letters.SUBJECTS.are_in(self.subject)
            + 2 * letters.LEADS.are_in(self.opening)
            + 3 * ("x-failed-recipients" in head)
            + 2 * ("delivery-status" in top)
            + empty
        )

    def _is_by_machine(self) -> bool:
        head = self.mail.headers
        return (
            bool(letters.DAEMON.search(words(first(head, "from"))))
            or first(head, "return-path").strip() in EMPTY
            or "x-failed-recipients" in head
            or "delivery-status" in first(head, "content-type").lower()
            or first(head, "auto-submitted").lower().startswith("auto")
        )

    def _is_by_person(self) -> bool:
        """An answer, something passed on, or something else that failed."""
        if letters.ANSWERED.match(self.subject):
            return True
        return not failures_in(self.notice, self.own)

    def _is_receipt(self) -> bool:
        """A receipt of having been read (RFC 8098), and nothing more."""
        for part in self.outer:
            if part.kind == "message/disposition-notification":
                said = part.text.lower()
                return "displayed" in said or "mdn-sent-manually" in said
        return False

    def _reported(self) -> list[Failure]:
        """What stands in a delivery report, or in a text that looks like one."""
        for inside in (0, 1):
            found = [
                failure
                for part in self.mail.parts
                if part.kind in STATUS and part.inside == inside
                for failure in failures_of(part.text)
            ]
            if found and (not inside or self._evidence() >= 2):
                return found
        for part in self.outer:
            if part.kind.startswith(("text/", "message/disp")) and (
                REPORT_FIELD.search(part.text)
            ):
                start = REPORT_FIELD.search(part.text)
                block = part.text[max(0, start.start() - 300) :] if start else ""
                return failures_of(block)
        return []

    def _filled(self, failures: list[Failure]) -> list[Failure]:
        """With the recipients a report does not name, from the notice, the headers or
        the mail that came back."""
        named = [one for one in failures if one.recipient]
        told = failures_in(self.notice, self.own)
        if named:
            return named
        listed = ", ".join(self.mail.headers.get("x-failed-recipients", []))
        header = [found[0] for found in ADDRESS.finditer(listed)]
        if header:
            said = {one.recipient.lower(): one for one in told}
            told = [said.get(one.lower(), Failure(one)) for one in header]
        title = self._own_title().replace(":", "\n")
        told = told or self._bare() or failures_in(title, self.own)
        told = told or [Failure(one) for one in self._returned_to()]
        known = failures[0] if failures else Failure()
        return [
            replace(known, recipient=one.recipient, text=known.text or one.text)
            for one in told
        ] or [known]

    def _bare(self) -> list[Failure]:
        """Names without a domain, as AOL gives them: alone in lines behind a colon."""
        domain = words(self.mail.first("from")).lower().rpartition("@")[2].strip("<> ")
        _, colon, rest = self.notice.partition(":\n")
        if not colon or not re.fullmatch(r"(?:aol|cs|netscape)\.(?:com|net)", domain):
            return []
        lines = [line.strip() for line in rest.split("\n") if line.strip()]
        names = [line for line in lines[:50] if re.fullmatch(r"[\w.]{3,40}", line)]
        return [Failure(f"{name}@{domain}") for name in names]

    def _returned_to(self) -> list[str]:
        """To whom the mail that came back was addressed, when it was to one person."""
        for headers in self._returned_headers():
            value = ", ".join(headers.get("to", []))
            found = [
                one[0]
                for one in ADDRESS.finditer(value)
                if one[0].lower() not in self.own and not NOBODY.search(one[0])
            ]
            if found:
                return found[:1]
        return []

    def _words(self) -> str:
        """The notice without what is in every mail of its program."""
        told = self.notice
        if REPLIED.search(told):
            told = ECHOED.sub("", told)
        lines = [
            line
            for line in told.split("\n")
            if line.strip()
            and not letters.ASIDE.are_in(line.lower())
            and not line.lower().lstrip().startswith(("subject:", "date:", "sent:"))
        ]
        return "\n".join(filter(None, [self._title(), *lines]))

    def _title(self) -> str:
        """The subject, where a notice has hardly any other words. Otherwise it may be
        that of the mail that came back."""
        said = ADDRESS.sub("", self.notice)
        return self.subject.replace(":", "\n") if len(said.strip()) < LACONIC else ""

    def _own_title(self) -> str:
        """The subject without that of the mail that came back."""
        given = [
            words(one[:2000]).lower().strip()
            for headers in self._returned_headers()
            for one in headers.get("subject", [])
        ]
        title = self.subject
        for one in filter(None, given):
            title = title.replace(alike(one), "")
        return title

    def _feedback(self) -> Parsed | None:
        part = find(self.outer, "message/feedback-report")
        if part is not None:
            return complaint(part.text, self._returned_to())
        opening = f"{self.subject} {self.opening[:600]}"
        return unframed(self.mail.headers, opening, self._returned_to()) or event_of(
            self.notice
        )

    def _returned_headers(self) -> Iterator[Headers]:
        for part in self.mail.parts:
            if part.kind in QUOTING:
                yield read_headers(part.text.strip().split("\n\n")[0])
        if self.quoted:
            yield read_headers(self.quoted)

    def _places(self) -> Iterator[str]:
        for name in ADDRESSED:
            yield from self.mail.headers.get(name, [])
        for part in self.outer:
            if part.kind in (*STATUS, "message/feedback-report"):
                yield part.text  # Original-Envelope-Id, Original-Mail-From
        for headers in self._returned_headers():
            values = [one for name in RETURNED for one in headers.get(name, [])]
            yield "\n".join(values)


def find(parts: list[Part], *kinds: str) -> Part | None:
    return next((part for part in parts if part.kind in kinds), None)


def text_of(parts: list[Part]) -> str:
    """What people are to read: the texts before the mail that came back, those in
    HTML only when there are no others."""
    shown = []
    for part in parts:
        if part.kind in QUOTING:
            break
        if part.kind.startswith("text/") and part.text.strip():
            shown.append(part)
    plain = [part for part in shown if part.kind not in ("text/html", PREAMBLE)]
    return "\n".join(part.text for part in plain or shown)


def own_addresses(headers: Headers) -> set[str]:
    """Of whom the report is and to whom: not those it is about."""
    return {
        found[0].lower()
        for name in (*ADDRESSED, *SENDING)
        for value in headers.get(name, [])
        for found in ADDRESS.finditer(value[:2000])
    }
