"""What authors write never becomes a place that we fill, whatever they write it in."""

import pytest

from deliveries import blocks, layout
from deliveries.personalization import Slot, pieces

FOOTER = layout.Footer("Us", "1 Example Street", "because")
OURS = {"unsubscribe", "preferences", "since", "why"}
TRICKS = [
    "[~link:99:~]",
    "&#91;~link:99:~]",
    "&amp;#91;~link:99:~]",
    "[<x>~link:99:~]",
    "[<b></b>~link:99:~]",
    "[<a>~link:99:~]</a>",
    "[<!-- -->~link:99:~]",
    "[\x07~link:99:~]",
    '<a href="mailto:[~link:99:~]">Write</a>',
    '<a href="mailto:&amp;#91;~link:99:~]">Write</a>',
    '<img alt="&#91;~link:99:~]" src="https://a.example/i.png">',
    "\\u{5b}~confirm::~]",
    "\\<b></b>u{5b}~confirm::~]",
    "{{ a | \\u{5b} }}~confirm::~]",
]
FIELDS = [
    ("heading", "text"),
    ("text", "html"),
    ("button", "label"),
    ("button", "url"),
    ("image", "alt"),
    ("image", "url"),
    ("image", "href"),
    ("columns", "left_html"),
    ("columns", "right_href"),
    ("social", "x"),
    ("html", "html"),
    ("html", "plain"),
    ("footer", "text"),
]


def drawn(block):
    """Both parts of the mail of this block."""
    body = blocks.build([block])
    document = layout.as_html("Subject", "", body, FOOTER)
    return document, layout.as_text(body, FOOTER)


def kinds(part):
    found = {piece.kind for piece in pieces(part) if isinstance(piece, Slot)}
    return found - {"token"}


@pytest.mark.parametrize("trick", TRICKS)
@pytest.mark.parametrize(("kind", "name"), FIELDS)
def test_nothing_an_author_writes_passes_for_a_place_of_ours(kind, name, trick):
    block = {"id": "a", "kind": kind, name: trick}
    document, text = drawn(block)
    assert (kinds(document), kinds(text)) == (OURS, OURS)


@pytest.mark.parametrize("kind", ["text", "html"])
def test_the_links_of_a_block_keep_their_places(kind):
    source = '<p>[~link:0:~] <a href="https://a.example">[~link:7:~]</a></p>'
    document, text = drawn({"id": "a", "kind": kind, "html": source})
    assert (kinds(document), kinds(text)) == (OURS | {"link"}, OURS | {"link"})


@pytest.mark.parametrize("point", ["ffffff", "d800", "3c"])
def test_a_code_point_somebody_wrote_stays_words(point):
    words = f"\\u{{{point}}}"
    block = {"id": "a", "kind": "image", "url": "https://a.example/i", "alt": words}
    assert f'alt="&#92;u{{{point}}}"' in drawn(block)[0]


@pytest.mark.parametrize("character", ["\x07", "\x1f", "\ufffe"])
@pytest.mark.parametrize("kind", ["heading", "footer"])
def test_a_character_that_nothing_can_show_becomes_a_space(kind, character):
    document, _ = drawn({"id": "a", "kind": kind, "text": f"One{character}two"})
    assert "One two" in document


def test_a_rare_character_of_an_attribute_comes_out_as_it_was_written():
    block = {"id": "a", "kind": "image", "url": "https://a.example/i", "alt": "A\ue000"}
    assert 'alt="A\ue000"' in drawn(block)[0]
