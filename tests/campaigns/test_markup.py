"""What authors write, and the HTML that a text block keeps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.markup import to_html, to_text
from deliveries.blocks import clean_html

PAIRS = [
    ("One.\n\nTwo.", "<p>One.</p><p>Two.</p>"),
    ("One\nline", "<p>One<br>line</p>"),
    ("**bold** and *thin*", "<p><strong>bold</strong> and <em>thin</em></p>"),
    (
        "[shop](https://shop.example/?a=1&b=2)",
        '<p><a href="https://shop.example/?a=1&amp;b=2">shop</a></p>',
    ),
    ("- one\n- two", "<ul><li>one</li><li>two</li></ul>"),
    ("1. one\n2. two", "<ol><li>one</li><li>two</li></ol>"),
    ("Hello {{ first_name | there }},", "<p>Hello {{ first_name | there }},</p>"),
    ("a < b & c > d", "<p>a &lt; b &amp; c &gt; d</p>"),
]


@pytest.mark.parametrize(("text", "html"), PAIRS)
def test_writing_becomes_html_and_comes_back(text, html):
    assert to_html(text) == html
    assert to_text(html) == text


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "[x](javascript:alert(1))",
        '[x](https://a.example/"onclick="alert(1))',
        "[x](data:text/html,hello)",
    ],
)
def test_nothing_an_author_types_becomes_another_tag(text):
    html = to_html(text)
    assert clean_html(html) == html
    assert (
        "<script" not in html
        and "<img" not in html
        and "javascript:" not in (html.split("href=")[1] if "href=" in html else "")
    )


@given(st.text(max_size=200))
def test_any_text_gives_html_that_cleaning_leaves_alone(text):
    html = to_html(text)
    assert clean_html(html).replace("\xa0", "&nbsp;") == clean_html(clean_html(html))


@given(st.text(alphabet="ab *[]()-1.\n<&", max_size=60))
def test_reading_back_what_was_written_settles(text):
    once = to_text(to_html(text))
    assert to_text(to_html(once)) == to_text(to_html(to_text(to_html(once))))
