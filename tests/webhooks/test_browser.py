"""The pages of webhooks in Chromium, on wide and narrow screens, light and dark.

`PICTURES=folder`: a picture of each is kept there.
"""

import os
import pathlib

import pytest

from tests.receiver import Receiver
from tests.webhooks.conftest import add_endpoint, to_send
from webhooks.delivering import deliver
from webhooks.models.endpoint import SILENT

SCREENS = [
    {"width": 1440, "color_scheme": "light"},
    {"width": 390, "height": 844, "color_scheme": "dark"},
]
WHOLE = "document.documentElement.scrollWidth"


@pytest.fixture
def look(axe):
    """Accessible, nothing beyond the edge, and a picture for who wants one."""

    def at(page, name):
        width = page.viewport_size["width"]
        if folder := os.environ.get("PICTURES"):
            page.screenshot(
                path=pathlib.Path(folder) / f"{name}-{width}.png", full_page=True
            )
        assert axe(page) == []
        assert page.evaluate(WHOLE) <= width

    return at


@pytest.fixture
def crm(live_stack, internal):
    """It took one event, refused another, and was paused for it."""
    with Receiver() as receiver:
        endpoint, _ = add_endpoint(receiver.url, by=live_stack.alice)
        to_send(endpoint, 1)
        deliver(endpoint.pk)
        receiver.say(500, b'{"error": "The queue is full."}')
        to_send(endpoint, 1)
        deliver(endpoint.pk)
    endpoint.pause(SILENT)
    return endpoint


@pytest.fixture
def open_page(live_stack, sign_in, new_page):
    def opened(path, **screen):
        page = sign_in(new_page(**screen))
        page.goto(live_stack.base_url + path)
        return page

    return opened


@pytest.mark.parametrize("screen", SCREENS)
def test_a_webhook_on_every_screen(live_stack, crm, open_page, look, screen):
    page = open_page("/settings/webhooks/", **screen)
    look(page, "1-list")
    page.get_by_role("link", name="CRM", exact=True).click()
    look(page, "2-log")
    page.get_by_role("link", name="webhook.test").first.click()
    look(page, "3-event")
    for number, part in enumerate(("again", "secret", "remove", "edit"), 4):
        page.goto(f"{live_stack.base_url}{crm.get_absolute_url()}{part}/")
        look(page, f"{number}-{part}")


def test_a_webhook_is_added_without_script(open_page, look):
    page = open_page("/settings/webhooks/new/", java_script_enabled=False)
    page.get_by_label("Name", exact=True).fill("Shop")
    page.get_by_label("Address", exact=True).fill("https://shop.example/listwell")
    page.get_by_label("opt_out.created").check()
    page.get_by_role("button", name="Add the webhook").click()
    page.get_by_text("Copy the secret now.").wait_for()
    page.get_by_role("link", name="I have copied it").click()
    page.get_by_role("button", name="Send a test").click()
    page.get_by_text("The test is on its way.").wait_for()
