"""Merging two contacts, by every hand: on a phone, by keys, without a script."""

import pytest
from django.urls import reverse

from consent.models import SubscriptionType
from contacts.models import Contact
from tests.factories import ContactFactory, agree

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.timeout(600)]

SIDEWAYS = """
[...document.querySelectorAll(".tbl-wrap")].some(e => e.scrollWidth > e.clientWidth)
"""
FOCUSED = "document.activeElement.name || document.activeElement.innerText"
MOST_KEYS = 80


@pytest.fixture
def pair(live_stack):
    kept = ContactFactory(
        email="ada.lovelace@analytical-engines.example", last_name="Lovelace"
    )
    gone = ContactFactory(
        email="ada@home-of-the-lovelaces.example", last_name="King", city="Ockham"
    )
    agree(kept, SubscriptionType.objects.default())
    return kept, gone


def path_of(pair):
    return reverse("contacts:merge", args=[one.pk for one in pair])


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_both_are_read_side_by_side_on_every_screen(console, look, pair, width, scheme):
    page = console(path_of(pair), width=width, color_scheme=scheme)
    look(page, "merge")
    assert page.evaluate(SIDEWAYS) is False


def go_to(page, name):
    """By the Tab key alone."""
    for _ in range(MOST_KEYS):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED) == name:
            return
    raise AssertionError(f"The keys never lead to “{name}”.")


def test_what_stays_is_chosen_by_keys(console, pair):
    page = console(path_of(pair))
    page.get_by_role("button", name="Merge for good").wait_for()
    go_to(page, "last_name")
    page.keyboard.press("ArrowDown")
    go_to(page, "Merge for good")
    page.keyboard.press("Enter")
    page.get_by_text("Merged into").wait_for()
    assert Contact.objects.get().last_name == "King"


def test_without_script_two_become_one(console, pair):
    page = console(path_of(pair), java_script_enabled=False)
    page.get_by_role("radio", name="Ockham stays as City").check()
    page.get_by_role("button", name="Merge for good").click()
    page.get_by_text("Merged into").wait_for()
    assert Contact.objects.get().city == "Ockham"
