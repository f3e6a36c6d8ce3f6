"""Plain writing <-> the HTML of a text block.

Authors write paragraphs, `**bold**`, `*italic*`, `[words](address)`, lists with
`- ` or `1. `; a text block keeps HTML of p, strong, em, a, ul, ol, li and br only.
Everything else is text: nothing an author types can become another tag. A token
(`{{ first_name | there }}`) passes through as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from html.parser import HTMLParser

SCHEMES = ("http://", "https://", "mailto:", "tel:")

_LINK = re.compile(r"\[([^\]\n]+)\]\(([^()\s]+)\)")
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*", re.DOTALL)
_ITALIC = re.compile(r"\*(?=\S)([^*]+?)(?<=\S)\*")
_BULLET = re.compile(r"[-•]\s+(.*)")
_NUMBER = re.compile(r"\d{1,3}[.)]\s+(.*)")


def to_html(text: str) -> str:
    """The HTML of what an author wrote; blank lines part paragraphs."""
    chunks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip("\n"))
    return "".join(_chunk(chunk) for chunk in chunks if chunk.strip())


def _chunk(chunk: str) -> str:
    lines = [line.strip() for line in chunk.split("\n") if line.strip()]
    for pattern, tag in ((_BULLET, "ul"), (_NUMBER, "ol")):
        matches = [pattern.fullmatch(line) for line in lines]
        if all(matches):
            items = [_inline(match[1]) for match in matches if match]
            return f"<{tag}>{''.join(f'<li>{item}</li>' for item in items)}</{tag}>"
    return f"<p>{'<br>'.join(_inline(line) for line in lines)}</p>"


def _inline(text: str) -> str:
    html = _LINK.sub(_link, escape(text, quote=False))
    html = _BOLD.sub(r"<strong>\1</strong>", html)
    return _ITALIC.sub(r"<em>\1</em>", html)


def _link(match: re.Match[str]) -> str:
    words, target = match[1], match[2]
    if not target.lower().startswith(SCHEMES):
        return match[0]
    # an asterisk in an address is not emphasis
    return f'<a href="{target.replace(chr(34), "%22").replace("*", "%2A")}">{words}</a>'


def to_text(html: str) -> str:
    """What an author has to write to get this HTML: the way back of `to_html`."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    """Collects blocks of plain writing out of the tags a text block may have."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[str] = [""]
        self.lists: list[tuple[str, int]] = []
        self.href = ""

    def text(self) -> str:
        return "\n\n".join(block.strip() for block in self.blocks if block.strip())

    def handle_data(self, data: str) -> None:
        self.blocks[-1] += data.replace("\n", " ")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.href = dict(attrs).get("href") or ""
        action = _STARTS.get(tag)
        if action:
            action(self)

    def handle_endtag(self, tag: str) -> None:
        action = _ENDS.get(tag)
        if action:
            action(self)

    def write(self, text: str) -> None:
        self.blocks[-1] += text

    def new_block(self) -> None:
        self.blocks.append("")

    def begin_list(self, tag: str) -> None:
        self.new_block()
        self.lists.append((tag, 0))

    def end_list(self) -> None:
        if self.lists:
            self.lists.pop()
        self.new_block()

    def item(self) -> None:
        tag, count = self.lists.pop() if self.lists else ("ul", 0)
        self.lists.append((tag, count + 1))
        mark = f"{count + 1}. " if tag == "ol" else "- "
        self.write(("\n" if count else "") + mark)


_STARTS: dict[str, Callable[[_Reader], None]] = {
    "p": _Reader.new_block,
    "ul": lambda reader: reader.begin_list("ul"),
    "ol": lambda reader: reader.begin_list("ol"),
    "li": _Reader.item,
    "br": lambda reader: reader.write("\n"),
    "strong": lambda reader: reader.write("**"),
    "em": lambda reader: reader.write("*"),
    "a": lambda reader: reader.write("["),
}
_ENDS: dict[str, Callable[[_Reader], None]] = {
    "p": _Reader.new_block,
    "ul": _Reader.end_list,
    "ol": _Reader.end_list,
    "strong": lambda reader: reader.write("**"),
    "em": lambda reader: reader.write("*"),
    "a": lambda reader: reader.write(f"]({reader.href})"),
}
