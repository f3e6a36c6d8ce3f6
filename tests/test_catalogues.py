"""What readers see is said in every language, and nothing of it in one alone."""

import re
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.template.base import Lexer, TokenType

from accounts.languages import Language
from config.local import catalogues
from tests.console.pieces import TEMPLATES, is_public

NAMED = re.compile(r"%\(\w+\)[sd]|</?\w[^>]*>")
LETTER = re.compile(r"[^\W\d_]")
ERRORS = ("400", "403", "403_csrf", "404", "500")
SEEN = [
    *(path for path in TEMPLATES.rglob("*.html") if is_public(path)),
    *(TEMPLATES / f"{name}.html" for name in ERRORS),
    TEMPLATES / "base.html",
    TEMPLATES / "console" / "bell.html",
    *(TEMPLATES / "ui").rglob("*.html"),
    *(TEMPLATES / "optouts").glob("*.html"),
    *(TEMPLATES / "segments").glob("*.html"),
    *(TEMPLATES / "webhooks").glob("*.html"),
    *(TEMPLATES / "signups").glob("*.html"),
    TEMPLATES / "base_plain.html",
    *(TEMPLATES / "registration").glob("*.html"),
    *(TEMPLATES / "deliveries").glob("*.html"),
    *(TEMPLATES / "contacts").glob("*.html"),
    *(TEMPLATES / "consent").glob("*.html"),
]
# names that are the same everywhere, and no words of a language
OWN_NAMES = {"Listwell", "webhook-id"}
# what of a tag is read out or shown
READ_OUT = {"alt", "aria-label", "placeholder", "title"}


@pytest.fixture(scope="module")
def said():
    return catalogues.template()


@pytest.fixture(params=catalogues.LANGUAGES)
def catalogue(request):
    return catalogues.read(request.param)


def messages(catalogue):
    return [one for one in catalogue if one.id]


def keys(catalogue):
    return {(m.context, m.id) for m in messages(catalogue)}


def ids(message):
    return [message.id] if isinstance(message.id, str) else list(message.id)


def test_the_languages_are_the_same_everywhere():
    assert Language.choices == settings.LANGUAGES
    assert {"en", *catalogues.LANGUAGES} == set(Language.values)


def test_every_text_is_in_the_catalogue_and_no_other(catalogue, said):
    assert keys(catalogue) == keys(said)


def test_every_text_is_translated(catalogue):
    left = [m.id for m in messages(catalogue) if not all(catalogues.strings(m))]
    assert left == []


def test_nothing_is_guessed(catalogue):
    assert [m.id for m in messages(catalogue) if m.fuzzy] == []


def test_every_plural_form_of_the_language_is_there(catalogue):
    plurals = [m for m in messages(catalogue) if not isinstance(m.id, str)]
    assert plurals
    assert {len(catalogues.strings(m)) for m in plurals} == {catalogue.num_plurals}


def test_what_is_put_in_is_put_into_the_translation(catalogue):
    """The names of values and the tags; a singular may leave its number out."""
    wrong = [
        (text, m.id)
        for m in messages(catalogue)
        for text in catalogues.strings(m)
        if sorted(NAMED.findall(text)) != sorted(NAMED.findall(ids(m)[-1]))
    ]
    assert wrong == []


def test_what_is_read_is_what_was_compiled(catalogue):
    path = catalogues.po_file(str(catalogue.locale)).with_suffix(".mo")
    assert path.read_bytes() == catalogues.compiled(catalogue), "run.py catalogues"


def test_the_catalogues_are_as_they_would_be_written(catalogue):
    path = catalogues.po_file(str(catalogue.locale))
    assert path.read_bytes() == catalogues.written(catalogue), "run.py catalogues"


class Shown(HTMLParser):
    """Collects the words of a page: its text, and what of its tags is read out."""

    def __init__(self):
        super().__init__()
        self.words = []
        self.is_key = False  # keys are called what stands on them

    def handle_data(self, data):
        if not self.is_key:
            self.words.append(data.strip())

    def handle_endtag(self, tag):
        self.is_key = False

    def handle_starttag(self, tag, attrs):
        self.is_key = tag == "kbd"
        self.words += [value or "" for name, value in attrs if name in READ_OUT]


def untranslated(source):
    """The words that stand in a template as they are."""
    html, inside = [], ""
    for token in Lexer(source).tokenize():
        word = token.contents.split()[0] if token.token_type == TokenType.BLOCK else ""
        if inside:
            inside = "" if word == f"end{inside}" else inside
        elif word in ("comment", "blocktranslate"):
            inside = word
        elif token.token_type == TokenType.TEXT:
            html.append(token.contents)
    shown = Shown()
    shown.feed("".join(html))
    words = {word for word in shown.words if LETTER.search(word)}
    return {word.strip(" ·") for word in words} - OWN_NAMES


@pytest.mark.parametrize("path", SEEN, ids=lambda p: str(p.relative_to(TEMPLATES)))
def test_no_page_for_readers_says_anything_in_one_language_alone(path):
    assert untranslated(path.read_text()) == set()


class TestTheseTests:
    def test_words_in_a_template_are_found(self):
        source = (
            '{% load i18n %}<p title="One">{% translate "Two" %}</p>Three {{ four }}'
        )
        assert untranslated(source) == {"One", "Three"}

    def test_words_inside_a_translated_block_are_not(self):
        source = "{% blocktranslate %}One {{ two }}{% endblocktranslate %}"
        assert untranslated(source) == set()

    def test_comments_are_not_words(self):
        assert untranslated("{# One #}{% comment %}Two{% endcomment %}") == set()

    def test_the_pages_for_readers_are_looked_at(self):
        names = {path.name for path in SEEN}
        assert {"preferences.html", "answer.html", "confirm.html", "404.html"} <= names

    def test_texts_of_templates_are_collected(self):
        source = '{% translate "One" %}{% translate "Open" context "to do" %}'
        source += "{% blocktranslate count n=n trimmed %}\n a"
        source += "{% plural %}b{% endblocktranslate %}"
        assert list(catalogues.said_in_template(source)) == [
            ("One", None),
            ("Open", "to do"),
            (("a", "b"), None),
        ]

    def test_texts_of_python_are_collected(self):
        source = 'x = _("One")\ny = ngettext("a", "b", 2)\nz = other("no")\n'
        source += 'v = pgettext_lazy("to do", "Open")\nw = npgettext("c", "a", "b", 2)'
        assert list(catalogues.said_in_python(source)) == [
            ("One", None),
            (("a", "b"), None),
            ("Open", "to do"),
            (("a", "b"), "c"),
        ]
