"""One connection to the mail server, kept open for many mails.

Where the server offers PIPELINING (RFC 2920), the text of a mail and the envelope of
the next leave together: one round trip a mail instead of four. Nothing here
touches the database.
"""

from __future__ import annotations

import functools
import re
import smtplib
import ssl
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

PATIENCE = 60.0
MAX_LINE = 4096
OK, GO_ON, CLOSING = 250, 354, 421
# no reply code: nobody knows whether the mail was taken
UNKNOWN = 0
_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")


class Unreachable(Exception):
    """The mail server cannot be reached or does not let us in; a sentence."""


class Gone(Exception):
    """The connection ended. `unknown`: the mail whose fate nobody told us;
    `refused`: the mail that the server closed it over, with its `answer`."""

    def __init__(
        self,
        unknown: Mail | None,
        refused: Mail | None = None,
        answer: Answer | None = None,
    ) -> None:
        super().__init__("The mail server closed the connection.")
        self.unknown, self.refused, self.answer = unknown, refused, answer


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail with its envelope. `key` is the caller's; `content` is complete, with
    CRLF at every line end. `dotless`: none of its lines begins with a dot."""

    key: int
    mail_from: str
    rcpt_to: str
    content: bytes
    dotless: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said at the end (RFC 5321, 3463). `ref`: what a provider calls
    the mail, see ProviderMail."""

    code: int
    text: str
    ref: str = ""

    @property
    def enhanced(self) -> str:
        found = _ENHANCED.search(self.text[:40])
        return found[1] if found else ""

    @property
    def is_accepted(self) -> bool:
        return 200 <= self.code < 300

    @property
    def is_final(self) -> bool:
        return self.is_accepted or 500 <= self.code < 600


NOT_ASCII = Answer(
    553, "5.6.7 The mail server does not take addresses beyond ASCII (SMTPUTF8)."
)


def open_door(settings: dict[str, Any], *, hello: str) -> Door:
    """Connect, STARTTLS or TLS, sign in: as `settings.LISTWELL_SMTP` says.

    `hello` is what we call ourselves (RFC 5321 section 4.1.1.1).
    """
    try:
        return Door(_connect(settings, hello))
    except (OSError, smtplib.SMTPException) as problem:
        server = f"The mail server {settings['host']}:{settings['port']}"
        raise Unreachable(
            f"{server} {_told(problem, settings.get('user', ''))}"
        ) from problem


def _told(problem: Exception, user: str) -> str:
    """The rest of a sentence that begins with the server: what happened, what to do."""
    match problem:
        case ssl.SSLCertVerificationError():
            return (
                "cannot be used, its certificate is not trusted:"
                f" {problem.verify_message}. Nothing was sent in the clear."
            )
        case smtplib.SMTPAuthenticationError():
            said = problem.smtp_error
            words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
            return (
                f"does not let “{user}” in: {problem.smtp_code} {words}."
                " Look at user and password in EMAIL_URL."
            )
        case smtplib.SMTPNotSupportedError() if "AUTH" in str(problem):
            return f"offers no way to sign in that we know, for “{user}”: {problem}"
        case smtplib.SMTPNotSupportedError():
            return "does not offer STARTTLS. Nothing was sent in the clear."
    return f"cannot be used: {problem}"


def _connect(settings: dict[str, Any], hello: str) -> smtplib.SMTP:
    host, port = settings["host"], settings["port"]
    if settings["tls"]:
        context = ssl.create_default_context()
        client: smtplib.SMTP = smtplib.SMTP_SSL(
            host, port, hello, timeout=PATIENCE, context=context
        )
    else:
        client = smtplib.SMTP(host, port, hello, timeout=PATIENCE)
    try:
        _get_in(client, settings)
    except (OSError, smtplib.SMTPException):
        client.close()
        raise
    return client


def _get_in(client: smtplib.SMTP, settings: dict[str, Any]) -> None:
    client.ehlo_or_helo_if_needed()
    if settings["starttls"]:
        client.starttls(context=ssl.create_default_context())
        client.ehlo()
    if settings["user"]:
        client.login(settings["user"], settings["password"])


