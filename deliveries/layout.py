"""The whole mail around its blocks: the document, its looks and the footer.

Pure. The footer is always there: who writes, the postal address, why this person
gets it, and the ways out. Authors cannot remove it.
"""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

import mrml

from deliveries import optional
from deliveries.blocks import RAW, Body, Row
from deliveries.personalization import Slot, defused, slotted

WIDTH = 600
# Only fonts that are on the reader's machine: for some names (Roboto is one) the MJML
# renderer would link a stylesheet of a third party, who then learns who reads what.
FONT = "-apple-system,BlinkMacSystemFont,Segoe UI,Helvetica,Arial,sans-serif"
_STYLE = """
.lw-text h1{margin:0;font-size:26px;line-height:1.3}
.lw-text h2{margin:0;font-size:20px;line-height:1.3}
.lw-text p{margin:0 0 12px}.lw-text ul,.lw-text ol{margin:0 0 12px;padding-left:24px}
.lw-text a{color:#1d4ed8}.lw-small a{color:#4b5563}
@media (prefers-color-scheme:dark){
.lw-text div{color:#e5e7eb!important}.lw-small div{color:#9ca3af!important}
.lw-text a{color:#93c5fd!important}.lw-small a{color:#9ca3af!important}
.lw-card,.lw-card>table{background:#1f2937!important}
.lw-made{background:#ffffff!important}
body,body>div{background:#111827!important}}
"""
_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_RUST_ESCAPE = re.compile(r"\\u\{([0-9a-f]{1,6})\}")


@dataclass(frozen=True, slots=True)
class Footer:
    """What stands under every mail. `reason` is empty where mail needs no consent;
    the words are those of `language`, see footers."""

    sender: str
    postal_address: str
    reason: str = ""
    unsubscribe: str = "Unsubscribe"
    preferences: str = "Choose what you get"
    why: str = "Why did I get this?"
    language: str = "en"

    @property
    def has_ways_out(self) -> bool:
        return bool(self.reason)


def as_html(
    subject: str, preview: str, body: Body, footer: Footer, language: str = ""
) -> str:
    """The finished document, with slots, from MJML by mrml. `language` is that of the
    words above the footer; "": the same as the footer's."""
    document = (
        f'<mjml lang="{language or footer.language}"><mj-head>'
        f"<mj-title>{html.escape(slotted(defused(subject)))}</mj-title>"
        f"<mj-preview>{html.escape(slotted(defused(preview)))}</mj-preview>"
        f'<mj-attributes><mj-all font-family="{FONT}"/>'
        '<mj-text font-size="16px" line-height="1.5" color="#111827"/>'
        '<mj-button background-color="#1d4ed8" color="#ffffff" font-size="16px"'
        ' border-radius="6px" inner-padding="12px 28px"/>'
        '<mj-divider border-color="#d1d5db" border-width="1px"/></mj-attributes>'
        f"<mj-style>{_STYLE}</mj-style></mj-head>"
        f'<mj-body width="{WIDTH}px" background-color="#f3f4f6">'
        f"{''.join(_card(body))}"
        "<mj-section><mj-column>"
        f"{_footer_mjml(body, footer, language)}</mj-column></mj-section>"
        "</mj-body></mjml>"
    )
    # no web fonts: they would tell a third party who reads
    options = mrml.RenderOptions(fonts={})
    drawn = mrml.to_html(_drawable(document), render_options=options).content
    # mrml writes rare characters of attributes in Rust's own notation
    done = _RUST_ESCAPE.sub(lambda m: chr(int(m[1], 16)), drawn)
    lines = "\n".join(part.strip() for part in done.splitlines() if part.strip())
    for place, made in enumerate(body.handmade):
        lines = lines.replace(str(Slot("handmade", str(place))), made, 1)
    return lines


def _drawable(document: str) -> str:
    """Without what mrml cannot read; a backslash of the author's begins no notation."""
    return _UNREADABLE.sub(" ", document).replace("\\", "&#92;")


