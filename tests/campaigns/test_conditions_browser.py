"""A block for some people only, in Chromium: chosen by keyboard, seen as the one who
gets it and as the one who does not, counted on the review."""

import re

import pytest
from playwright.sync_api import expect

from campaigns.blocks import new
from campaigns.models import MarketingEmail
from campaigns.starters import find
from consent.models import Brand, SubscriptionType
from segments.models import Segment
from tests.factories import ContactFactory, agree, make_segment

pytestmark = pytest.mark.browser

SAVED = re.compile("^Saved ")


@pytest.fixture
def email(live_stack):
    """To Carla, who is in the segment VIP, and to somebody without a name, who is not.
    The last block is about shops."""
    brand = Brand.objects.default()
    brand.legal_name, brand.postal_address = "Northwind Oy", "1 Example Street"
    brand.from_name, brand.from_email = "Northwind", "news@northwind.example"
    brand.save()
    kind = SubscriptionType.objects.default()
    carla, nobody = (
        ContactFactory(first_name=first, last_name=last)
        for first, last in (("Carla", "Ruiz"), ("", ""))
    )
    for one in (carla, nobody):
        agree(one, kind)
    vip = make_segment(carla)
    Segment.objects.filter(pk=vip.pk).update(name="VIP")
    draft = MarketingEmail.objects.start(
        find("blank"), "Autumn news", live_stack.alice, brand
    )
    draft.subject = "Autumn news"
    draft.blocks = [
        new("heading", text="Hello {{ first_name | there }}"),
        new("text", html="<p>Our shop opens early.</p>"),
    ]
    draft.save()
    draft.save_settings({"subscription_type": kind})
    draft.choose([make_segment(carla, nobody)], [])
    return draft


@pytest.fixture
def chosen(console, email):
    """The editor, once the last block was given to VIP by keyboard alone."""
    page = console(f"/emails/{email.pk}/content/")
    page.get_by_role("link", name="Text Our shop").focus()
    keyboard = page.keyboard
    keyboard.press("Enter")
    expect(page.locator(".ed-block:not([hidden]) textarea").first).to_be_focused()
    while not at(page, "only"):
        keyboard.press("Tab")
    keyboard.type("People in the seg")
    keyboard.press("Tab")
    keyboard.type("VIP")
    entry = page.get_by_role("link", name="Only in “VIP”")
    expect(entry).to_be_visible()
    page.get_by_text(SAVED).first.wait_for()
    return page


def at(page, name):
    """Whether the focus is in this field of a block."""
    return page.evaluate("document.activeElement.name || ''").endswith(f"-{name}")


@pytest.mark.parametrize(
    ("who", "greeting", "reads"),
    [("As Carla Ruiz", "Hello Carla", 1), ("(no first name)", "Hello there", 0)],
)
def test_who_is_in_the_segment_sees_the_block_and_nobody_else(
    chosen, who, greeting, reads
):
    people = chosen.get_by_label("Preview as")
    label = people.locator("option", has_text=who).inner_text()
    people.select_option(label=label)
    frame = chosen.frame_locator("iframe")
    expect(frame.get_by_role("heading", name=greeting)).to_be_visible()
    expect(frame.get_by_text("Our shop opens early.")).to_have_count(reads)


def test_the_review_counts_who_gets_it_and_who_lacks_a_value(chosen, email, axe):
    chosen.get_by_role("link", name="Review & send").first.click()
    (bar,) = chosen.get_by_role("list", name="People by block").all()
    expect(bar).to_have_text("Text “Our shop opens early.” – Only in “VIP”1")
    lacking = "1 person has no first name; they read “there”."
    expect(chosen.get_by_text(lacking)).to_be_visible()
    assert axe(chosen) == []
