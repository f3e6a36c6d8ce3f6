"""What keeps a mail from being sent, or should make its author think again.

Pure. Shown in the editor and on the review page; a mail with a problem that blocks
cannot be sent.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from django.utils.translation import gettext, gettext_lazy

from accounts.numbers import number
from consent import addresses
from consent.models import SubscriptionType
from deliveries import blocks, handmade, layout, optional
from deliveries.hints import hints
from deliveries.personalization import CONTACT_FIELDS, token_complaints

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

BLOCK, WARN = "block", "warn"
# Gmail cuts what is longer and hides the footer with the unsubscribe link
CLIPPED_AT = 102 * 1024
LONG_SUBJECT = 80
DOMAINS = gettext_lazy("Sending domains")
_ANY_TAG = re.compile(r"<[^>]+>")
# a link as authors write it, that became none
_NO_LINK = re.compile(r"\[[^\]\n]+\]\([^()\s]+\)")


@dataclass(frozen=True, slots=True)
class Problem:
    """`level`: "block" or "warn". `block_id`: where, '' for the mail as a whole.
    `url`: the page that puts it right, where it is another one, named `place`."""

    level: str
    sentence: str
    block_id: str = ""
    url: str = ""
    place: StrOrPromise = DOMAINS


class Mail(Protocol):
    """What is looked at: a message, or an email that is being written."""

    subject: str
    preview_text: str
    blocks: list[blocks.Block]
    from_name: str
    from_email: str

    @property
    def subscription_type(self) -> SubscriptionType | None: ...


def problems(
    mail: Mail, properties: Collection[str] = (), *, confirm_required: bool = False
) -> list[Problem]:
    """All of them, those that block first.

    `properties`: names of the custom properties. `confirm_required`: exactly one
    confirm button must be there, as in a re-engagement email.
    """
    known = {*CONTACT_FIELDS, *properties}
    found = [
        *_about_sender(mail),
        *_about_subject(mail, known),
        *_about_confirming(mail.blocks, required=confirm_required),
        *_about_blocks(mail.blocks, known),
        *_about_size(mail),
        *_about_trust(mail),
    ]
    return sorted(found, key=lambda problem: problem.level != BLOCK)


def _about_sender(mail: Mail) -> Iterable[Problem]:
    kind = mail.subscription_type
    if kind is None:
        yield Problem(
            BLOCK, gettext("Choose the subscription type that people agreed to.")
        )
    elif kind.archived_at:
        told = gettext("“%(type)s” is archived. Choose another subscription.")
        yield Problem(BLOCK, told % {"type": kind.name})
    if kind and not kind.brand.postal_address.strip():
        told = gettext(
            "%(brand)s has no postal address, and every mail must show one."
            " Add it to the brand."
        )
        yield Problem(BLOCK, told % {"brand": kind.brand.name})
    if not mail.from_name.strip():
        yield Problem(BLOCK, gettext("Say who writes: the sender's name is empty."))
    try:
        addresses.parse(mail.from_email)
    except addresses.BadAddress:
        yield Problem(BLOCK, gettext("The sender's address is not an email address."))


def _about_subject(mail: Mail, known: Collection[str]) -> Iterable[Problem]:
    if not mail.subject.strip():
        yield Problem(BLOCK, gettext("Write a subject."))
    if len(mail.subject) > LONG_SUBJECT:
        told = gettext("The subject is longer than %(count)s characters and gets cut.")
        yield Problem(WARN, told % {"count": LONG_SUBJECT})
    if re.match(r"(re|fwd?|aw|wg)\s*:", mail.subject.strip(), re.IGNORECASE):
        told = gettext("The subject pretends to be an answer. Take the beginning away.")
        yield Problem(BLOCK, told)
    if not mail.preview_text.strip():
        told = gettext("There is no preview text: mail programs show the first words.")
        yield Problem(WARN, told)
    for text in (mail.subject, mail.preview_text):
        for complaint in token_complaints(text, known):
            yield Problem(BLOCK, complaint)


def _about_confirming(
    found: Sequence[blocks.Block], *, required: bool
) -> Iterable[Problem]:
    confirms = [block for block in found if block.get("kind") == "confirm"]
    if required and not confirms:
        yield Problem(BLOCK, gettext("Add the button with which people confirm."))
    if required and any(optional.condition_of(block) for block in confirms):
        told = gettext("The confirm button is for everybody: take its condition away.")
        yield Problem(BLOCK, told)
    for extra in confirms[1:]:
        told = gettext("There is more than one confirm button. Keep one.")
        yield Problem(BLOCK, told, _id(extra))
    for block in confirms:
        path = urlsplit(str(block.get("url", ""))).path.lower()
        if path.startswith("/p/") or re.search(
            r"preferen|unsubscri|subscription", path
        ):
            yield Problem(
                WARN,
                gettext(
                    "The confirm button leads to a preference page. People who only"
                    " look at it would count as if they had confirmed."
                ),
                _id(block),
            )


def _about_blocks(
    found: Sequence[blocks.Block], known: Collection[str]
) -> Iterable[Problem]:
    if not any(block.get("kind") not in {"divider", "footer"} for block in found):
        yield Problem(BLOCK, gettext("The mail is empty. Add a block."))
    for block in found:
        if block.get("kind") == "columns" and not any(blocks.flat([block])):
            yield Problem(BLOCK, gettext("The columns are empty."), _id(block))
        for complaint in token_complaints(str(block.get("plain", "")), known):
            yield Problem(BLOCK, complaint, _id(block))
    for block in blocks.flat(found):
        check = _CHECKS.get(str(block.get("kind")))
        sentences = (
            check(block, known) if check else [gettext("This block cannot be read.")]
        )
        yield from (Problem(BLOCK, sentence, _id(block)) for sentence in sentences)
        if _has_silent_picture(block):
            told = gettext("Say what the picture shows, for who cannot see it.")
            yield Problem(WARN, told, _id(block))


def _has_silent_picture(block: blocks.Block) -> bool:
    """Whether a picture says nothing to who cannot see it. In written HTML an empty
    text is a decision; in a block of ours it was left out."""
    if block.get("kind") == "html":
        source = handmade.cleaned(str(block.get("html", "")))
        return any(alt is None for _, alt in handmade.images(source))
    return block.get("kind") == "image" and not str(block.get("alt", "")).strip()


def _id(block: blocks.Block) -> str:
    return str(block.get("id", ""))


def _check_heading(block: blocks.Block, known: Collection[str]) -> Iterable[str]:
    words = str(block.get("text", ""))
    if not words.strip():
        yield gettext("The heading is empty.")
    yield from token_complaints(words, known)


def _check_text(block: blocks.Block, known: Collection[str]) -> Iterable[str]:
    source = blocks.clean_html(str(block.get("html", "")))
    words = html.unescape(_ANY_TAG.sub("\0", source)).replace("\0", " ")
    if not words.strip():
        yield gettext("The text is empty.")
    yield from token_complaints(_without_hrefs(source), known)
    for href in blocks.hrefs(source):
        if not _leads_somewhere(href):
            yield _bad_url(href)
    for written in _NO_LINK.findall(words):
        told = gettext(
            "“%(words)s” stays as it is written. An address begins with https://,"
            " mailto: or tel:."
        )
        yield told % {"words": written[:80]}


def _leads_somewhere(url: str) -> bool:
    return url.startswith(("mailto:", "tel:")) or blocks.is_usable_url(url)


def _without_hrefs(source: str) -> str:
    """Markup inside a token stays: then it is cut, and must be told."""
    return html.unescape(re.sub(r'href="[^"]*"', "", source))


def _check_button(block: blocks.Block, known: Collection[str]) -> Iterable[str]:
    label, url = str(block.get("label", "")), str(block.get("url", "")).strip()
    if not label.strip():
        yield gettext("The button has no words on it.")
    yield from token_complaints(label, known)
    if not url and block.get("kind") == "button":
        yield gettext("The button leads nowhere. Give it an address.")
    elif url and not blocks.is_usable_url(url):
        yield _bad_url(url)


def _check_image(block: blocks.Block, known: Collection[str]) -> Iterable[str]:
    href = str(block.get("href") or "").strip()
    if not blocks.is_usable_url(str(block.get("url", "")).strip()):
        yield gettext("The picture needs an address that begins with https://.")
    if href and not blocks.is_usable_url(href):
        yield _bad_url(href)


def _check_social(block: blocks.Block, known: Collection[str]) -> Iterable[str]:
    found = [str(block.get(name, "")).strip() for name in blocks.NETWORKS]
    if not any(found):
        yield gettext("The social links are empty. Give at least one address.")
    yield from (_bad_url(url) for url in found if url and not blocks.is_usable_url(url))


def _check_html(block: blocks.Block, known: Collection[str]) -> Iterable[str]:
    source = handmade.cleaned(str(block.get("html", "")))
    if not source.strip():
        yield gettext("The HTML is empty.")
    yield from token_complaints(_without_hrefs(source), known)
    for url, _ in handmade.links(source):
        if not _leads_somewhere(url):
            yield _bad_url(url)
    if not all(blocks.is_usable_url(url) for url, _ in handmade.images(source)):
        yield gettext(
            "A picture in the HTML needs an address that begins with https://."
        )


def _check_footer(block: blocks.Block, known: Collection[str]) -> Iterable[str]:
    return token_complaints(str(block.get("text", "")), known)


def _bad_url(url: str) -> str:
    told = gettext(
        "“%(url)s” is not a web address. Begin with https:// and use no tokens."
    )
    return told % {"url": url[:60]}


_CHECKS: dict[str, Callable[[blocks.Block, Collection[str]], Iterable[str]]] = {
    "heading": _check_heading,
    "text": _check_text,
    "button": _check_button,
    "confirm": _check_button,
    "image": _check_image,
    "divider": lambda block, known: (),
    "social": _check_social,
    "html": _check_html,
    "footer": _check_footer,
}


def _about_trust(mail: Mail) -> Iterable[Problem]:
    for sentence, block_id in hints(mail.subject, mail.preview_text, mail.blocks):
        yield Problem(WARN, sentence, block_id)


def size_of(mail: Mail) -> int:
    """How many octets of HTML a reader gets, before links are made longer."""
    body = blocks.build(mail.blocks)
    footer = layout.Footer("", "", "because")
    document = layout.as_html(mail.subject, mail.preview_text, body, footer)
    return len(document.encode())


def _about_size(mail: Mail) -> Iterable[Problem]:
    size = size_of(mail)
    if size > CLIPPED_AT:
        yield Problem(
            BLOCK,
            gettext(
                "The mail is %(size)s kB long. Gmail cuts after 102 kB and hides the"
                " unsubscribe link. Make it shorter."
            )
            % {"size": number(size // 1024)},
        )
