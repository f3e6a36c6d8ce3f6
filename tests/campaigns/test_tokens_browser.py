"""Personal fields in the editor: one thing each, in Chromium."""

import re

import pytest
from playwright.sync_api import expect

from campaigns.blocks import new
from campaigns.models import MarketingEmail
from campaigns.starters import find
from consent.models import Brand

pytestmark = pytest.mark.browser

THERE = "{{ first_name | there }}"


@pytest.fixture
def field(live_stack, console):
    """`field(text)`: the editor at a heading that says it, the caret behind it."""

    def show(text, **screen):
        draft = MarketingEmail.objects.start(
            find("blank"), "Autumn news", live_stack.alice, Brand.objects.default()
        )
        draft.blocks = [new("heading", text=text), new("text", html="<p>Words</p>")]
        draft.save()
        block = f"block-{draft.blocks[0]['id']}"
        page = console(f"/emails/{draft.pk}/content/#{block}", **screen)
        found = page.locator(f"#{block} input").first
        found.press("End")
        return found

    return show


@pytest.fixture
def caret():
    """Where the caret of a field is: (start, end) of what is chosen."""
    return lambda field: tuple(
        field.evaluate("one => [one.selectionStart, one.selectionEnd]")
    )


def menu(field):
    return field.page.get_by_role("dialog", name="Personal field")


def pills(field):
    return field.locator("xpath=preceding-sibling::div").locator("mark")


def test_it_is_chosen_with_its_fallback_by_keyboard_alone(field):
    hello = field("Hello ")
    keyboard = hello.page.keyboard
    keyboard.type("{")
    expect(menu(hello).get_by_label("What stands there")).to_be_focused()
    keyboard.type("First")
    keyboard.press("Tab")
    keyboard.type("there")
    keyboard.press("Enter")
    expect(hello).to_be_focused()
    expect(hello).to_have_value(f"Hello {THERE}")
    expect(pills(hello)).to_have_text([THERE])
    keyboard.type("!")
    frame = hello.page.frame_locator("iframe")
    frame.get_by_role("heading", name="Hello there!").wait_for()


def test_it_is_chosen_by_mouse(field):
    hello = field("Hello ")
    hello.page.get_by_role("button", name="Personal field").click()
    menu(hello).get_by_label("What stands there").select_option("Company")
    menu(hello).get_by_role("button", name="Put it in").click()
    expect(hello).to_have_value("Hello {{ company }}")


@pytest.mark.parametrize(
    ("text", "key", "rest"),
    [
        (f"Hello {THERE}", "Backspace", "Hello "),
        (f"{THERE} hello", "Delete", " hello"),
    ],
)
def test_one_key_deletes_all_of_it_and_undo_brings_it_back(field, text, key, rest):
    hello = field(text)
    hello.press("End" if key == "Backspace" else "Home")
    hello.press(key)
    expect(hello).to_have_value(rest)
    expect(pills(hello)).to_have_count(0)
    hello.press("Control+z")
    expect(hello).to_have_value(text)


def test_the_arrows_pass_it_in_one_step(field, caret):
    hello = field(f"Hi {THERE}")
    places = []
    for _ in range(3):
        hello.press("ArrowLeft")
        places.append(caret(hello))
    assert places == [(3, 3 + len(THERE)), (3, 3), (2, 2)]


def test_choosing_by_keyboard_takes_all_of_it_or_nothing(field, caret):
    hello = field(f"Hi {THERE}")
    places = []
    for key in ("Shift+ArrowLeft", "Shift+ArrowLeft", "Shift+ArrowRight"):
        hello.press(key)
        places.append(caret(hello))
    hello.press("Shift+ArrowRight")
    end = 3 + len(THERE)
    assert [*places, caret(hello)] == [(3, end), (2, end), (3, end), (end, end)]


def test_a_click_chooses_all_of_it_and_says_what_it_is(field, caret):
    hello = field(THERE)
    hello.click(position={"x": 60, "y": 15})
    assert caret(hello) == (0, len(THERE))
    told = hello.page.get_by_text("First name, else “there”. Enter changes it.")
    expect(told).to_be_visible()


def test_it_is_changed_in_the_menu(field):
    hello = field(f"Hello {THERE}")
    hello.press("ArrowLeft")
    hello.press("Enter")
    fallback = menu(hello).get_by_label(re.compile("Fallback"))
    expect(fallback).to_have_value("there")
    fallback.fill("you")
    fallback.press("Enter")
    expect(hello).to_have_value("Hello {{ first_name | you }}")


def test_it_is_removed_in_the_menu(field):
    hello = field(f"Hello {THERE}")
    hello.press("ArrowLeft")
    hello.press("Enter")
    menu(hello).get_by_role("button", name="Remove it").click()
    expect(hello).to_have_value("Hello ")


def test_a_brace_that_is_meant_stays_one(field):
    hello = field("Sizes ")
    hello.page.keyboard.type("{")
    hello.page.keyboard.press("Escape")
    expect(hello).to_have_value("Sizes {")
    hello.page.keyboard.type("{ city }}")
    expect(pills(hello)).to_have_text(["{{ city }}"])


def test_it_is_one_thing_in_blocks_that_are_drawn_anew_as_well(field):
    hello = field(f"Hello {THERE}")
    hello.page.get_by_role("link", name="Heading Hello").focus()
    hello.page.keyboard.press("Control+d")
    copy = hello.page.locator(".ed-block:not([hidden]) input").first
    expect(hello.page.get_by_role("link", name="Heading Hello")).to_have_count(2)
    expect(pills(copy)).to_have_text([THERE])
    copy.press("End")
    copy.press("Backspace")
    expect(copy).to_have_value("Hello ")


def test_it_cannot_be_cut_by_its_fallback(field):
    hello = field("Hello ")
    hello.page.keyboard.type("{")
    menu(hello).get_by_label(re.compile("Fallback")).fill("a}}b")
    menu(hello).get_by_role("button", name="Put it in").click()
    expect(menu(hello)).to_be_visible()


@pytest.mark.parametrize("screen", [(1440, "light"), (390, "dark")])
def test_the_menu_breaks_no_accessibility_rule(field, axe, screen):
    width, scheme = screen
    hello = field("Hello ", width=width, color_scheme=scheme)
    hello.page.keyboard.type("{")
    expect(menu(hello)).to_be_visible()
    assert axe(hello.page) == []


def test_without_script_it_is_written_as_it_stands(field):
    hello = field("Hello ", java_script_enabled=False)
    hello.page.get_by_text("Personal fields", exact=True).click()
    expect(hello.page.get_by_text("{{ first_name }}", exact=True)).to_be_visible()
