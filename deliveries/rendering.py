"""A message and a recipient become the octets of one complete mail.

`compile_message` runs once, before the message is frozen; `Compiled` is made once
per message and process; `render` runs per person and only fills slots.
Headers: RFC 5322, 2369, 2919, 8058; signed last (RFC 6376, deliveries.dkim).
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import format_datetime

from django.conf import settings

from deliveries import blocks, footers, layout, mime
from deliveries.dkim import Signer
from deliveries.footers import SELLING, footer_of
from deliveries.languages import all_blocks, languages, spoken
from deliveries.links import around
from deliveries.models import (
    UNSUBSCRIBE_PREFIX,
    Link,
    LinkKind,
    Message,
)
from deliveries.optional import conditions
from deliveries.personalization import (
    Slot,
    defused,
    fill,
    pieces,
    slotted,
)
from deliveries.problems import Problem, problems
from deliveries.tokens import Purpose, Stamp

__all__ = [
    "Compiled",
    "Problem",
    "Recipient",
    "compile_message",
    "problems",
    "render",
    "return_path",
]

# ways of leaving blocks out that are kept in memory; they share what they say
MOST_BODIES = 1_000
_UNSAFE_ID = re.compile(r"[^a-z0-9-]+")


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person for whom a mail is made. `values`: token name to words; `shown`:
    which of the blocks that only some get (see optional)."""

    message_id: int
    delivery_id: int
    address_id: int
    deliver_to: str
    queued_at: dt.datetime
    values: Mapping[str, str]
    since: dt.date | None = None
    shown: int | None = None


def compile_message(message: Message) -> None:
    """Blocks to `html`, `text` and rows of Link, in each of its languages; the message
    must not be frozen."""
    asked = conditions(all_blocks(message))
    links: list[Link] = []
    targets: list[blocks.Target] = []
    for language in languages(message):
        body = blocks.build(spoken(message, language).blocks, asked, targets)
        links += _links(message, language, body.targets[len(targets) :])
        targets = body.targets
        made = _made(spoken(message, language), body, language)
        if language:
            said = {**message.variants[language], **made}
            message.variants = {**message.variants, language: said}
        else:
            message.html, message.text = made["html"], made["text"]
    message.save(update_fields=["html", "text", "variants"])
    message.links.all().delete()
    Link.objects.bulk_create(links)


def _made(said: Message, body: blocks.Body, language: str) -> dict[str, str]:
    footer = footer_of(said.brand, said.subscription_type, said.channel, language)
    inbox = said.subject, said.preview_text
    document = layout.as_html(*inbox, body, footer, language)
    return {
        "html": layout.with_pixel(document) if said.open_tracked else document,
        "text": layout.as_text(body, footer),
    }


def _links(
    message: Message, language: str, targets: Iterable[blocks.Target]
) -> list[Link]:
    return [
        Link(
            message=message,
            language=language,
            position=target.position,
            kind=target.kind,
            url=target.url,
            label=target.label,
        )
        for target in targets
    ]


@dataclass(frozen=True, slots=True)
class Compiled:
    """Everything about one message that is the same for everybody, ready to fill."""

    message_id: int
    subscription_type_id: int
    from_domain: str
    list_id: str
    headers: bytes
    # encoded already where it is the same for everybody
    subject: str | bytes
    body: mime.Skeleton
    urls: tuple[str, ...]
    click_tracked: bool
    has_ways_out: bool
    tokens: frozenset[str]
    # what is signed in each mail, the return path first; and for each slot of the body
    # that a signed address fills, which of these, with what stands around the token
    asked: tuple[tuple[Purpose, int], ...]
    around: Mapping[Slot, tuple[int, str, str]]
    # the body for each of the different readers, made when the first of them comes
    bodies: dict[int | None, mime.Skeleton] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, message: Message, language: str = "") -> Compiled:
        """From a compiled message, in one of its languages; reads its links."""
        links = list(message.links.order_by("position"))
        message = spoken(message, language)
        ways_out = message.channel in SELLING
        urls = tuple("" if _is_confirm(one) else one.url for one in links)
        body = mime.skeleton(message.text, message.html, _boundary(message))
        found = {slot: _signed(message, urls, slot) for slot in body.slots}
        signed = {slot: one for slot, one in found.items() if one}
        always = [(Purpose.RETURN_PATH, 0), _page(message, Purpose.UNSUBSCRIBE)]
        asked = tuple(dict.fromkeys([*always, *signed.values()]))
        return cls(
            message_id=message.pk,
            subscription_type_id=message.subscription_type_id,
            from_domain=message.from_email.rpartition("@")[2].lower(),
            list_id=_list_id(message),
            headers=_common_headers(message, ways_out=ways_out),
            subject=_subject(message.subject),
            body=body,
            urls=urls,
            click_tracked=message.click_tracked,
            has_ways_out=ways_out,
            tokens=_tokens_of(message),
            asked=asked,
            around={
                slot: (asked.index(one), *around(one[0]))
                for slot, one in signed.items()
            },
        )

    def body_for(self, shown: int | None) -> mime.Skeleton:
        """The body for those who get these optional blocks."""
        if shown is None or not self.body.optional:
            return self.body
        if shown not in self.bodies:
            if len(self.bodies) >= MOST_BODIES:
                self.bodies.clear()
            self.bodies[shown] = self.body.without(shown)
        return self.bodies[shown]


