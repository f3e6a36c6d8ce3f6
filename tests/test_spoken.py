"""Every page of the console in another language: what people read changes, what
programs read does not."""

from html.parser import HTMLParser

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from tests.test_nonsense import walk

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]

# French puts a comma into fractions, spaces into thousands and the day before the month
OTHER = "fr"
# attributes whose values are numbers, days, names and addresses, never words
MACHINE = """
    id name for class type href src action method rel role width height x y d r cx cy
    viewbox points transform style min max step rows cols colspan maxlength pattern
    hx-get hx-post hx-target hx-trigger hx-swap tabindex
"""
FILLED = {"number", "date", "datetime-local", "time", "hidden", "radio", "checkbox"}


class Machine(HTMLParser):
    """Tags, each with what programs read of it. Options stay out: hints are words."""

    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        read = {name: found[name] for name in MACHINE.split() if name in found}
        is_value = "value" in found and found.get("type") in FILLED
        if is_value and found.get("name") != "csrfmiddlewaretoken":
            read["value"] = found.get("value")
        self.tags.append((tag, read))


@pytest.fixture
def demo(alice):
    call_command("seed_demo", size=400, verbosity=0)
    client = Client()
    client.force_login(alice)
    return client


def read_in_the_other(client, path):
    User.objects.update(language=OTHER)
    try:
        return Machine(client.get(path).content.decode()).tags
    finally:
        User.objects.update(language="en")


def differing(here, there):
    """The first pairs of tags that are not alike; a page that lost or won tags."""
    pairs = [pair for pair in zip(here, there, strict=False) if pair[0] != pair[1]]
    return pairs[:3] or ([] if len(here) == len(there) else [(len(here), len(there))])


def test_what_programs_read_of_a_page_is_the_same_in_every_language(demo):
    seen, wrong = 0, {}
    for path, page in walk(demo, "/settings/types/?archived", "/emails/new/"):
        here, there = Machine(page.text).tags, read_in_the_other(demo, path)
        if found := differing(here, there):
            wrong[path] = found
        seen += 1
    assert seen > 100
    assert wrong == {}


class TestThisTest:
    def test_finds_a_fraction_with_a_comma(self):
        one, two = (Machine(f'<rect width="{w}">').tags for w in ("1.5", "1,5"))
        assert differing(one, two)

    def test_finds_a_day_that_a_field_cannot_read(self):
        days = ("2026-12-01", "01/12/2026")
        one, two = (Machine(f'<input type="date" value="{d}">').tags for d in days)
        assert differing(one, two)

    def test_leaves_words_alone(self):
        one, two = (Machine(f'<p title="{w}">{w}</p>').tags for w in ("Yes", "Oui"))
        assert not differing(one, two)
