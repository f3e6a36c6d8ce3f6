"""What makes readers and filters mistrust a mail, or shuts readers out. Pure.

Nothing here keeps a mail from being sent: each is a sentence that an author may have
good reasons to overrule.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urlsplit

from django.utils import formats
from django.utils.translation import gettext as _

from deliveries import blocks, handmade

Hint = tuple[str, str]  # sentence, id of the block or ''

# WCAG 2.2, 1.4.3
ENOUGH_CONTRAST = 4.5
FEW_WORDS = 20
SHOUTED = 12
# Words that content filters have counted since the first of them, and that sell badly.
PUSHY = (
    *("100% free", "act now", "as seen on", "buy direct", "cash bonus", "double your"),
    *("earn extra cash", "extra income", "free money", "guaranteed winner"),
    *("limited time only", "make money", "miracle", "no catch", "no obligation"),
    *("once in a lifetime", "order now", "risk free", "risk-free", "this is not spam"),
    *("urgent response", "winner!", "you have been selected", "you won"),
)
EMPTY_WORDS = {"click", "click here", "here", "link", "more", "press here", "this"}
# Their addresses hide where they lead, and are shared with whoever abuses them.
SHORTENERS = {"bit.ly", "goo.gl", "is.gd", "ow.ly", "t.co", "tiny.cc", "tinyurl.com"}
_ANY_TAG = re.compile(r"<[^>]+>")
_STYLE = re.compile(r'style="([^"]*)"')
_ADDRESS = re.compile(r"(?:https?://)?(?:www\.)?([a-z0-9-]+(?:\.[a-z0-9-]+)+)(?:/\S*)?")


def hints(subject: str, preview: str, found: Sequence[blocks.Block]) -> list[Hint]:
    """All of them, from the subject down."""
    flat = list(blocks.flat(found))
    return [
        *_about_subject(subject),
        *_about_pushing(f"{subject} {preview}", flat),
        *_about_pictures(flat),
        *_about_links(flat),
        *_about_contrast(flat),
    ]


def _about_subject(subject: str) -> Iterator[Hint]:
    letters = [one for one in re.sub(r"\{\{.*?\}\}", "", subject) if one.isalpha()]
    if len(letters) >= SHOUTED and sum(map(str.isupper, letters)) > len(letters) * 0.7:
        yield _("The subject is written in capitals, as spam is."), ""
    if subject.count("!") > 1:
        yield _("The subject has more than one exclamation mark, as spam has."), ""


def _about_pushing(head: str, found: Iterable[blocks.Block]) -> Iterator[Hint]:
    yield from _pushing(head, "")
    for block in found:
        yield from _pushing(words_of(block), str(block.get("id", "")))


def _pushing(text: str, block_id: str) -> Iterator[Hint]:
    low = " ".join(text.lower().split())
    words = [phrase for phrase in PUSHY if phrase in low]
    if words:
        quoted = ", ".join(_("“%(word)s”") % {"word": word} for word in words)
        told = _("Spam filters count words like %(words)s.") % {"words": quoted}
        yield told, block_id
    if "!!" in text:
        yield _("Several exclamation marks in a row look like spam."), block_id


def words_of(block: blocks.Block) -> str:
    """What a reader reads of it."""
    if block.get("kind") == "html":
        return handmade.as_words(handmade.cleaned(str(block.get("html", ""))))
    source = _ANY_TAG.sub(" ", str(block.get("html", "")))
    return " ".join((str(block.get("text", "")), html.unescape(source), label(block)))


def label(block: blocks.Block) -> str:
    return str(block.get("label", ""))


def _about_pictures(found: Sequence[blocks.Block]) -> Iterator[Hint]:
    pictures = sum(_pictures_in(block) for block in found)
    words = sum(len(words_of(block).split()) for block in found)
    if pictures and words < FEW_WORDS:
        yield (
            _(
                "Almost everything is in pictures. Who has them switched off reads"
                " nothing, and filters suspect such mails."
            ),
            "",
        )


def _pictures_in(block: blocks.Block) -> int:
    if block.get("kind") == "html":
        return len(handmade.images(handmade.cleaned(str(block.get("html", "")))))
    return block.get("kind") == "image"


def links_of(block: blocks.Block) -> list[tuple[str, str]]:
    """(address, words) of each link a reader can press in this block."""
    kind, url = block.get("kind"), str(block.get("url", "")).strip()
    if kind in {"text", "html"}:
        source = str(block.get("html", ""))
        return handmade.links(handmade.cleaned(source))
    if kind in {"button", "confirm"}:
        return [(url, label(block))] if url else []
    if kind == "image":
        href = str(block.get("href") or "").strip()
        return [(href, str(block.get("alt", "")))] if href else []
    named = [(str(block.get(key, "")).strip(), key) for key in blocks.NETWORKS]
    return [(url, key) for url, key in named if url] if kind == "social" else []


def _about_links(found: Iterable[blocks.Block]) -> Iterator[Hint]:
    for block in found:
        for url, words in links_of(block):
            for sentence in _about_link(url, " ".join(words.split())):
                yield sentence, str(block.get("id", ""))


def _about_link(url: str, words: str) -> Iterator[str]:
    low = words.lower().strip(" .!:>»→")
    host = _host(url)
    if not words:
        told = _("The link to %(address)s has no words that could be read aloud.")
        yield told % {"address": host or url[:60]}
    if low in EMPTY_WORDS:
        told = _("“%(words)s” does not say where its link leads. Name what is there.")
        yield told % {"words": words}
    if url.startswith("http://"):
        told = _(
            "The link to %(host)s is not encrypted. Begin with https:// if it can."
        )
        yield told % {"host": host}
    if host in SHORTENERS:
        told = _("%(host)s hides where its link leads, and filters mistrust it.")
        yield told % {"host": host}
    if "unsubscribe" in low or "opt out" in low:
        told = _(
            "“%(words)s” is a link of its own and is tracked. The footer has an"
            " unsubscribe link that is not; leave this one out."
        )
        yield told % {"words": words}
    shown = _ADDRESS.fullmatch(low)
    if shown and host and not _same_place(shown[1], host):
        told = _("The words say %(shown)s, the link leads to %(host)s, as in fraud.")
        yield told % {"shown": shown[1], "host": host}


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _same_place(shown: str, host: str) -> bool:
    return host == shown or host.endswith(f".{shown}") or shown.endswith(f".{host}")


def _about_contrast(found: Iterable[blocks.Block]) -> Iterator[Hint]:
    for block in found:
        block_id = str(block.get("id", ""))
        if block.get("kind") in {"button", "confirm"}:
            ratio = contrast("#ffffff", blocks.color_of(block))
            if ratio < ENOUGH_CONTRAST:
                told = _(
                    "White words on this colour are hard to read (%(ratio)s:1, at least"
                    " 4.5:1). Choose a darker one."
                )
                yield told % {"ratio": formats.number_format(ratio, 1)}, block_id
        if block.get("kind") == "html" and _pale(str(block.get("html", ""))):
            yield (
                _(
                    "Some words in the HTML are hard to read on their background. Make"
                    " the difference at least 4.5:1."
                ),
                block_id,
            )


def _pale(source: str) -> bool:
    """Whether an element sets both colours, too close to each other."""
    for style in _STYLE.findall(handmade.cleaned(source)):
        parts = (rule.lower().partition(":") for rule in style.split(";"))
        rules = {name.strip(): value.strip() for name, _, value in parts}
        pair = (rules.get("color", ""), rules.get("background-color", ""))
        if all(map(_rgb, pair)) and contrast(*pair) < ENOUGH_CONTRAST:
            return True
    return False


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG between two colours written #rrggbb, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in _rgb(color) or (0, 0, 0))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _rgb(color: str) -> tuple[int, ...] | None:
    """The parts of a colour in hexadecimal; None where it is written otherwise."""
    found = re.fullmatch(r"#([0-9a-f]{3}|[0-9a-f]{6})", color.strip().lower())
    if not found:
        return None
    digits = found[1] if len(found[1]) == 6 else "".join(one * 2 for one in found[1])
    return tuple(int(digits[at : at + 2], 16) for at in (0, 2, 4))