def data_of(content: bytes, *, dotless: bool = False) -> bytes:
    """The octets after DATA: dots at the beginning of lines doubled, the end marked
    (RFC 5321 section 4.5.2). `content` has CRLF line ends only."""
    if not dotless:
        content = content.replace(b"\r\n.", b"\r\n..")
        content = b"." + content if content.startswith(b".") else content
    return content + (b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n")


class Door:
    """An open connection; `deliver` many times, then `close`."""

    def __init__(self, client: smtplib.SMTP) -> None:
        self.client = client
        assert client.sock is not None  # noqa: S101  it is connected
        self.lines = client.sock.makefile("rb")
        self.pipelines = client.has_extn("pipelining")
        self.utf8 = client.has_extn("smtputf8")
        self.dsn = client.has_extn("dsn")
        # RFC 1870: no mail may have more octets; 0 says nothing
        told = client.esmtp_features.get("size", "").split()
        self.most = int(told[0]) if told and told[0].isdigit() else 0

    def close(self) -> None:
        try:
            self.client.quit()
        except (OSError, smtplib.SMTPException):
            self.client.close()
        self.lines.close()

    def deliver(self, mails: Iterable[Mail]) -> Iterator[tuple[Mail, Answer]]:
        """Each mail with its answer, in order; Gone when the connection ends.

        A mail that was taken from `mails` and neither yielded nor named by Gone
        was not sent.
        """
        run = _Pipelined(self) if self.pipelines else _Stepwise(self)
        for mail in mails:
            refusal = self._cannot(mail)
            if refusal:
                yield mail, refusal
                continue
            yield from run.next(mail)
        yield from run.end()

    def _cannot(self, mail: Mail) -> Answer | None:
        """What the server has told already about such mails."""
        if not mail.rcpt_to.isascii() and not self.utf8:
            return NOT_ASCII
        if self.most and len(mail.content) > self.most:
            return Answer(
                552,
                f"5.3.4 The mail has {len(mail.content):,} octets, and the mail server"
                f" takes {self.most:,} at most. Make the email smaller.",
            )
        return None

    def envelope(self, mail: Mail) -> list[bytes]:
        """MAIL, RCPT, DATA."""
        options = " RET=HDRS" if self.dsn else ""
        options += "" if mail.rcpt_to.isascii() else " SMTPUTF8"
        notify = " NOTIFY=FAILURE,DELAY" if self.dsn else ""
        return [
            f"MAIL FROM:<{mail.mail_from}>{options}\r\n".encode(),
            f"RCPT TO:<{mail.rcpt_to}>{notify}\r\n".encode(),
            b"DATA\r\n",
        ]

    def write(self, octets: bytes, unknown: Mail | None) -> None:
        try:
            self.client.send(octets)
        except (OSError, smtplib.SMTPException) as problem:
            raise Gone(unknown) from problem

    def read(self, unknown: Mail | None, about: Mail | None = None) -> Answer:
        """The next answer. `about`: the mail it is about, `unknown` where its text
        was sent."""
        try:
            answer = self._reply()
        except (OSError, ValueError) as problem:
            raise Gone(unknown) from problem
        if answer.code == CLOSING:
            # the server is about to close; what it answers to was not taken
            raise Gone(None, unknown or about, answer)
        if answer.code < 200:
            raise Gone(unknown)
        return answer

    def _reply(self) -> Answer:
        """One answer of one line or more (RFC 5321 section 4.2.1)."""
        line = self.lines.readline(MAX_LINE)
        if line[3:4] != b"-":
            return _answer(line)
        lines = [line]
        while lines[-1][3:4] == b"-":
            lines.append(self.lines.readline(MAX_LINE))
        return _answer(*lines)


@functools.lru_cache(maxsize=64)
def _answer(*lines: bytes) -> Answer:
    """What a server says to an envelope it says to the next one as well."""
    if not all(line.endswith(b"\n") for line in lines):
        raise ValueError("The answer of the mail server is cut.")
    text = b" ".join(line[4:].strip() for line in lines)
    return Answer(int(lines[-1][:3]), text.decode("utf-8", "replace"))


class _Stepwise:
    """One command, one answer."""

    def __init__(self, door: Door) -> None:
        self.door = door

    def next(self, mail: Mail) -> Iterator[tuple[Mail, Answer]]:
        door = self.door
        for command in door.envelope(mail):
            door.write(command, None)
            answer = door.read(None, mail)
            if answer.code not in (OK, 251, GO_ON):
                yield mail, answer
                door.write(b"RSET\r\n", None)
                door.read(None)
                return
        door.write(data_of(mail.content, dotless=mail.dotless), mail)
        yield mail, door.read(mail)

    def end(self) -> Iterator[tuple[Mail, Answer]]:
        yield from ()


class _Pipelined:
    """The text of one mail and the envelope of the next in one write.

    The answers are read only when the mail after that is ready: it is made while
    the server works.
    """

    def __init__(self, door: Door) -> None:
        self.door = door
        # what the next write begins with: the text of `sending`, or RSET
        self.octets = b""
        self.sending: Mail | None = None
        # answers still to be read: to a text, to RSET, to an envelope
        self.texted: Mail | None = None
        self.resets = False
        self.enveloped: Mail | None = None

    def next(self, mail: Mail) -> Iterator[tuple[Mail, Answer]]:
        yield from self._answers()
        self._write(b"".join(self.door.envelope(mail)))
        self.enveloped = mail

    def end(self) -> Iterator[tuple[Mail, Answer]]:
        yield from self._answers()
        if self.octets:
            self._write(b"")
            yield from self._answers()

    def _write(self, envelope: bytes) -> None:
        self.texted, self.sending = self.sending, None
        octets, self.octets = self.octets, b""
        self.door.write(octets + envelope, self.texted)

    def _answers(self) -> Iterator[tuple[Mail, Answer]]:
        mail, self.texted = self.texted, None
        if mail is not None:
            yield mail, self.door.read(mail)
        if self.resets:
            self.resets = False
            self.door.read(None)
        mail, self.enveloped = self.enveloped, None
        if mail is not None:
            yield from self._judge(mail)

    def _judge(self, mail: Mail) -> Iterator[tuple[Mail, Answer]]:
        """The three answers to an envelope: may the text follow?"""
        answers = [self.door.read(None, mail) for _ in range(3)]
        refusal = next((a for a in answers[:2] if a.code not in (OK, 251)), None)
        may_go_on = answers[2].code == GO_ON
        if refusal is None and may_go_on:
            octets = data_of(mail.content, dotless=mail.dotless)
            self.octets, self.sending = octets, mail
            return
        if may_go_on:  # RFC 2920 section 3.1: then nothing but the end may follow
            self.door.write(b".\r\n", None)
            self.door.read(None)
        self.octets, self.resets = b"RSET\r\n", True
        yield mail, refusal or answers[2]
