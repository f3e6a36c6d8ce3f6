"""The pages of contacts by keys alone: where the keys lead is seen, and each thing that
a hand can do there is done."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import SavedView, User
from consent.models import SubscriptionType, Suppression
from consent.vocabulary import Reason
from contacts.models import Contact, PropertyDefinition
from tests.factories import ContactFactory, agree

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.timeout(600)]

MOST_KEYS = 120
# what is read aloud where the keys are
NAME = """(() => {
  const here = document.activeElement;
  const labels = [...(here.labels ?? [])].map((one) => one.innerText).join(" ");
  const told = here.getAttribute("aria-label") || labels || here.innerText || here.name;
  return (told || "").replace(/\\s+/g, " ").trim();
})()"""
# whether somebody who looks sees where that is: it is drawn, with an edge of its own
SEEN = """(() => {
  const here = document.activeElement, look = getComputedStyle(here);
  const box = here.getBoundingClientRect();
  const drawn = box.width > 0 && box.bottom > 0 && box.top < innerHeight;
  return drawn && (look.outlineStyle !== "none" || look.boxShadow !== "none");
})()"""
# how often a form is sent from now on
COUNT = "window.sent = 0; addEventListener('submit', () => { window.sent += 1; })"


class Keys:
    """Somebody without a mouse."""

    def __init__(self, page):
        self.page = page

    def to(self, name, back=False):
        """By Tab to what is called so, or begins so."""
        for _ in range(MOST_KEYS):
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
            if self.page.evaluate(NAME).startswith(name):
                assert self.page.evaluate(SEEN), f"Nobody sees where “{name}” is."
                return
        raise AssertionError(f"The keys never lead to “{name}”.")

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def write(self, text):
        self.page.keyboard.type(text)

    def follow(self, name):
        """Press what is called so, and wait for the page that comes."""
        self.to(name)
        with self.page.expect_navigation():
            self.press("Enter")
        self.ready()

    def ready(self):
        self.page.wait_for_load_state("load")


@pytest.fixture
def people(live_stack):
    """Ada may be mailed, Bea said no, Cyd never said anything."""
    kind = SubscriptionType.objects.default()
    ada, bea, cyd = (
        ContactFactory(first_name=name, last_name="Key", email=f"{name}@keys.example")
        for name in ("Ada", "Bea", "Cyd")
    )
    agree(ada, kind)
    agree(bea, kind)
    return ada, bea, cyd


@pytest.fixture
def at(console, people):
    """`at(path)`: the keys on that page."""

    def at(path):
        keys = Keys(console(path))
        keys.ready()
        return keys

    return at


LIST = reverse("contacts:list")


def test_the_list_is_searched_filtered_and_kept_as_a_view(at):
    keys = at(LIST)
    keys.press("/")
    keys.write("Key")
    with keys.page.expect_navigation():
        keys.press("Enter")
    keys.ready()
    keys.to("Can be emailed")
    # past “Yes”, which takes nobody away
    keys.page.evaluate(COUNT)
    keys.press("ArrowDown", "ArrowDown")
    assert keys.page.evaluate("window.sent") == 0
    with keys.page.expect_navigation(url="**answer=no**"):
        keys.press("Enter")
    keys.ready()
    expect(keys.page.get_by_role("link", name="Cyd Key")).to_be_visible()
    expect(keys.page.get_by_role("link", name="Ada Key")).to_have_count(0)
    keys.to("Name of this view")
    keys.write("Not by mail")
    keys.follow("Save view")
    assert "answer=no" in SavedView.objects.get(name="Not by mail").query
    keys = at(LIST)
    keys.follow("Not by mail")
    assert "answer=no" in keys.page.url


def test_a_select_that_is_left_sends_what_was_chosen(at):
    keys = at(LIST)
    keys.to("Can be emailed")
    keys.press("ArrowDown")
    with keys.page.expect_navigation(url="**answer=yes**"):
        keys.press("Tab")


def test_its_columns_are_chosen(at):
    keys = at(LIST)
    keys.to("Columns")
    keys.press("Enter")
    keys.to("Company")
    was = keys.page.get_by_role("columnheader", name="Company").count()
    keys.press("Space")
    keys.follow("Show these")
    shown = keys.page.get_by_role("columnheader", name="Company")
    expect(shown).to_have_count(1 - was)


def test_some_are_ticked_and_given_an_owner(at, people, live_stack):
    alice = User.objects.get(pk=live_stack.alice.pk)
    keys = at(LIST)
    for name in ("Ada Key", "Bea Key"):
        keys.to(f"Select {name}")
        keys.press("Space")
    expect(keys.page.get_by_text("2 selected")).to_be_visible()
    keys.to("Set the owner", back=True)
    with keys.page.expect_navigation():
        keys.press("Enter")
    keys.ready()
    keys.to("Owner")
    keys.write(str(alice)[:4])
    keys.follow("Next")
    keys.follow("Set the owner")
    live_stack.wait_for(
        lambda: Contact.objects.filter(owner=alice).count() == 2, "the owner of two"
    )


def test_on_a_record_she_is_opted_out_and_that_is_undone(at, people):
    ada = people[0]
    kind = SubscriptionType.objects.default()
    keys = at(ada.get_absolute_url())
    keys.follow(f"Opt out of {kind}")
    no = Suppression.objects.get(address=ada.address)
    assert (no.reason, no.subscription_type) == (Reason.STAFF_OPT_OUT, kind)
    keys.follow("Undo")
    assert not Suppression.objects.active().exists()


def test_its_timeline_is_filtered_and_its_menu_opened_and_closed(at, people):
    keys = at(people[0].get_absolute_url())
    keys.follow("Consent")
    expect(keys.page.locator("[aria-current=true]", has_text="Consent")).to_be_visible()
    expect(keys.page.get_by_text("Became a contact")).to_have_count(0)
    keys = at(people[0].get_absolute_url())
    keys.to("More actions")
    keys.press("Enter")
    keys.to("Merge with another")
    keys.press("Escape")
    expect(keys.page.get_by_text("Merge with another")).to_be_hidden()
    assert keys.page.evaluate(NAME) == "More actions"


def test_a_property_is_made_changed_and_archived(at):
    keys = at(reverse("contacts:properties"))
    keys.follow("New property")
    keys.to("Label")
    keys.write("Shoe size")
    keys.to("Kind")
    keys.write("Num")
    keys.follow("Save property")
    made = PropertyDefinition.objects.get(label="Shoe size")
    keys.follow("Shoe size")
    keys.to("Label")
    keys.press("Control+a")
    keys.write("Size of shoe")
    keys.follow("Save property")
    keys.follow("Archive")
    made.refresh_from_db()
    assert (made.label, bool(made.archived_at)) == ("Size of shoe", True)
