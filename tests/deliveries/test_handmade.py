"""HTML that an author brings along: kept where it is harmless, its links tracked."""

import pytest

from deliveries import blocks, handmade, layout

FOOTER = layout.Footer("Us", "1 Example Street", "because")


def drawn(*found):
    return layout.as_html("Subject", "", blocks.build(found), FOOTER)


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("<b>Hi</b><script>alert(1)</script>", "<b>Hi</b>"),
        ('<p onclick="x()">Hi</p>', "<p>Hi</p>"),
        ('<a href="javascript:x()">Hi</a>', "<a>Hi</a>"),
        ('<form action="https://a.example"><input>Hi</form>', "Hi"),
        ('<p style="color:red;position:fixed">Hi</p>', '<p style="color:red">Hi</p>'),
        ('<p style="background-color:url(https://a.example/i)">Hi</p>', "<p>Hi</p>"),
        ("<p>Hi<!-- hidden --></p>", "<p>Hi</p>"),
        ("<p>Hi {{ first_name | there }}</p>", "<p>Hi {{ first_name | there }}</p>"),
    ],
)
def test_what_a_mail_program_would_refuse_goes(source, kept):
    assert handmade.cleaned(source) == kept


def test_a_whole_page_gets_its_styles_into_its_elements():
    page = "<html><head><style>p{color:red}</style></head><body><p>Hi</p></body></html>"
    assert handmade.from_page(page) == '<p style="color:red">Hi</p>'


def test_its_links_are_tracked_under_their_words():
    body = blocks.build(
        [
            {
                "id": "a",
                "kind": "html",
                "html": '<a href="https://a.example/?b=1&amp;c">Go</a>',
            }
        ]
    )
    assert [(one.url, one.label) for one in body.targets] == [
        ("https://a.example/?b=1&c", "Go")
    ]


def test_a_linked_picture_is_known_by_what_it_shows():
    found = handmade.links('<a href="https://a.example"><img src="x" alt="A hat"></a>')
    assert found == [("https://a.example", "A hat")]


def test_it_stands_in_the_mail_as_it_was_written():
    made = "<table><tbody><tr><td>One<br>two</td></tr></tbody></table>"
    assert made in drawn({"id": "a", "kind": "html", "html": made})


def test_it_keeps_its_own_colours_in_the_dark():
    html = drawn({"id": "a", "kind": "html", "html": "<p>Hi</p>"})
    assert ".lw-made{background:#ffffff!important}" in html
    assert ".lw-card table{" not in html


def test_what_an_author_writes_cannot_pass_for_a_place_of_ours():
    html = drawn({"id": "a", "kind": "html", "html": "<p>[~handmade:0:~]</p>"})
    assert html.count("handmade:0") == 1


def test_it_reads_as_plain_words():
    made = (
        "<table><tr><td>One</td><td>two</td></tr></table>"
        '<p>Read <a href="https://a.example">more</a></p>'
    )
    assert handmade.as_words(handmade.cleaned(made)) == (
        "One two\n\nRead more (https://a.example)"
    )


def test_the_plain_words_of_a_link_are_those_that_a_reader_sees():
    made = (
        '<a href="mailto:a@a.example?subject=x&amp;copy=c">Sizes &lt;40 and &gt;50</a>'
    )
    assert handmade.as_words(handmade.cleaned(made)) == (
        "Sizes <40 and >50 (mailto:a@a.example?subject=x&copy=c)"
    )


def test_a_picture_reads_as_the_words_that_stand_for_it():
    made = (
        '<p>New:<img src="https://a.example/1.png" alt="Hats &lt; 40 &amp; more">now'
        '<img src="https://a.example/2.png" alt=""></p>'
    )
    assert handmade.as_words(handmade.cleaned(made)) == "New: Hats < 40 & more now"


def test_words_for_the_plain_part_take_the_place_of_the_block_there_alone():
    block = {"id": "a", "kind": "html", "html": "<p>Made</p>", "plain": "Hi {{ city }}"}
    body = blocks.build([block])
    text = layout.as_text(body, FOOTER)
    assert text.startswith("Hi [~token:city:~]")
    assert "Made" not in text
    assert "Made" in layout.as_html("Subject", "", body, FOOTER)


COLUMNS = {
    "id": "a",
    "kind": "columns",
    "left_html": "<p>On the left</p>",
    "right_label": "Go",
    "right_href": "https://a.example/right",
}


def test_columns_stand_side_by_side_and_take_turns_on_a_phone():
    html = drawn(COLUMNS)
    assert html.count("mj-column-per-50") >= 2
    assert html.index("On the left") < html.index("Go</")


def test_the_links_of_columns_are_counted_on_from_those_before():
    button = {"id": "b", "kind": "button", "label": "First", "url": "https://a.example"}
    body = blocks.build([button, COLUMNS, {**button, "label": "Last"}])
    assert [one.position for one in body.targets] == [0, 1, 2]
    assert [one.label for one in body.targets] == ["First", "Go", "Last"]


def test_an_empty_side_of_columns_is_left_empty():
    assert blocks.side_of(COLUMNS, "right")[0]["kind"] == "button"
    assert blocks.side_of({**COLUMNS, "left_html": ""}, "left") == []


def test_social_links_are_words_that_load_nothing():
    html = drawn({"id": "a", "kind": "social", "linkedin": "https://l.example/us"})
    assert ">LinkedIn</a>" in html
    assert "<img" not in html


def test_the_line_of_an_author_stands_above_what_is_always_in_the_footer():
    body = blocks.build([{"id": "a", "kind": "footer", "text": "Made in Turku"}])
    text = layout.as_text(body, FOOTER)
    assert text.index("Made in Turku") < text.index("Unsubscribe")
    assert "Made in Turku" in layout.as_html("Subject", "", body, FOOTER)


@pytest.mark.parametrize(
    ("color", "drawn_in"), [("#0c8577", "#0c8577"), ("red;}", blocks.BLUE)]
)
def test_a_button_has_its_colour_or_ours(color, drawn_in):
    button = {"id": "a", "kind": "button", "label": "Go", "url": "", "color": color}
    assert f"background:{drawn_in}" in drawn(button)
