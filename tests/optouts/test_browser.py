"""The ways out in Chromium on the real stack, with and without script."""

import pytest

from consent.models import SubscriptionType, Suppression
from deliveries.tokens import Purpose
from tests.factories import ContactFactory, make_address
from tests.optouts.conftest import token_of

LIST = """Name;E-Mail
Ana;ana@people.example
Ben;ben@people.example
Ana;ANA@people.example
Cid;none
"""
SCREENS = [
    pytest.param({"width": width, "height": 844, "color_scheme": scheme}, id=name)
    for width, scheme, name in (
        (1440, "light", "wide-light"),
        (1440, "dark", "wide-dark"),
        (390, "light", "phone-light"),
        (390, "dark", "phone-dark"),
    )
]


@pytest.fixture
def media():
    """The files of the running console stay where it looks for them."""


def press(page, name):
    page.get_by_role("button", name=name).click()


def upload(page):
    page.get_by_label("A file").set_input_files(
        {"name": "expo.csv", "mimeType": "text/csv", "buffer": LIST.encode()}
    )
    press(page, "Continue")


def confirm(page, number):
    page.get_by_label("To confirm").fill(number)
    press(page, "Opt out 2 addresses")


def run_through(page):
    upload(page)
    press(page, "Continue")
    confirm(page, "2")
    page.get_by_role("heading", name="What it did").wait_for()


@pytest.mark.parametrize("screen", SCREENS)
def test_the_wizard_on_every_screen(console, look, screen):
    ContactFactory(email="ana@people.example")
    page = console("/optouts/imports/new/", **screen)
    look(page, "1-upload")
    upload(page)
    look(page, "2-column")
    press(page, "Continue")
    confirm(page, "3")
    page.get_by_text("That’s 3. The file has 2 addresses.").first.wait_for()
    look(page, "3-review")
    confirm(page, "2")
    page.get_by_role("heading", name="What it did").wait_for()
    look(page, "4-result")


@pytest.mark.parametrize("screen", SCREENS)
def test_list_look_up_and_undo_on_every_screen(live_stack, console, look, screen):
    page = console("/optouts/imports/new/", **screen)
    run_through(page)
    for name, path in {
        "5-list": "imports/",
        "6-lookup": "?q=ana@people.example",
        "7-opt-out": "new/?address=new@x.example",
    }.items():
        page.goto(f"{live_stack.base_url}/optouts/{path}")
        look(page, name)
    page.goto(f"{live_stack.base_url}/optouts/imports/")
    page.get_by_role("link", name="expo.csv", exact=True).click()
    page.get_by_role("link", name="Undo this import").click()
    look(page, "8-undo")
    page.get_by_label("Why this import is undone").fill("Wrong file.")
    press(page, "Undo this import")
    page.get_by_text("2 opt-outs were lifted").wait_for()
    look(page, "9-undone")


def test_the_wizard_needs_no_script(console):
    run_through(console("/optouts/imports/new/", java_script_enabled=False))
    assert Suppression.objects.active().count() == 2


@pytest.mark.parametrize("screen", SCREENS)
def test_leaving_on_every_screen(live_stack, new_page, look, screen):
    kind = SubscriptionType.objects.default()
    token = token_of(make_address("ana@people.example"), kind)
    page = new_page(**screen)
    page.goto(f"{live_stack.base_url}/u/{token}")
    look(page, "a-unsubscribe")
    press(page, f"Stop “{kind}”")
    page.get_by_role("heading", name="You are unsubscribed").wait_for()
    look(page, "b-left")
    page.get_by_label("Too many emails").check()
    press(page, "Send")
    press(page, "Undo")
    page.get_by_text("Undone. Everything is as it was").wait_for()
    look(page, "c-undone")
    assert page.context.cookies() == []


@pytest.mark.parametrize("screen", SCREENS)
def test_choosing_on_every_screen(live_stack, new_page, look, screen):
    kind = SubscriptionType.objects.default()
    token = token_of(make_address("ana@people.example"), kind, Purpose.PREFERENCES)
    page = new_page(**screen)
    page.goto(f"{live_stack.base_url}/p/{token}")
    page.get_by_role("checkbox", name=str(kind)).check()
    press(page, "Save choices")
    look(page, "d-choices")
    press(page, "Unsubscribe from everything")
    page.get_by_text("You are unsubscribed from everything").wait_for()
    look(page, "e-nothing")
    assert page.context.cookies() == []
