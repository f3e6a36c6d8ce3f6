"""The sentences that the program writes into the ledger, told in another language."""

import ast
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import override

from consent import explanations
from consent.explanations import spoken

ROOT = Path(settings.BASE_DIR)
APPS = sorted(path.parent for path in ROOT.glob("*/apps.py"))
LEFT_OUT = {"demo", "migrations"}
# made of two pieces
COMPOSED = "Signed up with an invitation by staff."


def sources():
    for app in APPS:
        for path in sorted(app.rglob("*.py")):
            inside = path.relative_to(ROOT)
            if not LEFT_OUT & {*inside.parts} and path.name != "explanations.py":
                yield path


def text_of(node):
    """A string of the source, its values as {}; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            one.value if isinstance(one, ast.Constant) else "{}" for one in node.values
        )
    return None


def nodes():
    for path in sources():
        yield from ast.walk(ast.parse(path.read_text()))


def english():
    with override("en"):
        return {explanations._VALUE.sub("{}", str(one)) for one in explanations.WRITTEN}


def test_every_known_sentence_is_written_somewhere():
    written = {text_of(node) for node in nodes()}
    assert english() - written == {COMPOSED}


def test_every_sentence_that_is_written_is_known():
    given = {
        text_of(one.value)
        for node in nodes()
        if isinstance(node, ast.Call)
        for one in node.keywords
        if one.arg == "explanation"
    }
    assert {one for one in given if one} <= english()


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("For 30 days.", "30 päivän ajan."),
        ("Signed up with Café.", "Tilasi lomakkeella Café."),
        (COMPOSED, "Tilasi henkilöstön kutsusta."),
        ("Bounced too often", "Palautunut liian usein"),
        (
            "She wrote to us.\nTwice: 100 % sure.",
            "She wrote to us.\nTwice: 100 % sure.",
        ),
    ],
)
def test_it_is_told_in_the_language_that_is_spoken(written, told):
    with override("fi"):
        assert spoken(written) == told


def test_in_english_it_stands_as_it_was_written():
    said = "Did not confirm “100 % wool” within 14 days of the last email."
    assert spoken(said) == said
