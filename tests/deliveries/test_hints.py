"""What makes readers and filters mistrust a mail, told as hints."""

import pytest

from deliveries.hints import contrast, hints

WORDS = {
    "id": "w",
    "kind": "text",
    "html": "<p>" + "Some quiet words about what is new. " * 5 + "</p>",
}


def told(*found, subject="What is new this month", preview="Two stories"):
    return " ".join(sentence for sentence, _ in hints(subject, preview, [*found]))


def linked(url, words):
    html = f'<p><a href="{url}">{words}</a></p>'
    return {"id": "a", "kind": "text", "html": html}


def test_a_plain_mail_has_no_hints():
    read = linked("https://brand.example/story", "Read the story of Turku")
    assert told(WORDS, read) == ""


@pytest.mark.parametrize(
    ("subject", "sentence"),
    [
        ("GREAT OFFERS FOR YOU", "in capitals"),
        ("New!! Really!", "more than one exclamation mark"),
        ("Act now, Carla", "“act now”"),
    ],
)
def test_a_subject_that_shouts_or_pushes_is_told(subject, sentence):
    assert sentence in told(WORDS, subject=subject)


@pytest.mark.parametrize("subject", ["NASA, UNICEF", "Sale!", "{{ first_name | YOU }}"])
def test_a_subject_with_some_capitals_or_one_mark_is_not(subject):
    assert "subject" not in told(WORDS, subject=subject)


def test_a_pushy_block_is_named():
    pushy = {"id": "p", "kind": "text", "html": "<p>It is <b>risk  free</b></p>"}
    assert [block_id for _, block_id in hints("News", "", [WORDS, pushy])] == ["p"]


def test_a_mail_of_pictures_alone_is_told():
    image = {"id": "i", "kind": "image", "url": "https://brand.example/i.png"}
    assert "in pictures" in told(image)
    assert "in pictures" not in told(image, WORDS)


@pytest.mark.parametrize(
    ("url", "words", "sentence"),
    [
        ("https://brand.example", "here", "does not say where"),
        ("https://brand.example", "Click here!", "does not say where"),
        ("http://brand.example", "The story", "not encrypted"),
        ("https://bit.ly/x", "The story", "hides where"),
        ("https://brand.example/out", "Unsubscribe", "is tracked"),
        ("https://else.example", "www.brand.example", "as in fraud"),
        ("https://brand.example", "", "has no words that"),
    ],
)
def test_a_link_that_readers_cannot_trust_is_told(url, words, sentence):
    assert sentence in told(WORDS, linked(url, words))


@pytest.mark.parametrize("words", ["brand.example", "https://www.brand.example/story"])
def test_an_address_that_leads_where_it_says_is_fine(words):
    assert told(WORDS, linked("https://www.brand.example/story", words)) == ""


def test_the_link_of_a_column_is_looked_at_too():
    columns = {
        "id": "c",
        "kind": "columns",
        "left_label": "here",
        "left_href": "https://brand.example",
    }
    assert "does not say where" in told(WORDS, columns)


def test_contrast_is_counted_as_the_guidelines_do():
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#fff", "#767676") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize(("color", "is_told"), [("#ffdd00", True), ("#1d4ed8", False)])
def test_a_button_too_bright_for_its_words_is_told(color, is_told):
    button = {
        "id": "b",
        "kind": "button",
        "label": "Read the story",
        "url": "https://brand.example",
        "color": color,
    }
    assert ("hard to read" in told(WORDS, button)) is is_told


@pytest.mark.parametrize(
    ("style", "is_told"),
    [
        ("color:#999;background-color:#fff", True),
        ("color:#333;background-color:#fff", False),
        ("color:inherit;background-color:#fff", False),
    ],
)
def test_pale_words_in_handmade_html_are_told(style, is_told):
    made = {"id": "h", "kind": "html", "html": f'<p style="{style}">Words</p>'}
    assert ("hard to read" in told(WORDS, made)) is is_told
