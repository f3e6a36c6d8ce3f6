"""Segments in Chromium: by mouse, by keyboard alone, without script, and accessible."""

import pytest
from playwright.sync_api import expect

from contacts.models import Contact
from segments.models import Segment
from tests.segments.conftest import RULES
from tests.segments.hands import filter_by, reach, spell
from tests.segments.worlds import group

PAUSE = 350  # ms between two letters: longer than until the page is redrawn


def pages(segment):
    here = f"/segments/{segment.pk}/"
    carla = Contact.objects.get(first_name="Carla")
    return {
        "list": "/segments/",
        "detail": here,
        "edit": f"{here}edit/",
        "new": "/segments/new/",
        "test": f"{here}test/?email=carla.mendes@people.example",
        "export": f"{here}export/",
        "delete": f"{here}delete/",
        "help": "/segments/fields/",
        "by hand": "/segments/new/by-hand/",
        "why": f"/contacts/{carla.pk}/why/?segment={segment.pk}",
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


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_the_silent_are_found_by_mouse(console, script):
    page = console("/segments/new/", java_script_enabled=script)

    def settle():
        if not script:
            page.locator(".cond").last.get_by_role("button", name="Update").click()

    page.get_by_label("Name", exact=True).fill("Never opened")
    filter_by(page, 1, "Last marketing email open date", script=script)
    settle()
    page.get_by_label("open date, how to compare").select_option(label="has no value")
    settle()
    page.get_by_role("button", name="Add a condition to Group 1").click()
    filter_by(page, 2, "Marketing emails delivered", script=script)
    settle()
    page.get_by_label("delivered: number").fill("11")
    page.get_by_role("button", name="Count", exact=True).last.click()
    page.get_by_text("(12 or more)").first.wait_for()
    expect(page.locator(".big")).to_have_text("1")
    page.get_by_role("button", name="Save segment").click()
    page.get_by_role("heading", name="Never opened", exact=True).wait_for()
    assert Segment.objects.get().matching().get().first_name == "Olga"


def test_the_silent_are_found_by_keyboard_alone(console):
    page = console("/segments/new/")
    keyboard = page.keyboard
    reach(page, page.get_by_label("Name", exact=True))
    keyboard.type("Never opened")
    spell(page, 1, "last marketing email open", "Last marketing email open date")
    by_letters(page, "open date, how to compare", "has no")
    page.get_by_text("open date has no value").first.wait_for()
    reach(page, page.get_by_role("button", name="Add a condition to Group 1"))
    keyboard.press("Enter")
    spell(page, 2, "emails deliv", "Marketing emails delivered")
    reach(page, page.get_by_label("delivered: number"))
    keyboard.type("11")
    page.get_by_text("(12 or more)").first.wait_for()
    assert page.get_by_label("delivered: number").evaluate(
        "el => el === document.activeElement"
    )
    expect(page.locator(".big")).to_have_text("1")
    keyboard.press("Control+s")
    page.get_by_role("heading", name="Never opened", exact=True).wait_for()
    assert Segment.objects.get().matching().get().first_name == "Olga"


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


def by_letters(page, label, text, pause=0):
    """With the keyboard alone; a browser forgets letters that are a second old."""
    reach(page, page.get_by_label(label))
    page.keyboard.type(text, delay=pause)
    expect(page.get_by_label(label).locator("option:checked")).to_contain_text(text)


def test_letters_typed_slowly_into_a_list_find_what_they_spell(console):
    page = console("/segments/new/")
    spell(page, 1, "emails clicked", "Marketing emails clicked")
    page.get_by_label("clicked: number").wait_for()
    expect(page.get_by_label("condition 1: filter by")).to_be_focused()
    page.keyboard.press("Tab")
    by_letters(page, "clicked, how to compare", "is at l", PAUSE)
    expect(page.get_by_label("clicked, how to compare")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("7")
    page.get_by_text("clicked is at least 7").first.wait_for()
    expect(page.get_by_label("clicked: number")).to_be_focused()


def test_what_is_typed_while_the_builder_is_redrawn_stays(console):
    page = console("/segments/new/?recipe=never-opened")
    add = page.get_by_role("button", name="Add a condition to Group 1")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        add.click(no_wait_after=True)
        page.get_by_label("Name", exact=True).fill("Typed meanwhile")
        page.get_by_label("delivered: number").fill("4711")
    page.get_by_label("condition 3: filter by").wait_for()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Typed meanwhile")
    expect(page.get_by_label("delivered: number")).to_have_value("4711")
    page.get_by_text("(4,712 or more)").first.wait_for()


# letter after letter, however busy the machine is
TYPE_AT_ONCE = """(field, text) => {
  for (let end = 1; end <= text.length; end += 1) {
    field.value = text.slice(0, end);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}"""


def test_the_count_follows_the_last_letter_and_asks_once(console):
    page = console("/segments/new/?recipe=never-opened")
    sent = []
    page.on("request", lambda one: sent.append(one.method == "POST"))
    page.get_by_label("delivered: number").evaluate(TYPE_AT_ONCE, "1234")
    page.get_by_text("(1,235 or more)").first.wait_for()
    assert sent.count(True) == 1


def test_a_new_condition_is_where_one_goes_on(console):
    page = console("/segments/new/?recipe=never-opened")
    page.get_by_role("button", name="Add a condition to Group 1").click()
    expect(page.get_by_label("condition 3: filter by")).to_be_focused()


def test_enter_counts_and_does_not_save(console):
    page = console("/segments/new/?recipe=never-opened")
    page.get_by_label("delivered: number").fill("29")
    page.keyboard.press("Enter")
    page.get_by_text("(30 or more)").first.wait_for()
    assert not Segment.objects.exists()


RECEIVED = "Received, not clicked"


def test_the_clickers_and_the_others_are_found_by_keyboard_alone(console):
    """Walk-through 4: who clicked, and who received and is not one of them."""
    page = console("/segments/new/")
    begin_by_keyboard(page, "Clickers", "clicked a link")
    type_choice(page, "Autumn", "clicked a link in “Autumn letter”")
    page.keyboard.press("Control+s")
    page.get_by_role("heading", name="Clickers", exact=True).wait_for()
    page.wait_for_load_state()
    for key, place in (("g", ""), ("s", "**/segments/"), ("n", "**/segments/new/")):
        page.keyboard.press(key)
        if place:
            page.wait_for_url(place)  # and until it is loaded

    begin_by_keyboard(page, RECEIVED, "received")
    reach(
        page, page.get_by_label("condition 1, Marketing email activity: more actions")
    )
    page.keyboard.press("c")
    expect(page.get_by_label("condition 2: filter by")).to_be_focused()
    spell(page, 2, "segment mem", "Segment membership")
    by_letters(page, "membership, how to compare", "is not")
    page.get_by_text("Not finished: choose at least one.").wait_for()
    type_choice(page, "Click", "is not a member of Clickers")
    page.keyboard.press("Control+s")
    page.get_by_role("heading", name=RECEIVED, exact=True).wait_for()
    clickers_and_others_are_right()


def begin_by_keyboard(page, name, operator):
    reach(page, page.get_by_label("Name", exact=True))
    page.keyboard.type(name)
    spell(page, 1, "activity", "Marketing email activity")
    by_letters(page, "activity, how to compare", operator)


def type_choice(page, text, told):
    reach(page, page.locator(".pick-many input").last)
    page.keyboard.type(text)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_text(told).first.wait_for()


def clickers_and_others_are_right():
    """Of the two who got the letter, one clicked."""
    clickers, others = Segment.objects.order_by("pk")
    assert [one.first_name for one in clickers.matching()] == ["Clara"]
    clickers.refresh()
    assert [one.first_name for one in others.matching()] == ["Otto"]


class Mouse:
    """The builder by mouse; without script each choice is followed by “Update”."""

    def __init__(self, page, script):
        self.page = page
        self.script = script

    def choose(self, label, text):
        self.page.get_by_label(label).last.select_option(label=text)
        self.update()

    def filter_by(self, number, field):
        filter_by(self.page, number, field, script=self.script)
        self.update()

    def update(self):
        if not self.script:
            row = self.page.locator(".cond").last
            row.get_by_role("button", name="Update").click()

    def pick(self, label, text):
        if not self.script:
            self.choose(label, text)
            return
        self.page.locator(".pick-many input").last.click()
        self.page.get_by_role("option", name=text).click()

    def begin(self, name, operator):
        self.page.get_by_label("Name", exact=True).fill(name)
        self.filter_by(1, "Marketing email activity")
        self.choose("activity, how to compare", operator)

    def save(self, name):
        self.page.get_by_role("button", name="Save segment").click()
        self.page.get_by_role("heading", name=name, exact=True).wait_for()


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_the_clickers_and_the_others_are_found_by_mouse(console, script):
    page = console("/segments/new/", java_script_enabled=script)
    mouse = Mouse(page, script)
    mouse.begin("Clickers", "clicked a link in")
    mouse.pick("which emails", "Autumn letter")
    page.get_by_text("clicked a link in “Autumn letter”").wait_for()
    mouse.save("Clickers")

    page.get_by_role("link", name="Segments").first.click()
    page.get_by_role("link", name="Create segment").click()
    mouse.begin(RECEIVED, "received")
    page.get_by_role("button", name="Add a condition to Group 1").click()
    mouse.filter_by(2, "Segment membership")
    mouse.choose("membership, how to compare", "is not a member of")
    mouse.pick("choose one or more", "Clickers")
    page.get_by_text("is not a member of Clickers").wait_for()
    mouse.save(RECEIVED)
    clickers_and_others_are_right()


def test_what_somebody_else_saved_is_shown_beside_ones_own(console, segment, axe):
    page = console(f"/segments/{segment.pk}/edit/")
    theirs = Segment.objects.get(pk=segment.pk)
    theirs.rules = group("any", RULES["rules"][0])
    assert theirs.save_rules(None, version=1)
    page.get_by_role("button", name="Save segment").click()
    page.get_by_text("saved this segment").wait_for()
    expect(page.get_by_text("Only in yours").nth(3)).to_be_attached()
    assert axe(page) == []
    page.get_by_role("button", name="Replace theirs with yours").click()
    page.locator("#sure").get_by_role("button", name="Save segment").click()
    page.get_by_role("heading", name=segment.name, exact=True).wait_for()
    assert len(Segment.objects.get(pk=segment.pk).rules["rules"]) == 2


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_before_a_segment_in_use_is_saved_it_is_told_what_changes(
    console, segment, axe, script
):
    page = console(f"/segments/{segment.pk}/edit/", java_script_enabled=script)
    page.get_by_label("Sends since last engagement: number").fill("40")
    page.get_by_role("button", name="Save segment").click()
    asked = page.get_by_role("dialog", name="Save a segment that is in use?")
    expect(asked).to_contain_text("from 5 to 0: 0 join, 5 leave")
    if script:
        assert axe(page) == []
        page.keyboard.press("Escape")
        expect(asked).to_be_hidden()
        page.keyboard.press("Control+s")
    asked.get_by_role("button", name="Save segment").click()
    page.get_by_role("heading", name=segment.name, exact=True).wait_for()
    assert Segment.objects.get(pk=segment.pk).version == 2
