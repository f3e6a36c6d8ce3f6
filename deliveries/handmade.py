"""HTML that an author brings along: what of it may stand in a mail.

Pure. Tables, pictures and styles stay; scripts, forms, frames, comments and whatever
else a mail program would refuse goes. Classes and style sheets go too: many programs
ignore them, so a pasted page is given its styles inline first (see `from_page`).
"""

from __future__ import annotations

import contextlib
import html
import re
from collections.abc import Callable

import css_inline
import nh3

SCHEMES = {"http", "https", "mailto", "tel"}
TAGS = {
    *("a", "b", "big", "blockquote", "br", "center", "cite", "code", "div", "em"),
    *("font", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "li", "ol", "p"),
    *("pre", "s", "small", "span", "strong", "strike", "sub", "sup", "table", "tbody"),
    *("td", "tfoot", "th", "thead", "tr", "u", "ul"),
}
ATTRIBUTES = {
    "*": {"align", "bgcolor", "dir", "height", "lang", "role", "style", "valign",
          "width"},
    "a": {"href"},
    "font": {"color", "face", "size"},
    "img": {"alt", "border", "src"},
    "table": {"border", "cellpadding", "cellspacing"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}  # fmt: skip
# Whatever could lay something over our footer, or load something, is not among them.
STYLES = {
    *("background-color", "border", "border-bottom", "border-collapse", "border-color"),
    *("border-left", "border-radius", "border-right", "border-spacing", "border-style"),
    *("border-top", "border-width", "color", "direction", "display", "font"),
    *("font-family", "font-size", "font-style", "font-weight", "height"),
    *("letter-spacing", "line-height", "margin", "margin-bottom", "margin-left"),
    *("margin-right", "margin-top", "max-width", "min-width", "padding"),
    *("padding-bottom", "padding-left", "padding-right", "padding-top", "text-align"),
    *("text-decoration", "text-transform", "vertical-align", "white-space", "width"),
    *("word-break", "overflow-wrap"),
}
_ATTRIBUTE = r"(?:\s+[\w-]+=\"[^\"]*\")*?"
_ANCHOR = re.compile(
    rf"(<a{_ATTRIBUTE}\s+href=\")([^\"]*)(\"{_ATTRIBUTE}>)(.*?)</a>", re.DOTALL
)
_IMAGE = re.compile(rf"<img{_ATTRIBUTE}\s*/?>")
_ALT = re.compile(r"\salt=\"([^\"]*)\"")
_SRC = re.compile(r"\ssrc=\"([^\"]*)\"")
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([A-Za-z0-9_-]{2,20})")
_ANY_TAG = re.compile(r"<[^>]+>")
_ENDS = re.compile(r"<br>|<hr[^>]*>|</(?:p|div|tr|li|h\d|table|blockquote|pre)>")


def decoded(raw: bytes) -> str:
    """The words of a file, in the encoding it names or else the usual ones."""
    named = _CHARSET.search(raw[:2048])
    names = [named[1].decode("ascii")] if named else []
    for name in ("utf-8-sig", *names):
        with contextlib.suppress(LookupError, UnicodeError):
            return raw.decode(name)
    return raw.decode("cp1252", errors="replace")


def cleaned(source: str) -> str:
    """The part of `source` that may stand in a mail."""
    return nh3.clean(
        source,
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_harmless,
        clean_content_tags={"head", "script", "style", "title", "noscript"},
        url_schemes=SCHEMES,
        link_rel=None,
        strip_comments=True,
        filter_style_properties=STYLES,
    )


def _harmless(tag: str, attribute: str, value: str) -> str | None:
    """A style that loads something from elsewhere goes as a whole."""
    loads = attribute == "style" and re.search(r"url\s*\(|\\", value, re.IGNORECASE)
    return None if loads else value


def from_page(source: str) -> str:
    """A whole page with its style sheets put into its elements, ready to be kept."""
    # a style sheet that cannot be read is one that mail programs ignore too
    with contextlib.suppress(css_inline.InlineError):
        source = css_inline.CSSInliner(load_remote_stylesheets=False).inline(source)
    return cleaned(source).strip()


def with_links(source: str, link: Callable[[str, str], str]) -> str:
    """Cleaned HTML with each link leading where `link(address, words)` says."""

    def led(match: re.Match[str]) -> str:
        slot = link(html.unescape(match[2]), _label(match[4]))
        return f"{match[1]}{html.escape(slot)}{match[3]}{match[4]}</a>"

    return _ANCHOR.sub(led, source)


def links(source: str) -> list[tuple[str, str]]:
    """(address, words) of each link of cleaned HTML."""
    return [
        (html.unescape(match[2]), _label(match[4]))
        for match in _ANCHOR.finditer(source)
    ]


def images(source: str) -> list[tuple[str, str | None]]:
    """(address, alternative text) of each picture; None where it has none at all."""
    found: list[tuple[str, str | None]] = []
    for match in _IMAGE.finditer(source):
        src, alt = _SRC.search(match[0]), _ALT.search(match[0])
        address = html.unescape(src[1]) if src else ""
        found.append((address, html.unescape(alt[1]) if alt else None))
    return found


def as_words(source: str) -> str:
    """Cleaned HTML as plain text; a link is its words and then its address, a picture
    the words that stand for it."""
    source = re.sub(r"\s+", " ", source)
    # escaped once more: all of it is unescaped below, after the tags are gone
    source = _ANCHOR.sub(lambda m: f"{html.escape(_label(m[4]))} ({m[2]})", source)
    source = _IMAGE.sub(lambda m: f" {html.escape(_label(m[0]))} ", source)
    source = re.sub(r"</t[dh]>\s*(?=<t[dh])", " ", _ENDS.sub("\n", source))
    words = html.unescape(_ANY_TAG.sub("", source)).replace("\xa0", " ")
    lines = [" ".join(line.split()) for line in words.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _label(inside: str) -> str:
    """The words of a link; those of its picture where it is one."""
    pictured = " ".join(alt or "" for _, alt in images(inside))
    words = html.unescape(_ANY_TAG.sub("", inside)).strip()
    return words or pictured.strip()