def _card(body: Body) -> Iterator[str]:
    """The white card: what stands alone in one section, columns in sections of their
    own. The first and the last keep the distance to its edge; that of what may be
    missing is kept by an empty one."""
    runs = [
        list(run)
        for _, run in itertools.groupby(
            enumerate(body.mjml), key=lambda one: _row_of(*one)
        )
    ]
    empty: list[tuple[int, str | Row]] = [(-1, "")]
    if runs and _place_of(runs[0]) is not None:
        runs = [empty, *runs]
    if runs and _place_of(runs[-1]) is not None:
        runs = [*runs, empty]
    for place, run in enumerate(runs):
        top = 20 if place == 0 else 0
        bottom = 20 if place == len(runs) - 1 else 0
        columns = "".join(f"<mj-column>{one}</mj-column>" for one in _columns(run))
        section = (
            '<mj-section background-color="#ffffff" css-class="lw-card"'
            f' padding="{top}px 0 {bottom}px">{columns}</mj-section>'
        )
        when = _place_of(run)
        yield section if when is None else optional.marked(section, when, RAW)


def _place_of(run: list[tuple[int, str | Row]]) -> int | None:
    """The place of the condition on which a whole section is there."""
    first = run[0][1]
    return first.place if isinstance(first, Row) else None


def _row_of(place: int, part: str | Row) -> int:
    """-1 for what stands alone; every row is a run of its own."""
    return place if isinstance(part, Row) else -1


def _columns(run: list[tuple[int, str | Row]]) -> tuple[str, ...]:
    first = run[0][1]
    if isinstance(first, Row):
        return first.columns
    return ("".join(str(part) for _, part in run),)


PIXEL = f'<img src="{Slot("open")}" width="1" height="1" alt="">'


def with_pixel(document: str) -> str:
    """The document with the picture that tells that it was opened."""
    before, found, after = document.rpartition("</body>")
    return f"{before}{PIXEL}{found}{after}"


def without_pixel(document: str) -> str:
    return document.replace(PIXEL, "")


def as_text(body: Body, footer: Footer) -> str:
    """The plain text part, with slots."""
    own = "".join(words for _, words in body.foot)
    lines = "\n".join(_footer_lines(footer))
    return f"{''.join(body.text)}-- \n{own}{lines}\n"


def _footer_mjml(body: Body, footer: Footer, language: str) -> str:
    lines = [html.escape(line) for line in _sender_lines(footer)]
    if footer.has_ways_out:
        ways = _ways_mjml(footer)
        # for who has it read aloud: the pages do not speak every language
        is_other = language.partition("-")[0] not in {"", footer.language}
        named = f'<span lang="{footer.language}">{ways}</span>' if is_other else ways
        lines = [named, *lines]
    own = "".join(written for written, _ in body.foot)
    return (
        '<mj-text css-class="lw-small" align="center" font-size="13px"'
        f' color="#4b5563">{own}{"<br/>".join(lines)}</mj-text>'
    )


def _ways_mjml(footer: Footer) -> str:
    unsubscribe, preferences = Slot("unsubscribe"), Slot("preferences")
    return (
        f"{html.escape(defused(footer.reason))}{Slot('since', footer.language)}.<br/>"
        f'<a href="{unsubscribe}">{html.escape(footer.unsubscribe)}</a> &#183; '
        f'<a href="{preferences}">{html.escape(footer.preferences)}</a> &#183; '
        f'<a href="{Slot("why")}">{html.escape(footer.why)}</a>'
    )


def _footer_lines(footer: Footer) -> list[str]:
    lines = _sender_lines(footer)
    if footer.has_ways_out:
        ways = [
            f"{defused(footer.reason)}{Slot('since', footer.language)}.",
            f"{footer.unsubscribe}: {Slot('unsubscribe')}",
            f"{footer.preferences}: {Slot('preferences')}",
            f"{footer.why} {Slot('why')}",
        ]
        lines = [*ways, "", *lines]
    return lines


def _sender_lines(footer: Footer) -> list[str]:
    address = [line.strip() for line in footer.postal_address.splitlines()]
    return [defused(line) for line in (footer.sender, *address) if line]
