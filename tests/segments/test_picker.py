"""The picker of fields in Chromium: found by letters, walked through by keys."""

import pytest
from playwright.sync_api import expect

from contacts.models import PropertyDefinition
from tests.factories import SegmentFactory
from tests.segments.hands import spell
from tests.segments.worlds import group, where


def active(page):
    """The field that Enter would choose, as it is told to people who listen."""
    picker = page.get_by_label("condition 1: filter by")
    row = picker.get_attribute("aria-activedescendant")
    return page.locator(f"#{row} span").first.inner_text() if row else ""


def test_the_picker_of_fields_is_walked_through_by_keys(console):
    page = console("/segments/new/")
    picker = page.get_by_label("condition 1: filter by")
    picker.focus()
    found = []
    for key in ("ArrowDown", "ArrowDown", "End", "ArrowDown", "ArrowUp", "Home"):
        page.keyboard.press(key)
        found.append(active(page))
    first, last = "Marketing emails delivered", "Came in with the file"
    assert found == ["", first, last, first, last, first]
    page.keyboard.press("Escape")
    expect(picker).to_have_attribute("aria-expanded", "false")
    expect(picker).to_be_focused()


def test_what_is_typed_is_looked_for_in_every_group_and_the_best_comes_first(console):
    page = console("/segments/new/")
    page.get_by_label("condition 1: filter by").click()
    page.keyboard.type("email")
    assert active(page) == "Email"
    assert page.get_by_role("group").get_by_text("Subscriptions and consent").count()
    page.keyboard.type(" consent grade")
    page.get_by_role("option", name="Nothing matches").wait_for()
    page.keyboard.press("Control+a")
    page.keyboard.type("consent grade")
    assert active(page) == "Grade of consent"


def test_a_name_typed_in_full_is_chosen_without_enter(console):
    page = console("/segments/new/")
    page.get_by_label("condition 1: filter by").focus()
    page.keyboard.type("country")
    page.keyboard.press("Tab")
    page.get_by_label("Country: text").wait_for()


def test_passing_through_keeps_the_field_that_shares_its_name(console):
    own = PropertyDefinition.objects.create(name="land", label="Country", kind="string")
    key = f"property:{own.pk}"
    rules = group("any", group("all", where(key, "unknown")))
    segment = SegmentFactory(rules=rules)
    page = console(f"/segments/{segment.pk}/edit/")
    page.get_by_label("condition 1: filter by").focus()
    page.keyboard.press("Tab")
    chosen = page.locator("ui-field-picker select").first
    assert chosen.input_value() == key


def test_letters_that_name_nothing_leave_the_field_as_it_was(console):
    page = console("/segments/new/?recipe=never-opened")
    picker = page.get_by_label("condition 1: filter by")
    picker.click()
    page.keyboard.type("zzz")
    page.keyboard.press("Tab")
    expect(picker).to_have_value("Last marketing email open date")


def test_letters_in_the_picker_outlive_a_redraw_of_the_builder(console):
    page = console("/segments/new/?recipe=never-opened")
    picker = page.get_by_label("condition 1: filter by")
    compare = page.get_by_label("delivered, how to compare")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        compare.select_option(label="is at least")
        picker.click()
        page.keyboard.type("coun")
    page.get_by_text("delivered is at least 11").first.wait_for()
    expect(picker).to_have_value("coun")
    expect(page.get_by_role("option", name="Country")).to_be_visible()
    page.keyboard.type("try")
    page.keyboard.press("Enter")
    page.get_by_text("Country has no value").first.wait_for()


def test_undo_shows_the_field_that_was_chosen_before(console):
    page = console("/segments/new/?recipe=never-opened")
    spell(page, 1, "country", "Country")
    page.get_by_text("Country has no value").first.wait_for()
    page.get_by_role("button", name="Undo").click()
    picker = page.get_by_label("condition 1: filter by")
    expect(picker).to_have_value("Last marketing email open date")


def test_the_fields_used_last_stand_first_with_an_example(console):
    page = console("/segments/new/")
    spell(page, 1, "country", "Country")
    page.get_by_label("Country: text").wait_for()
    page.get_by_role("button", name="Add a condition to Group 1").click()
    page.get_by_label("condition 2: filter by").click()
    first = page.get_by_role("group", name="Used last").get_by_role("option")
    expect(first).to_have_text("Countrye.g. Finland")


@pytest.mark.parametrize("screen", [(1440, "light"), (390, "dark")])
def test_the_open_picker_is_accessible_and_inside_the_screen(console, axe, screen):
    width, scheme = screen
    page = console("/segments/new/", width=width, color_scheme=scheme)
    page.get_by_label("condition 1: filter by").click()
    page.get_by_role("listbox", name="Fields").wait_for()
    assert axe(page) == []
    box = page.get_by_role("listbox", name="Fields").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