def _signed(
    message: Message, urls: Sequence[str], slot: Slot
) -> tuple[Purpose, int] | None:
    """What is signed to fill `slot`; None where no token of ours stands there."""
    if slot.kind in {"token", "since"}:
        return None
    if slot.kind == "unsubscribe":
        ways_out = message.channel in SELLING
        return _page(message, Purpose.UNSUBSCRIBE) if ways_out else None
    if slot.kind != "link":
        return _page(message, Purpose(slot.kind))
    position = int(slot.name)
    is_bare = urls[position] and not message.click_tracked
    return None if is_bare else (Purpose.CLICK, position)


def _page(message: Message, purpose: Purpose) -> tuple[Purpose, int]:
    return purpose, 0 if purpose is Purpose.OPEN else message.subscription_type_id


def _subject(subject: str) -> str | bytes:
    compiled = slotted(defused(subject))
    if any(isinstance(piece, Slot) for piece in pieces(compiled)):
        return compiled
    return mime.text_header("Subject", compiled)


def _is_confirm(link: Link) -> bool:
    return link.kind == LinkKind.CONFIRM


def _tokens_of(message: Message) -> frozenset[str]:
    compiled = [slotted(message.subject), message.text, message.html]
    return frozenset(
        piece.name
        for one in compiled
        for piece in pieces(one)
        if isinstance(piece, Slot) and piece.kind == "token"
    )


def _boundary(message: Message) -> bytes:
    """Quoted-printable never holds `=_`: no boundary can stand in a body."""
    return (
        b"=_%s"
        % hashlib.sha256(f"mail {message.pk}".encode()).hexdigest()[:24].encode()
    )


def _list_id(message: Message) -> str:
    """RFC 2919: the same for every mail of one subscription type of one brand."""
    domain = message.from_email.rpartition("@")[2].lower()
    parts = (message.subscription_type.slug, message.brand.slug)
    labels = [_UNSAFE_ID.sub("-", part.lower()).strip("-") or "list" for part in parts]
    return ".".join([*labels, domain])


