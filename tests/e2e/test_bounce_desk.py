"""The bounce audit by mouse, by keyboard and without scripts."""

import re

import pytest
from playwright.sync_api import expect

from accounts.saved_views import SavedView
from bounces.models import Release
from tests.e2e.marketer import Marketer
from tests.e2e.test_bounces import TABS, blocked_for, downloaded
from tests.factories import BrandFactory

pytestmark = pytest.mark.timeout(900)
AT_GMAIL = ("Ada", "Bea")


@pytest.fixture
def desk(live_stack, sign_in, new_page):
    """`desk(width=390)`: a marketer before the audit, with three blocked for policy."""
    BrandFactory()
    for name in AT_GMAIL:
        blocked_for("POLICY", name, "gmail.com")
    blocked_for("POLICY", "Cid", "firm.example")

    def show(**screen):
        marketer = Marketer(live_stack, sign_in(new_page(**screen)))
        marketer.go("/bounces/?tab=policy")
        return marketer

    return show


def is_shown(marketer, *names):
    """These people and nobody else are in the table."""
    people = marketer.page.locator("tbody .who a")
    expect(people).to_have_text([re.compile(name) for name in names])


def names_it(marketer, name):
    """What is shown now is kept under this name."""
    marketer.page.get_by_label("Name of this view").fill(name)
    marketer.press("Save view")
    marketer.sees(f"Saved the view “{name}”")


def test_what_was_narrowed_is_kept_by_name_and_found_again(desk, axe):
    marketer = desk()
    provider = marketer.page.get_by_label("Mailbox provider")
    provider.select_option("gmail")
    is_shown(marketer, "Bea", "Ada")
    names_it(marketer, "Policy at Gmail")
    assert axe(marketer.page) == []
    marketer.press("Clear filters")
    is_shown(marketer, "Cid", "Bea", "Ada")
    marketer.press("Policy at Gmail")
    is_shown(marketer, "Bea", "Ada")
    expect(provider).to_have_value("gmail")
    marketer.press("Forget “Policy at Gmail”")
    marketer.sees("Forgot the view")
    assert not SavedView.objects.exists()


def test_a_group_leads_to_its_people(desk, axe):
    marketer = desk()
    marketer.press("By domain")
    assert axe(marketer.page) == []
    bars = marketer.page.get_by_role("main").get_by_role("link")
    bars.filter(has_text="firm.example").first.click()
    is_shown(marketer, "Cid")
    marketer.press("Clear filters")
    is_shown(marketer, "Cid", "Bea", "Ada")


def gives_all_back(marketer):
    """The question about those that are ticked, answered."""
    page = marketer.page
    page.get_by_label("Their IT team allowed our sending address").check()
    page.get_by_label("Note for the log").fill("Ticket 48213")
    page.get_by_label("I can confirm that these email addresses are correct").check()
    page.get_by_label("Type 2 to unbounce that many").fill("2")
    page.get_by_role("button", name="Unbounce 2", exact=True).press("Enter")
    marketer.sees("Unbounced 2 of 2.")
    assert Release.objects.count() == 2


def test_several_are_given_back_at_once_by_keyboard(desk, axe):
    marketer = desk()
    page = marketer.page
    for name in AT_GMAIL:
        page.get_by_role("checkbox", name=f"Select {name}").press("Space")
    expect(page.get_by_text("2 selected")).to_be_visible()
    page.get_by_role("button", name="Unbounce them…").press("Enter")
    assert axe(page) == []
    gives_all_back(marketer)
    assert axe(page) == []


def test_all_of_it_works_without_scripts(desk):
    marketer = desk(java_script_enabled=False)
    page = marketer.page
    page.get_by_label("Mailbox provider").select_option("gmail")
    marketer.press("Apply")
    is_shown(marketer, "Bea", "Ada")
    names_it(marketer, "Policy at Gmail")
    for name in AT_GMAIL:
        page.get_by_role("checkbox", name=f"Select {name}").check()
    marketer.press("Unbounce them…")
    gives_all_back(marketer)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_it_breaks_no_rule_and_scrolls_in_one_direction(desk, axe, scheme):
    marketer = desk(width=390, height=844, color_scheme=scheme)
    marketer.page.get_by_role("checkbox", name="Select Ada").check()
    assert axe(marketer.page) == []
    assert marketer.page.evaluate("document.documentElement.scrollWidth") == 390


def test_who_bounced_leaves_as_a_file_from_here(desk):
    marketer = desk()
    marketer.turn_to(TABS, "Policy")
    marketer.press("Export")
    marketer.press("Export")  # all the groups, as proposed
    marketer.sees("The file is ready")
    lines = downloaded(marketer, "Download").splitlines()
    assert sorted(line.split(",")[0] for line in lines[1:]) == [
        *("ada@gmail.com", "bea@gmail.com", "cid@firm.example"),
    ]
