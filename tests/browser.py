"""Chromium for the tests: `page`, `signed_in_page` and `axe`.

Skipped with the reason where there is no browser; under CI that is a failure.
"""

import os
import pathlib
import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Error, expect, sync_playwright

# How long a page may take, in ms: another suite may keep this machine busy.
PATIENCE = 180_000
expect.set_options(timeout=PATIENCE)

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# While a page is still loading, this finds it. Whoever clicks then is quicker than the
# scripts of the page, which no test is about.
LOADING = """{
  query: () => document.readyState === "complete" ? null : document.documentElement,
  queryAll: () => document.readyState === "complete" ? [] : [document.documentElement],
}"""


def do_without(reason):
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def no_hurry(error):
    """Without what Chromium says when somebody goes on before a page has faded in."""
    return [] if error.startswith("Transition was ") else [error]


@pytest.fixture(scope="session")
def browser():
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        do_without("No Chromium on this machine (apt-get install chromium).")
    node = shutil.which("node")
    if node:  # the driver's own needs a library that small systems lack
        os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", node)
    try:
        chromium = Chromium(program)
    except (Error, OSError) as problem:
        do_without(f"Chromium could not be started: {problem}")
    yield chromium
    chromium.stop()


class Chromium:
    """One for all tests of a process; one that ended takes no other test with it."""

    def __init__(self, program):
        self.program = program
        self.start()

    def start(self):
        self.playwright = sync_playwright().start()
        self.playwright.selectors.register("loading", LOADING, content_script=True)
        self.running = self.playwright.chromium.launch(
            executable_path=self.program, args=ARGUMENTS
        )

    def stop(self):
        self.running.close()
        self.playwright.stop()

    def new_context(self, **options):
        if not self.running.is_connected():
            self.playwright.stop()
            self.start()
        return self.running.new_context(**options)


@pytest.fixture
def new_page(browser):
    """`new_page(width=390, color_scheme="dark", java_script_enabled=False, ...)`.

    A message of the content security policy or an error of a script fails the test.
    Clicks, fillings and expectations wait until the page is loaded; bare keys do not.
    """
    contexts, complaints = [], []

    def listen(message):
        if "Content Security Policy" in message.text:
            complaints.append(message.text)

    def make(width=1440, height=900, **options):
        viewport = {"width": width, "height": height}
        context = browser.new_context(viewport=viewport, **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        # once there is nothing to be done about it, it is waited for until it is over
        page.add_locator_handler(page.locator("loading=page"), lambda: None)
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.extend(no_hurry(str(error))))
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(new_page):
    return new_page()


@pytest.fixture
def sign_in(live_stack):
    """`sign_in(page, user)`: the session of Alice, or of `user`, without the form."""

    def put(page, user=None):
        visitor = Client()
        visitor.force_login(user or live_stack.alice)
        cookie = visitor.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies(
            [{"name": cookie.key, "value": cookie.value, "url": live_stack.base_url}]
        )
        return page

    return put


@pytest.fixture
def signed_in_page(sign_in, page):
    """A page of the live console, signed in as Alice."""
    return sign_in(page)


@pytest.fixture
def axe():
    """`axe(page)`: the accessibility rules this page breaks, as readable lines."""

    def run(page):
        options = {"runOnly": {"type": "tag", "values": RULES}}
        found = Axe().run(page, options=options).response["violations"]
        return [
            f"{broken['id']}: {node['target']} {node['failureSummary']}"
            for broken in found
            for node in broken["nodes"]
        ]

    return run


@pytest.fixture
def console(live_stack, sign_in, new_page):
    """`console(path, width=390, ...)`: a page of the live console."""

    def show(path, **screen):
        page = sign_in(new_page(**screen))
        page.goto(live_stack.base_url + path)
        return page

    return show


@pytest.fixture
def look(axe):
    """`look(page, name)`: nothing broken, nothing wider than the screen.

    A picture for people is kept where PICTURES names a folder.
    """

    def at(page, name):
        width = page.viewport_size["width"]
        if folder := os.environ.get("PICTURES"):
            dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
            file = f"{name}-{width}-{'dark' if dark else 'light'}.png"
            page.screenshot(path=pathlib.Path(folder) / file, full_page=True)
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    return at
