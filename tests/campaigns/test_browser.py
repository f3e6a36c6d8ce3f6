"""Marketing emails in Chromium: written by keyboard, sent, read about; accessible."""

import re

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from campaigns.blocks import new
from campaigns.models import EmailState, MarketingEmail
from campaigns.starters import find
from consent.models import Brand, SubscriptionType
from deliveries.models import DeliveryState
from tests.factories import ContactFactory, DeliveryFactory, agree, make_segment

pytestmark = pytest.mark.browser

WRITING = ("content", "versions", "template", "settings", "recipients", "review")
SAVED = re.compile("^Saved ")  # not "Bo saved another version"


@pytest.fixture
def kind(live_stack):
    brand = Brand.objects.default()
    brand.legal_name, brand.postal_address = "Northwind Oy", "1 Example Street"
    brand.from_name, brand.from_email = "Northwind", "news@northwind.example"
    brand.save()
    return SubscriptionType.objects.default()


@pytest.fixture
def people(kind):
    found = [ContactFactory(first_name=name) for name in ("Carla", "Farah", "")]
    for one in found[:2]:
        agree(one, kind)
    return found


@pytest.fixture
def email(live_stack, kind, people):
    """A re-engagement draft to three people, two of whom may be mailed."""
    draft = MarketingEmail.objects.start(
        find("reengagement"),
        "Autumn clean-up",
        live_stack.alice,
        Brand.objects.default(),
    )
    draft.save_settings({"subscription_type": kind})
    draft.choose([make_segment(*people)], [])
    return draft


@pytest.fixture
def console(live_stack, sign_in, new_page):
    """`console(path, width=390, ...)`: a page of the live console."""

    def show(path="/emails/", **screen):
        page = sign_in(new_page(**screen))
        page.goto(live_stack.base_url + path)
        return page

    return show


def sent(email, people):
    """The email as if it had gone out."""
    message = email.freeze()
    for one in people[:2]:
        DeliveryFactory(message=message, contact=one, opened_at=timezone.now())
    DeliveryFactory(
        message=message,
        contact=people[2],
        state=DeliveryState.NOT_SENT,
        reason="no_consent",
        delivered_at=None,
    )
    MarketingEmail.objects.filter(pk=email.pk).update(
        state=EmailState.SENT,
        message=message,
        launched_at=timezone.now(),
        finished_at=timezone.now(),
    )


