"""In Chromium: a contact picked by keyboard, an email spread over hours, a preview
that somebody without an account opens."""

import pytest
from playwright.sync_api import expect

from campaigns.models import EmailState, MarketingEmail, SharedPreview
from campaigns.starters import find
from consent.models import Brand, SubscriptionType
from contacts.models import Contact
from tests.factories import ContactFactory, agree, make_segment

pytestmark = pytest.mark.browser

SCREENS = [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]


@pytest.fixture
def people(live_stack):
    brand = Brand.objects.default()
    brand.legal_name, brand.postal_address = "Northwind Oy", "1 Example Street"
    brand.from_name, brand.from_email = "Northwind", "news@northwind.example"
    brand.save()
    names = [("Carla", "Ruiz"), ("Farah", "Haddad"), ("Carlo", "Ricci")]
    found = [ContactFactory(first_name=a, last_name=b) for a, b in names]
    for one in found:
        agree(one, SubscriptionType.objects.default())
    return found


@pytest.fixture
def email(live_stack, people):
    """A draft to Carla alone."""
    draft = MarketingEmail.objects.start(
        find("newsletter"), "Autumn news", live_stack.alice, Brand.objects.default()
    )
    draft.save_settings({"subscription_type": SubscriptionType.objects.default()})
    draft.choose([make_segment(people[0])], [])
    return draft


def test_a_contact_is_found_and_picked_by_keyboard(console, email, people):
    page = console(f"/emails/{email.pk}/recipients/")
    page.get_by_label("Find a contact").focus()
    page.keyboard.type("carl")
    found = page.get_by_role("status").get_by_role("listitem")
    expect(found).to_have_count(2)
    page.get_by_role("button", name="Send to Carlo Ricci").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved the recipients.")).to_be_visible()
    expect(page.get_by_role("button", name="Remove Carlo Ricci")).to_be_visible()
    assert email.named() == {people[2].pk: True}


@pytest.mark.parametrize("scripts", [True, False])
def test_a_contact_is_found_with_the_button_and_left_out(
    console, email, people, scripts
):
    page = console(f"/emails/{email.pk}/recipients/", java_script_enabled=scripts)
    page.get_by_label("Find a contact").fill("Ruiz")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("button", name="Leave out Carla Ruiz").click()
    expect(page.get_by_role("button", name="Remove Carla Ruiz")).to_be_visible()
    assert email.named() == {people[0].pk: False}


def test_an_email_is_spread_over_hours(console, email):
    page = console(f"/emails/{email.pk}/review/")
    spread = page.locator("#now_spread")
    expect(spread.locator("option").nth(4)).to_contain_text("8 hours, until")
    spread.select_option("8")
    page.get_by_role("button", name="Send to 1 person").click()
    expect(page.get_by_text("leave evenly over 8 hours")).to_be_visible()
    email.refresh_from_db()
    assert (email.state, email.spread_hours) == (EmailState.SCHEDULED, 8)


def test_somebody_without_an_account_looks_at_a_preview(
    console, live_stack, new_page, email
):
    page = console(f"/emails/{email.pk}/share/")
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("Link 1").input_value()
    stranger = new_page(width=390)
    stranger.goto(link)
    frame = stranger.frame_locator("iframe")
    expect(frame.get_by_text("Unsubscribe")).to_be_visible()
    stranger.get_by_role("link", name="Dark").click()
    expect(stranger.get_by_role("link", name="Dark")).to_have_attribute(
        "aria-current", "true"
    )
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("Taken back. The link leads nowhere")).to_be_visible()
    stranger.reload()
    expect(stranger.get_by_role("heading", name="This link has ended")).to_be_visible()


@pytest.mark.parametrize("screen", SCREENS)
def test_no_page_breaks_an_accessibility_rule_or_scrolls_sideways(
    console, live_stack, email, axe, screen
):
    width, scheme = screen
    first, second, *_ = Contact.objects.values_list("pk", flat=True)
    named = {first: True, second: False}
    email.choose(email.include.all(), [], named)
    shared = SharedPreview.objects.share(email, 7, live_stack.alice)
    later = email.duplicate(live_stack.alice)
    later.launch(live_stack.alice, spread=8)
    page = console("/emails/", width=width, color_scheme=scheme)
    for path in (
        f"/emails/{email.pk}/recipients/?find=carl",
        f"/emails/{email.pk}/review/",
        f"/emails/{email.pk}/share/",
        f"/emails/{later.pk}/",
        f"/preview/{shared.token}",
        f"/preview/{shared.token}?view=phone",
        "/preview/nonsense",
    ):
        page.goto(live_stack.base_url + path)
        assert axe(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") == width, path
