"""Segments in Chromium: by mouse, by keyboard alone, without script, and accessible."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from segments.models import Segment, SegmentUse
from tests.factories import ContactFactory, SegmentFactory
from tests.segments.worlds import ago, deliver, group, make_message, where

RULES = group(
    "any",
    group(
        "all",
        where("sends_since_engagement", "at_least", value=11),
        where("last_opened_at", "more_than_ago", value=52, unit="weeks"),
        group(
            "any",
            where("country", "any_of", values=["Finland", "Norway"]),
            where("time_zone", "starts_with", value="Europe/"),
        ),
    ),
    group(
        "all",
        where("email_event", "received_but_not_opened", group="email:12"),
        where(
            "email_event",
            "link_clicked",
            when={"operator": "in_last", "value": 90, "unit": "days"},
            times={"operator": "at_least", "value": 2},
            link="/pricing",
        ),
        where("refusal", "none_of", values=["no_consent"]),
        where("created_at", "before_other", value="last_opened_at"),
    ),
)
CLICKED = where("email_event", "link_clicked", group="email:12")
NAMES = ["Carla Mendes", "Ismael Torres", "Hana Yoshida", "Ines Duarte", "Aino Salo"]


@pytest.fixture
def console(live_stack, sign_in, new_page):
    """`console(path, width=390, ...)`: a page of the console with some people in it."""
    for name in NAMES:
        first, last = name.split()
        ContactFactory(
            first_name=first,
            last_name=last,
            email=f"{first}.{last}@people.example".lower(),
            country="Finland",
            delivered=17,
            sends_since_engagement=12,
            last_opened_at=ago(400),
        )
    ContactFactory(first_name="Olga", delivered=30)
    deliver(make_message("Autumn letter", "email:12"), ContactFactory())

    def show(path="/segments/", **screen):
        page = sign_in(new_page(**screen))
        page.goto(live_stack.base_url + path)
        return page

    return show


@pytest.fixture
def segment(console):
    one = SegmentFactory(name="Gone quiet – EMEA & LATAM", rules=RULES)
    one.refresh()
    left = ContactFactory(first_name="Left")
    then = timezone.now() - dt.timedelta(days=2)
    one.stays.create(contact=left, joined_at=then, left_at=timezone.now())
    SegmentUse.objects.note("email:12", [one], label="Email “Stay?”", url="/segments/")
    return one


def pages(segment):
    here = f"/segments/{segment.pk}/"
    return {
        "list": "/segments/",
        "detail": here,
        "edit": f"{here}edit/",
        "new": "/segments/new/",
        "test": f"{here}test/?email=carla.mendes@people.example",
        "export": f"{here}export/",
        "delete": f"{here}delete/",
    }


@pytest.mark.parametrize(
    "screen", [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]
)
def test_no_page_breaks_an_accessibility_rule_or_scrolls_sideways(
    console, segment, axe, screen, tmp_path
):
    width, scheme = screen
    for name, path in pages(segment).items():
        page = console(path, width=width, color_scheme=scheme)
        page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
        assert axe(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth") == width, name


def walk(page):
    """The segment of walk-through 1, as a marketer builds it."""
    page.get_by_label("Name", exact=True).fill("Never opened")
    page.get_by_label("condition 1: filter by").select_option(
        label="Last marketing email open date"
    )


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_the_silent_are_found_by_mouse(console, script):
    page = console("/segments/new/", java_script_enabled=script)

    def settle():
        if not script:
            page.locator(".cond").last.get_by_role("button", name="Update").click()

    walk(page)
    settle()
    page.get_by_label("open date, how to compare").select_option(label="has no value")
    settle()
    page.get_by_role("button", name="Add a condition to Group 1").click()
    page.get_by_label("condition 2: filter by").select_option(
        label="Marketing emails delivered"
    )
    settle()
    page.get_by_label("delivered: number").fill("11")
    page.get_by_role("button", name="Count", exact=True).last.click()
    page.get_by_text("(12 or more)").first.wait_for()
    assert page.locator(".big").inner_text() == "1"
    page.get_by_role("button", name="Save segment").click()
    page.get_by_role("heading", name="Never opened", exact=True).wait_for()
    assert Segment.objects.get().matching().get().first_name == "Olga"


def test_the_silent_are_found_by_keyboard_alone(console):
    page = console("/segments/new/")
    keyboard = page.keyboard
    page.get_by_label("Name", exact=True).focus()
    keyboard.type("Never opened")
    page.get_by_label("condition 1: filter by").focus()
    keyboard.type("Mark")
    page.get_by_label("delivered: number").wait_for()
    page.get_by_label("delivered: number").focus()
    keyboard.type("11")
    page.get_by_text("(12 or more)").first.wait_for()
    assert page.get_by_label("delivered: number").evaluate(
        "el => el === document.activeElement"
    )
    keyboard.press("Control+s")
    page.get_by_role("heading", name="Never opened", exact=True).wait_for()


def test_adding_a_condition_keeps_what_was_typed_before(console):
    page = console("/segments/new/?recipe=never-opened")
    page.get_by_label("Name", exact=True).fill("My own name")
    page.get_by_role("button", name="Add a nested group to Group 1").click()
    page.get_by_label("Group 1, condition 3.1: filter by").wait_for()
    expect(page.get_by_label("Name", exact=True)).to_have_value("My own name")
    expect(page.get_by_label("delivered: number")).to_have_value("11")


def test_conditions_are_added_moved_copied_and_undone_by_keys(console):
    page = console("/segments/new/?recipe=never-opened")
    fields = page.locator("select.pick-field")
    first = page.locator(".cond").first

    def press(keys, count, shown):
        first.focus()
        page.keyboard.press(keys)
        page.wait_for_function(
            "([n, key]) => { const all = document.querySelectorAll('.pick-field');"
            " return all.length === n && all[0].value === key; }",
            arg=[count, shown],
        )

    press("Alt+ArrowDown", 2, "delivered")
    press("Control+d", 3, "delivered")
    press("c", 4, "delivered")
    press("Control+z", 3, "delivered")
    press("Delete", 2, "delivered")
    press("g", 3, "delivered")
    assert fields.last.input_value() == ""


def type_into(page, label, text):
    """With the keyboard alone: a field is left for the next one once it is there.

    Begun anew where the browser took a pause between two letters for the end.
    """
    field = page.get_by_label(label)
    for _ in range(5):
        field.wait_for()
        field.focus()
        page.keyboard.type(text)
        chosen = field.evaluate("box => box.selectedOptions[0].text.trim()")
        if chosen.startswith(text):
            return
        page.wait_for_timeout(1_500)  # until the browser has forgotten the letters


def test_the_clickers_and_the_others_are_found_by_keyboard_alone(console):
    """Walk-through 4: who clicked, and who received and is not one of them."""
    SegmentFactory(name="Clickers", rules=group("all", CLICKED)).refresh()
    page = console("/segments/new/")
    page.get_by_label("Name", exact=True).focus()
    page.keyboard.type("Received, not clicked")
    type_into(page, "condition 1: filter by", "Marketing email activity")
    type_into(page, "activity, how to compare", "received")
    page.locator("#n2").focus()
    page.keyboard.press("c")
    type_into(page, "condition 2: filter by", "Segment mem")
    type_into(page, "membership, how to compare", "is not")
    page.get_by_text("Not finished: choose at least one.").wait_for()
    page.locator(".pick-many input").last.focus()
    page.keyboard.type("Click")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_text("is not a member of Clickers").wait_for()
    page.keyboard.press("Control+s")
    page.get_by_role("heading", name="Received, not clicked", exact=True).wait_for()
    assert Segment.objects.latest("pk").matching().count() == 1
