"""What the builder tells in Chromium: saved or not, not counted, how far, who is in."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Job, JobState
from segments.builder import Tree
from segments.models import Segment
from segments.recipes import BY_KEY
from segments.tallying import request_tally
from segments.vocabulary import Vocabulary
from tests.factories import SegmentFactory

RECIPE = "/segments/new/?recipe=never-opened"
INES = "ines.duarte@people.example"
SCREENS = [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]


@pytest.fixture
def builder(console):
    """A saved segment in its builder."""
    segment = SegmentFactory(name="Silent", rules=BY_KEY["never-opened"].rules)
    return console(f"/segments/{segment.pk}/edit/")


def state(page):
    return page.locator("#saved [data-state]:visible")


def test_a_change_is_not_saved_yet_and_taking_it_back_makes_it_saved(builder):
    expect(state(builder)).to_have_text("Saved")
    builder.get_by_label("delivered: number").fill("4711")
    expect(state(builder)).to_have_text("Not saved yet")
    builder.get_by_text("(4,712 or more)").first.wait_for()
    builder.get_by_role("button", name="Undo").click()
    expect(state(builder)).to_have_text("Saved")


def test_typing_another_name_is_a_change(builder):
    builder.get_by_label("Name", exact=True).press_sequentially("!")
    expect(state(builder)).to_have_text("Not saved yet")


def test_choosing_what_to_look_at_is_no_change(builder):
    builder.get_by_role("button", name="Test a contact").click()
    builder.get_by_label("Email address of the contact").fill(INES)
    builder.keyboard.press("Enter")
    builder.get_by_text("Ines Duarte is not in").wait_for()
    assert state(builder).text_content() == "Saved"


def test_while_it_is_saved_it_says_so(builder):
    # held back here, so that the page stays to be looked at
    builder.evaluate("document.addEventListener('submit', (e) => e.preventDefault())")
    builder.get_by_role("button", name="Save segment").click()
    expect(state(builder)).to_have_text("Saving…")


@pytest.mark.parametrize("way", ["no answer", "an error"])
def test_what_cannot_be_counted_is_said_where_the_number_is(builder, axe, way):
    def fail(route):
        if way == "an error":
            route.fulfill(status=500, body="broken")
        else:
            route.abort()

    builder.route("**/edit/", fail)
    builder.get_by_label("Name", exact=True).fill("My own name")
    builder.get_by_label("delivered: number").fill("4711")
    expect(builder.get_by_text("Could not count.").first).to_be_visible()
    assert "Try again" in builder.locator("#status").inner_text()
    assert builder.locator(".toast").count() == 0
    assert axe(builder) == []
    builder.unroute("**/edit/")
    builder.get_by_role("button", name="Try again").click()
    builder.get_by_text("(4,712 or more)").first.wait_for()
    expect(builder.get_by_text("Could not count.").first).to_be_hidden()
    expect(builder.get_by_label("Name", exact=True)).to_have_value("My own name")


def test_a_page_whose_session_ended_keeps_what_was_typed(builder):
    builder.context.clear_cookies()
    builder.get_by_label("delivered: number").fill("4711")
    expect(builder.get_by_text("Could not count.").first).to_be_visible()
    expect(builder.get_by_label("delivered: number")).to_have_value("4711")


def test_a_contact_is_tested_by_keyboard_alone_and_focus_returns(console):
    page = console(RECIPE)
    opener = page.get_by_role("button", name="Test a contact")
    for _ in range(60):
        page.keyboard.press("Tab")
        if opener.evaluate("el => el === document.activeElement"):
            break
    page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog", name="Test a contact")
    expect(page.get_by_label("Email address of the contact")).to_be_focused()
    page.keyboard.type(INES)
    page.keyboard.press("Enter")
    expect(drawer).to_contain_text("Ines Duarte is not in")
    expect(page.get_by_label("Email address of the contact")).to_be_focused()
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(opener).to_be_focused()


def test_the_answer_follows_the_conditions(console):
    page = console(RECIPE)
    opener = page.get_by_role("button", name="Test a contact")
    opener.click()
    page.get_by_label("Email address of the contact").fill(INES)
    page.keyboard.press("Enter")
    page.get_by_text("Ines Duarte is not in").wait_for()
    page.get_by_role("button", name="Close").click()
    page.get_by_label("open date, how to compare").select_option(label="has a value")
    page.get_by_text("open date has a value").first.wait_for()
    opener.click()
    page.get_by_text("Ines Duarte is in, through Group 1").wait_for()


def test_without_script_a_contact_is_tested_in_a_card_of_the_page(console):
    page = console(RECIPE, java_script_enabled=False)
    page.get_by_role("link", name="Test a contact").click()
    page.get_by_label("Email address of the contact").fill(INES)
    page.get_by_role("button", name="Test", exact=True).click()
    page.get_by_text("Ines Duarte is not in").wait_for()
    expect(page.get_by_label("delivered: number")).to_have_value("11")


@pytest.fixture
def counting(live_stack):
    """A count that a worker has begun."""
    tree = Tree.of_rules(BY_KEY["never-opened"].rules, Vocabulary())
    job = request_tally(live_stack.alice, tree, None, "Never opened")
    job.resume |= {"found": 3120}
    job.state, job.done, job.total = JobState.RUNNING, 620_000, 1_000_000
    job.started_at = job.heartbeat_at = timezone.now()
    job.save()
    return job


def test_a_count_is_watched_in_the_builder_until_its_number_is_there(console, counting):
    page = console(f"/segments/new/?count={counting.pk}")
    expect(page.locator("#tally")).to_contain_text("62%")
    page.get_by_label("Name", exact=True).fill("Typed meanwhile")
    counting.finish(found=4_118)
    expect(page.locator(".big")).to_have_text("4,118")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Typed meanwhile")
    expect(page.locator("#status")).to_have_text("4,118 contacts match")


def test_a_count_is_stopped_from_the_builder(console, counting):
    page = console(f"/segments/new/?count={counting.pk}")
    page.get_by_role("button", name="Stop counting").click()
    expect(page.locator("#tally")).to_have_count(0)
    counting.refresh_from_db()
    assert counting.state == JobState.CANCELLED


def test_without_script_a_count_is_looked_at_again(console, counting):
    page = console(f"/segments/new/?count={counting.pk}", java_script_enabled=False)
    page.get_by_label("Name", exact=True).fill("Typed meanwhile")
    counting.finish(found=4_118)
    page.get_by_role("button", name="Look again").click()
    expect(page.locator(".big")).to_have_text("4,118")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Typed meanwhile")


@pytest.fixture
def filling(live_stack):
    """A segment that a worker has begun to fill."""
    segment = SegmentFactory(name="Never opened", kind="static", state="processing")
    job = segment.request_fill(live_stack.alice)
    job.state, job.done, job.total = JobState.RUNNING, 155_000, 250_000
    job.started_at = job.heartbeat_at = timezone.now()
    job.save()
    return segment


def filled(segment):
    Job.objects.get(resume__segment=segment.pk).finish(joined=250_000, left=0)
    Segment.objects.filter(pk=segment.pk).update(state="ready", size=250_000)


def test_the_list_tells_how_far_a_filling_is_until_it_is_there(console, filling):
    page = console()
    badge = page.locator(f"#state-{filling.pk}")
    expect(badge).to_have_text("Processing 62%")
    filled(filling)
    expect(badge).to_have_text("Static")
    expect(page.locator(f"#size-{filling.pk}")).to_have_text("250,000")


def test_the_page_of_a_segment_tells_how_far_its_filling_is(console, filling):
    page = console(f"/segments/{filling.pk}/")
    expect(page.locator("#progress")).to_have_text("Processing 62%")
    Job.objects.filter(resume__segment=filling.pk).update(done=200_000)
    expect(page.locator("#progress")).to_have_text("Processing 80%")
    filled(filling)
    expect(page.locator("#progress")).to_have_count(0)


@pytest.fixture
def states(counting, filling):
    return {
        "filling": f"/segments/{filling.pk}/",
        "filling-list": "/segments/",
        "counting": f"/segments/new/?count={counting.pk}",
        "count": f"/segments/counts/{counting.pk}/",
        "tested": RECIPE,
    }


@pytest.mark.parametrize("screen", SCREENS)
def test_no_state_breaks_an_accessibility_rule_or_scrolls_sideways(
    console, states, axe, screen, tmp_path
):
    width, scheme = screen
    for name, path in states.items():
        page = console(path, width=width, color_scheme=scheme)
        if name == "tested":
            page.get_by_role("button", name="Test a contact").click()
            page.get_by_label("Email address of the contact").fill(INES)
            page.keyboard.press("Enter")
            page.get_by_text("Ines Duarte is not in").wait_for()
        page.screenshot(path=tmp_path / f"{name}.png", full_page=name != "tested")
        assert axe(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth") == width, name
