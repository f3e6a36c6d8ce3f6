"""The blocks of a mail: from what the editor stores to MJML and to plain text.

Pure. A block is a dict with an `id` and a `kind`:

    heading   text, level (1 or 2)
    text      html: p, strong, em, a, ul, ol, li, br; everything else is removed
    button    label, url, color
    link      label, url: a line of words that leads somewhere
    confirm   label, url ('' leads to our thank-you page), color
    image     url, alt, href ('' for none)
    divider
    columns   left_ and right_ url, alt, html, label, href: a picture, text, a button
    social    an address for each of NETWORKS, '' for none
    html      html: written by hand; scripts, forms and styles that hide are removed
    footer    text: a line of the author's above what always stands there

`plain`, where it is not empty, stands in the plain text part instead of the block.
`only`, where it is not empty, is a condition: who does not meet it gets no such block.
`align` of heading, text and button is left, center or right.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import nh3

from deliveries import handmade, optional
from deliveries.models.messages import LinkKind
from deliveries.personalization import Slot, defused, slotted

Block = dict[str, Any]

TAGS = {"p", "strong", "em", "a", "ul", "ol", "li", "br"}
SCHEMES = {"http", "https", "mailto", "tel"}
TRACKED = ("http://", "https://")
SIDES = ("left", "right")
ALIGNMENTS = ("left", "center", "right")
BLUE = "#1d4ed8"
# Words and not pictures: they show when images are off, and load nothing from others.
NETWORKS = {
    "website": "Website",
    "linkedin": "LinkedIn",
    "instagram": "Instagram",
    "facebook": "Facebook",
    "youtube": "YouTube",
    "mastodon": "Mastodon",
    "bluesky": "Bluesky",
    "x": "X",
}
# the answers to a confirmation mail; no form writes them into a block
ANSWERS = {"signup", "disown"}
# what MJML leaves as it is, between its rows and between its sections
RAW = "<mj-raw>{}</mj-raw>"
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_HREF = re.compile(r'<a href="([^"]*)">(.*?)</a>', re.DOTALL)
_BARE_LINK = re.compile(r"<a>(.*?)</a>", re.DOTALL)
_OPENING = re.compile(r"\[~")
_ANY_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True)
class Target:
    """One tracked link: its place in the mail is its position."""

    position: int
    url: str
    label: str
    kind: LinkKind = LinkKind.ORDINARY


@dataclass(frozen=True, slots=True)
class Row:
    """Columns side by side; on a phone one below the other. `place`: of the condition
    on which they are there."""

    columns: tuple[str, ...]
    place: int | None = None


@dataclass(slots=True)
class Body:
    """What the blocks of one mail became; slots stand for what differs."""

    mjml: list[str | Row] = field(default_factory=list)
    # paragraphs, with the empty line below them once `take` took them
    text: list[str] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    # what is written by hand: MJML would not take it, so it is put in at the end
    handmade: list[str] = field(default_factory=list)
    # the author's own lines of the footer, MJML and words, each with its end
    foot: list[tuple[str, str]] = field(default_factory=list)

    def part(self) -> Body:
        """An empty one whose links and handmade HTML are numbered on with ours."""
        return Body(targets=self.targets, handmade=self.handmade)

    def take(self, part: Body, place: int | None) -> None:
        """Add what a block became; an optional piece where it has a condition, at
        `place`."""
        words = "".join(f"{one}\n\n" for one in part.text if one)
        if place is None:
            self.mjml += part.mjml
            self.text.append(words)
            self.foot += part.foot
            return
        self.mjml += [_optional(one, place) for one in part.mjml]
        self.text.append(optional.marked(words, place))
        self.foot += [
            (optional.marked(written, place), optional.marked(plain, place))
            for written, plain in part.foot
        ]

    def link(self, url: str, label: str, kind: LinkKind = LinkKind.ORDINARY) -> str:
        """The slot of a tracked link, or the address itself where it is not tracked."""
        if kind == LinkKind.ORDINARY and not url.startswith(TRACKED):
            return defused(url)
        position = len(self.targets)
        self.targets.append(Target(position, url, label[:200], kind))
        return str(Slot("link", str(position)))


def _optional(part: str | Row, place: int) -> str | Row:
    if isinstance(part, Row):
        return replace(part, place=place)
    return optional.marked(part, place, RAW)


def clean_html(source: str) -> str:
    """The part of `source` that may stand in a text block."""
    return nh3.clean(
        source,
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes=SCHEMES,
        link_rel=None,
        strip_comments=True,
    )


def hrefs(source: str) -> list[str]:
    """Where the links of a text block lead."""
    return [html.unescape(href) for href, _ in _HREF.findall(clean_html(source))]


def is_usable_url(url: str) -> bool:
    """An absolute web address without spaces, controls or tokens in it."""
    return bool(re.fullmatch(r"https?://[^\s\x00-\x20\"<>{}\\]+", url))


def build(
    blocks: Sequence[Block],
    asked: Sequence[optional.Condition] | None = None,
    targets: Sequence[Target] = (),
) -> Body:
    """All blocks, in order. A block of an unknown kind is left out.

    In several languages: `asked` are the conditions of all of them, `targets` the links
    of those before.
    """
    body = Body(targets=list(targets))
    asked = optional.conditions(blocks) if asked is None else asked
    for block in blocks:
        builder = _BUILDERS.get(block.get("kind", ""))
        if builder:
            part, condition = body.part(), optional.condition_of(block)
            builder(block, part)
            if plain := _words(block, "plain"):
                part.text = [slotted(plain)]
            body.take(part, asked.index(condition) if condition else None)
    return body


def flat(blocks: Sequence[Block]) -> Iterator[Block]:
    """Every block; in the place of columns the blocks they stand for."""
    for block in blocks:
        if block.get("kind") == "columns":
            for side in SIDES:
                yield from side_of(block, side)
        else:
            yield block


def side_of(block: Block, side: str) -> list[Block]:
    """What one column holds, as blocks; nothing is made of what is left empty."""
    url, alt, words, label, href = (
        str(block.get(f"{side}_{name}", "")).strip()
        for name in ("url", "alt", "html", "label", "href")
    )
    found: list[Block] = []
    if url:
        found.append({"kind": "image", "url": url, "alt": alt})
    if words:
        found.append({"kind": "text", "html": words})
    if label or href:
        found.append({"kind": "button", "label": label, "url": href})
    return [{**one, "id": block.get("id", "")} for one in found]


def color_of(block: Block) -> str:
    """The colour of a button; ours where none that we know was chosen."""
    color = str(block.get("color", ""))
    return color if _COLOR.fullmatch(color) else BLUE


def _words(block: Block, name: str) -> str:
    return defused(str(block.get(name, ""))).strip()


def _with_own_slots(text: str, own: Sequence[str]) -> str:
    """Text whose markup was taken out: whatever looks like another slot is no slot."""
    ours = tuple(own)

    def opening(match: re.Match[str]) -> str:
        kept = text.startswith(ours, match.start())
        return match[0] if kept else defused(match[0])

    return _OPENING.sub(opening, text)


def _align(block: Block) -> str:
    align = block.get("align")
    return f' align="{align}"' if align in ALIGNMENTS else ""


def _heading(block: Block, body: Body) -> None:
    words = _words(block, "text")
    level = 2 if block.get("level") == 2 else 1
    escaped = slotted(html.escape(words), escaped=True)
    body.mjml.append(
        f'<mj-text css-class="lw-text lw-h{level}"{_align(block)}>'
        f"<h{level}>{escaped}</h{level}>"
        "</mj-text>"
    )
    body.text.append(slotted(words))


def _text(block: Block, body: Body) -> None:
    # after cleaning: that decodes, and what it takes out brings its neighbours together
    cleaned = defused(_BARE_LINK.sub(r"\1", clean_html(str(block.get("html", "")))))
    plain: list[tuple[str, str]] = []

    def link(match: re.Match[str]) -> str:
        label = html.unescape(_ANY_TAG.sub("", match[2])).strip()
        slot = body.link(html.unescape(match[1]), label)
        plain.append((match[0], slot))
        return f'<a href="{html.escape(slot)}">{match[2]}</a>'

    linked = _HREF.sub(link, cleaned)
    words = slotted(linked.replace("<br>", "<br/>"), escaped=True)
    body.mjml.append(f'<mj-text css-class="lw-text"{_align(block)}>{words}</mj-text>')
    body.text.append(slotted(_as_plain(cleaned, plain)))


def _as_plain(cleaned: str, links: Sequence[tuple[str, str]]) -> str:
    """A text block without markup; a link is its words and then its address."""
    for anchor, slot in links:
        words = _ANY_TAG.sub("", anchor)
        cleaned = cleaned.replace(anchor, f"{words} ({slot})", 1)
    for tag, instead in (("<br>", "\n"), ("</p>", "\n\n"), ("<li>", "- ")):
        cleaned = cleaned.replace(tag, instead)
    cleaned = re.sub(r"</(?:li|ul|ol)>", "\n", cleaned)
    words = html.unescape(_ANY_TAG.sub("", cleaned)).replace("\xa0", " ")
    words = _with_own_slots(words, [slot for _, slot in links])
    return re.sub(r"\n{3,}", "\n\n", words).strip()


def _goal(block: Block, body: Body, kind: LinkKind = LinkKind.ORDINARY) -> str:
    """Where it leads: to a page of ours that only mails of ours name, or as written."""
    if block.get("answer") in ANSWERS:
        return str(Slot(block["answer"]))
    url = str(block.get("url", "")).strip()
    return body.link(url, _words(block, "label"), kind)


def _button(block: Block, body: Body) -> None:
    confirms = block["kind"] == "confirm"
    label = _words(block, "label")
    kind = LinkKind.CONFIRM if confirms else LinkKind.ORDINARY
    slot = _goal(block, body, kind)
    look = "lw-button lw-confirm" if confirms else "lw-button"
    body.mjml.append(
        f'<mj-button css-class="{look}" href="{html.escape(slot)}"'
        f'{_align(block)} background-color="{color_of(block)}">'
        f"{slotted(html.escape(label), escaped=True)}</mj-button>"
    )
    body.text.append(f"{slotted(label)}:\n{slot}")


def _link(block: Block, body: Body) -> None:
    label, slot = _words(block, "label"), _goal(block, body)
    words = slotted(html.escape(label), escaped=True)
    body.mjml.append(
        f'<mj-text css-class="lw-text"><p><a href="{html.escape(slot)}">{words}</a></p>'
        "</mj-text>"
    )
    body.text.append(f"{slotted(label)}:\n{slot}")


def _image(block: Block, body: Body) -> None:
    url, alt = str(block.get("url", "")).strip(), _words(block, "alt")
    href = str(block.get("href", "") or "").strip()
    slot = body.link(href, alt) if href else ""
    linked = f' href="{html.escape(slot)}"' if slot else ""
    source = html.escape(defused(url))
    body.mjml.append(f'<mj-image src="{source}" alt="{html.escape(alt)}"{linked}/>')
    body.text.append("\n".join(part for part in (alt, slot) if part))


def _divider(block: Block, body: Body) -> None:
    body.mjml.append("<mj-divider/>")
    body.text.append("-" * 40)


def _columns(block: Block, body: Body) -> None:
    columns: list[str] = []
    for side in SIDES:
        inside = body.part()
        for part in side_of(block, side):
            _BUILDERS[part["kind"]](part, inside)
        columns.append("".join(str(one) for one in inside.mjml))
        body.text += inside.text
    body.mjml.append(Row(tuple(columns)))


def _social(block: Block, body: Body) -> None:
    links = [
        (name, body.link(url, name))
        for key, name in NETWORKS.items()
        if (url := str(block.get(key, "")).strip())
    ]
    if not links:
        return
    words = " &#183; ".join(
        f'<a href="{html.escape(slot)}">{name}</a>' for name, slot in links
    )
    look = 'css-class="lw-text" align="center" font-size="14px"'
    body.mjml.append(f"<mj-text {look}>{words}</mj-text>")
    body.text.append("\n".join(f"{name}: {slot}" for name, slot in links))


def _html(block: Block, body: Body) -> None:
    cleaned = defused(handmade.cleaned(str(block.get("html", ""))))
    before = len(body.targets)
    linked = handmade.with_links(cleaned, body.link)
    own = [str(Slot("link", str(one.position))) for one in body.targets[before:]]
    place = Slot("handmade", str(len(body.handmade)))
    body.handmade.append(slotted(linked, escaped=True))
    body.mjml.append(f'<mj-text css-class="lw-made" padding="0">{place}</mj-text>')
    words = _with_own_slots(handmade.as_words(linked), own)
    body.text.append(slotted(words))


def _footer(block: Block, body: Body) -> None:
    words = _words(block, "text")
    if words:
        written = slotted(html.escape(words), escaped=True)
        body.foot.append((f"{written}<br/>", f"{slotted(words)}\n"))


_BUILDERS: dict[str, Callable[[Block, Body], None]] = {
    "heading": _heading,
    "text": _text,
    "button": _button,
    "confirm": _button,
    "link": _link,
    "image": _image,
    "divider": _divider,
    "columns": _columns,
    "social": _social,
    "html": _html,
    "footer": _footer,
}
