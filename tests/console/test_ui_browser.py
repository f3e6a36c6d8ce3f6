"""The pieces in Chromium: accessible, inside the screen, usable by keyboard."""

import pytest
from playwright.sync_api import expect

GUIDE = "/styleguide/"
SCREENS = [(1440, 900), (390, 844)]


@pytest.fixture
def guide(live_stack, sign_in, new_page):
    """`guide(width=390)`: the style guide on such a screen."""

    def show(**screen):
        page = sign_in(new_page(**screen))
        page.goto(live_stack.base_url + GUIDE)
        return page

    return show


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_the_style_guide_breaks_no_accessibility_rule(
    guide, axe, width, height, scheme
):
    assert axe(guide(width=width, height=height, color_scheme=scheme)) == []


@pytest.mark.parametrize("path", ["/login/", "/nothing/here/"])
def test_sign_in_and_error_pages_break_no_accessibility_rule(
    live_stack, page, axe, path
):
    page.goto(live_stack.base_url + path)
    assert axe(page) == []


def test_nothing_scrolls_sideways_on_the_smallest_screen(guide):
    page = guide(width=320, height=700)
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("opener", ["Open a dialog", "Open a drawer"])
def test_an_open_dialog_breaks_no_accessibility_rule(guide, axe, opener):
    page = guide()
    page.get_by_role("button", name=opener).click()
    assert axe(page) == []


def test_a_dialog_gives_the_focus_back_to_its_opener(guide):
    page = guide()
    page.get_by_role("button", name="Open a drawer").click()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.textContent") == "Open a drawer"


def test_the_palette_opens_and_finds_a_page(guide):
    page = guide()
    page.keyboard.press("Control+k")
    page.keyboard.type("no such page")
    expect(page.locator("#palette li:visible")).to_have_count(0)


def test_shift_click_selects_a_range_and_escape_clears_it(guide):
    page = guide()
    ticks = page.locator("tbody .sel input")
    ticks.nth(0).click()
    ticks.nth(3).click(modifiers=["Shift"])
    expect(page.get_by_text("4 selected")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("tbody .sel input:checked")).to_have_count(0)


def test_single_keys_walk_through_rows_and_stay_quiet_in_fields(guide):
    page = guide()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("tbody .sel input:checked")).to_have_count(1)
    page.keyboard.press("/")
    page.keyboard.type("jx?")
    expect(page.locator("[data-search]")).to_have_value("jx?")


def test_a_combobox_is_chosen_from_by_keyboard_and_fills_its_select(guide):
    page = guide()
    page.locator("#id_segments_typed").click()
    page.keyboard.type("gone")
    page.keyboard.press("Enter")
    expect(page.locator("#id_segments")).to_have_value("1")
    expect(page.locator("#cb-list-1")).to_be_hidden()


def test_whoever_looks_through_the_list_of_a_combobox_chooses_several(guide):
    page = guide()
    page.locator("#id_segments_typed").click()
    for key in ["ArrowDown", "Enter", "ArrowDown", "ArrowDown", "Enter"]:
        page.keyboard.press(key)
    expect(page.locator(".cb-token")).to_have_count(2)
    expect(page.locator("#cb-list-1")).to_be_visible()


def test_a_combobox_is_a_plain_select_without_script(guide):
    page = guide(java_script_enabled=False)
    expect(page.locator("#id_segments")).to_be_visible()


def test_the_menu_of_a_phone_opens_without_script(guide):
    page = guide(width=390, height=844, java_script_enabled=False)
    page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