def _common_headers(message: Message, *, ways_out: bool) -> bytes:
    found = [mime.address_header("From", message.from_email, message.from_name)]
    if message.reply_to:
        found.append(mime.address_header("Reply-To", message.reply_to))
    if ways_out:
        name = mime.phrase(message.subscription_type.name)
        found.append(f"List-Id: {name} <{_list_id(message)}>\r\n".encode())
        found.append(b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n")
        found.append(_feedback_id(message))
        found.append(b"X-Auto-Response-Suppress: OOF, AutoReply\r\n")
    else:
        found.append(b"Auto-Submitted: auto-generated\r\n")
    return b"".join(found)


def _feedback_id(message: Message) -> bytes:
    """Campaign, brand, subscription, and a sender id that stays the same for years."""
    domain = message.from_email.rpartition("@")[2].lower()
    sender = "lw" + hashlib.sha256(domain.encode()).hexdigest()[:10]
    brand, kind = message.brand.slug, message.subscription_type.slug
    return f"Feedback-ID: m{message.pk}:{brand}:{kind}:{sender}\r\n".encode()


def render(
    compiled: Compiled,
    recipient: Recipient,
    *,
    now: dt.datetime,
    signer: Signer | None = None,
) -> bytes:
    """The complete mail for one person, with CRLF and no line over 998 octets.

    `signer` covers it with a DKIM signature, which nothing may change afterwards.
    """
    return in_envelope(compiled, recipient, now=now, signer=signer)[1]


def in_envelope(
    compiled: Compiled,
    recipient: Recipient,
    *,
    now: dt.datetime,
    signer: Signer | None = None,
) -> tuple[str, bytes]:
    """The return path, and the same mail: both are signed by one stamp."""
    person = _Person(compiled, recipient)
    skeleton = compiled.body_for(recipient.shown)
    headers = [
        _date(now),
        compiled.headers,
        mime.address_header("To", recipient.deliver_to),
        person.subject(),
        _message_id(compiled, recipient),
    ]
    if compiled.has_ways_out:
        headers.append(person.list_unsubscribe())
    headers.append(skeleton.headers)
    words = person.words(skeleton.slots)
    body = skeleton.filled(words, signed=signer is not None)
    head = b"".join(headers)
    signature = b""
    if signer:
        signature = signer.signature(head, body.relaxed, int(now.timestamp()))
    content = b"".join((signature, head, mime.CRLF, *body.pieces))
    return person.return_path(), content


@functools.lru_cache(maxsize=8)
def _date(now: dt.datetime) -> bytes:
    return b"Date: %s\r\n" % format_datetime(now).encode()


def _message_id(compiled: Compiled, recipient: Recipient) -> bytes:
    """The same however often it is rendered, whatever keys are in use."""
    moment = int(recipient.queued_at.timestamp() * 1_000)
    local = f"m.{recipient.message_id}.{recipient.delivery_id}.{moment}"
    return f"Message-ID: <{local}@{compiled.from_domain}>\r\n".encode()


def return_path(recipient: Recipient) -> str:
    """The envelope sender that tells which mail came back."""
    return verp(_stamp(recipient))


def verp(stamp: Stamp) -> str:
    """A variable envelope return path: the bounce domain, and which mail it is."""
    return _back_to(stamp.sign(Purpose.RETURN_PATH))


def _back_to(token: str) -> str:
    return f"b-{token}@{settings.BOUNCE_DOMAIN}"


def _stamp(recipient: Recipient) -> Stamp:
    return Stamp(recipient.message_id, recipient.delivery_id, recipient.address_id)


class _Person:
    """What stands in the slots of one mail."""

    __slots__ = ("compiled", "recipient", "tokens")

    def __init__(self, compiled: Compiled, recipient: Recipient) -> None:
        self.compiled = compiled
        self.recipient = recipient
        self.tokens = _stamp(recipient).sign_all(compiled.asked)

    def return_path(self) -> str:
        return _back_to(self.tokens[0])

    def subject(self) -> bytes:
        subject = self.compiled.subject
        if isinstance(subject, bytes):
            return subject
        return mime.text_header("Subject", fill(subject, self.recipient.values))

    def list_unsubscribe(self) -> bytes:
        token = self.tokens[1]
        address = f"{UNSUBSCRIBE_PREFIX}{token}@{settings.BOUNCE_DOMAIN}"
        mailto = f"mailto:{address}?subject=unsubscribe"
        page = token.join(around(Purpose.UNSUBSCRIBE))
        return f"List-Unsubscribe: <{page}>,\r\n <{mailto}>\r\n".encode()

    def words(self, slots: Sequence[Slot]) -> list[str]:
        """What stands in each of these slots of the body."""
        tokens = self.tokens
        pairs = [(slot, self.compiled.around.get(slot)) for slot in slots]
        return [
            found[1] + tokens[found[0]] + found[2] if found else self._words(slot)
            for slot, found in pairs
        ]

    def _words(self, slot: Slot) -> str:
        kind = slot.kind
        if kind == "token":
            return self.recipient.values.get(slot.name) or slot.fallback
        if kind == "since":
            since = self.recipient.since
            return footers.since(since, slot.name) if since else ""
        return self.compiled.urls[int(slot.name)] if kind == "link" else ""