@pytest.mark.parametrize(
    "screen", [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]
)
def test_no_page_breaks_an_accessibility_rule_or_scrolls_sideways(
    console, email, people, axe, screen
):
    width, scheme = screen
    copy = email.duplicate(None)
    sent(copy, people)
    draft, report = f"/emails/{email.pk}/", f"/emails/{copy.pk}/"
    paths = [
        "/emails/",
        "/emails/new/",
        "/emails/templates/",
        *(f"{draft}{one}/" for one in WRITING),
        f"{draft}names/no_consent/",
        report,
        f"{report}people/?group=not_sent",
        f"{report}sent/",
        "/settings/",
        "/settings/types/",
        "/settings/types/new/",
    ]
    page = console(width=width, color_scheme=scheme)
    for path in paths:
        page.goto(page.url.split("/emails/")[0].split("/settings/")[0] + path)
        assert axe(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") == width, path


def test_an_email_is_written_by_keyboard_and_saves_itself(console, email):
    page = console(f"/emails/{email.pk}/content/")
    page.get_by_role("link", name="Heading").focus()
    page.keyboard.press("Enter")
    heading = page.locator(".ed-block:not([hidden]) input").first
    expect(heading).to_be_focused()
    heading.fill("Still there, ")
    page.keyboard.type("{")
    page.get_by_label("Fallback").fill("friend")
    page.keyboard.press("Enter")
    page.get_by_text(SAVED).first.wait_for()
    listed = page.get_by_role(
        "link", name="Heading Still there, {{ first_name | friend"
    )
    listed.wait_for()
    frame = page.frame_locator("iframe")
    frame.get_by_role("heading", name="Still there, friend").wait_for()
    page.get_by_label("Preview as").select_option(label="As Carla " + email_last(email))
    frame.get_by_role("heading", name="Still there, Carla").wait_for()
    email.refresh_from_db()
    assert email.blocks[0]["text"] == "Still there, {{ first_name | friend }}"


def email_last(email):
    return email.include.get().members().get(first_name="Carla").last_name


@pytest.fixture
def keyboard(console, live_stack, email):
    """`keyboard(link, *keys, becomes="heading text")`: press keys at a block of the
    list and see the email become these blocks, and the page be redrawn with them;
    `keyboard.page` is the page."""
    page = console(f"/emails/{email.pk}/content/")

    version = page.locator("#state [name=version]")

    def shows(becomes):
        # it comes with the blocks, and the focus moves in the same moment
        shown = version.input_value()
        email.refresh_from_db()
        kinds = " ".join(one["kind"] for one in email.blocks)
        return (kinds, str(email.version)) == (becomes, shown)

    def press(link, *keys, becomes):
        if link:
            page.get_by_role("link", name=link).first.focus()
        for key in keys:
            page.keyboard.press(key)
        live_stack.wait_for(lambda: shows(becomes), becomes)

    press.page = page
    return press


def test_a_block_is_added_and_written_by_keyboard_alone(keyboard):
    keyboard("Heading", "Enter", becomes="heading text confirm text")
    entered = keyboard.page.locator(".ed-block:not([hidden]) input").first
    expect(entered).to_be_focused()
    added = "heading text text confirm text"
    keyboard("Heading", "a", "ArrowDown", "Enter", becomes=added)
    box = keyboard.page.locator(".ed-block:not([hidden]) textarea").first
    expect(box).to_be_focused()
    keyboard.page.keyboard.type("Written by keyboard.")
    frame = keyboard.page.frame_locator("iframe")
    frame.get_by_text("Written by keyboard.").wait_for()


def test_a_block_is_moved_copied_and_deleted_by_keyboard_alone(keyboard):
    keyboard("Confirm", "Alt+ArrowUp", becomes="heading confirm text text")
    expect(keyboard.page.get_by_role("link", name="Confirm")).to_be_focused()
    keyboard("", "Delete", becomes="heading text text")
    keyboard("Heading", "Control+d", becomes="heading heading text text")
    keyboard("", "Control+z", becomes="heading text text")
    keyboard("", "Control+z", becomes="heading confirm text text")
    keyboard("", "Control+Shift+z", becomes="heading text text")


def test_whoever_goes_to_another_block_meanwhile_stays_there(keyboard):
    page = keyboard.page

    def answer_late(route):
        answer = route.fetch()
        page.get_by_role("link", name="Heading").focus()
        route.fulfill(response=answer)

    page.route("**/delete/", answer_late)
    keyboard("Confirm", "Delete", becomes="heading text text")
    expect(page.get_by_role("link", name="Confirm")).to_have_count(0)
    expect(page.get_by_role("link", name="Heading")).to_be_focused()


def test_the_format_buttons_mark_the_chosen_words(console, email):
    page = console(f"/emails/{email.pk}/content/#block-{email.blocks[1]['id']}")
    box = page.locator(".ed-block:not([hidden]) textarea").first
    box.fill("Come back")
    box.press("Control+a")
    page.get_by_role("button", name="Bold").click()
    page.frame_locator("iframe").locator("strong", has_text="Come back").wait_for()


def test_a_block_is_deleted_and_undone_without_script(console, email):
    page = console(f"/emails/{email.pk}/content/", java_script_enabled=False)
    page.get_by_label("Subject", exact=True).fill("Typed before")
    page.get_by_role("button", name="Delete this heading").click()
    email.refresh_from_db()
    assert email.subject == "Typed before"
    assert [one["kind"] for one in email.blocks] == ["text", "confirm", "text"]
    page.get_by_role("button", name="Undo", exact=True).click()
    email.refresh_from_db()
    assert email.blocks[0]["kind"] == "heading"


def test_a_picture_is_in_the_mail_as_soon_as_it_is_chosen(console, email, tmp_path):
    email.blocks = [new("image", alt="A red field")]
    email.save()
    file = tmp_path / "field.png"
    Image.new("RGB", (40, 20), "red").save(file)
    page = console(f"/emails/{email.pk}/content/#block-{email.blocks[0]['id']}")
    page.get_by_label("Upload a picture").set_input_files(file)
    shown = page.frame_locator("iframe").get_by_role("img", name="A red field")
    expect(shown).to_have_attribute("src", re.compile(r"/i/[\w-]{24}\.png$"))
    expect(shown).to_have_js_property("naturalWidth", 40)


def test_an_earlier_version_is_looked_at_and_brought_back(console, email):
    page = console(f"/emails/{email.pk}/content/")
    subject = page.get_by_label("Subject", exact=True)
    subject.fill("Another subject")
    page.get_by_role("link", name="Earlier versions").click()
    page.get_by_role("heading", name="Version 2: Another subject").wait_for()
    page.get_by_role("button", name="Bring this back").click()
    expect(subject).to_have_value("Do you still want to hear from us?")


def test_two_authors_are_told_of_each_other(console, live_stack, email):
    mine, theirs = (console(f"/emails/{email.pk}/content/") for _ in range(2))
    theirs.get_by_label("Subject", exact=True).fill("Theirs")
    theirs.get_by_text(SAVED).first.wait_for()
    saved = MarketingEmail.objects.filter(subject="Theirs")
    live_stack.wait_for(saved.exists, "the other author")
    mine.get_by_label("Subject", exact=True).fill("Mine")
    mine.get_by_text("saved another version").wait_for()
    mine.get_by_role("button", name="Save", exact=True).last.click()
    mine.get_by_role("button", name="Keep mine").click()
    mine.get_by_text(SAVED).first.wait_for()
    email.refresh_from_db()
    assert email.subject == "Mine"


def test_an_email_goes_out_and_the_report_says_who_got_it(console, live_stack, email):
    page = console(f"/emails/{email.pk}/review/")
    page.get_by_role("button", name="Send to 2 people").click()
    page.get_by_role("button", name="Take it back").wait_for()
    MarketingEmail.objects.update(scheduled_at=timezone.now())
    page.get_by_text("Sent", exact=True).first.wait_for()
    live_stack.wait_for(
        lambda: MarketingEmail.objects.get().state == EmailState.SENT, "the end"
    )
    assert len(live_stack.sink.recipients) == 2
    page.goto(f"{live_stack.base_url}/emails/{email.pk}/people/?group=not_sent")
    page.get_by_text("No consent with a date").wait_for()
