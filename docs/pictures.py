"""The pictures of the README, from a running console with an untouched demo.

.venv/bin/python docs/pictures.py http://127.0.0.1:8000 EMAIL PASSWORD

It does what the tour tells: it starts “Winter clean-up”, reads a mail in the Outbox,
confirms, opts out the silent of “Autumn clean-up”. Give it an installation to spend.
"""

import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).parent / "pictures"
LIST = b"Name,Email\nMika,mika.ali57@mail.example\nStranger,stranger@people.example\n"
TRIES = 60


class Tour:
    """One visitor in one window."""

    def __init__(self, browser: Browser, base: str) -> None:
        self.base = base
        self.browser = browser
        self.page = self.window()

    def window(self) -> Page:
        context = self.browser.new_context(
            viewport={"width": 1440, "height": 900}, reduced_motion="reduce"
        )
        return context.new_page()

    def go(self, path: str) -> None:
        self.page.goto(self.base + path)

    def follow(self, words: str) -> None:
        """A link or button of the main part that begins with these words."""
        main = self.page.get_by_role("main")
        name = re.compile("^" + re.escape(words))
        link = main.get_by_role("link", name=name)
        link.or_(main.get_by_role("button", name=name)).first.click()
        self.page.wait_for_load_state()

    def until(self, selector: str) -> None:
        """Load the page again until the background work shows there."""
        for _ in range(TRIES):
            if self.page.locator(selector).count():
                return
            self.page.wait_for_timeout(1_000)
            self.page.reload()
        sys.exit(f"{self.page.url} never showed {selector}.")

    def shoot(self, name: str) -> None:
        shoot(self.page, name)


def shoot(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)
    page.screenshot(path=FOLDER / f"{name}.png")


def dark(page: Page, name: str) -> None:
    page.emulate_media(color_scheme="dark")
    shoot(page, f"{name}-dark")
    page.emulate_media(color_scheme="light")


def phone(page: Page, name: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    shoot(page, f"{name}-phone")
    page.set_viewport_size({"width": 1440, "height": 900})


def sign_in(tour: Tour, email: str, password: str) -> None:
    tour.go("/")
    tour.page.fill("input[name=username]", email)
    tour.page.fill("input[name=password]", password)
    tour.page.press("input[name=password]", "Enter")
    tour.page.get_by_role("heading", name="Overview").wait_for()


def overview(tour: Tour) -> None:
    tour.go("/")
    tour.page.get_by_text("Counted").first.wait_for()
    tour.shoot("overview")
    dark(tour.page, "overview")


def segment(tour: Tour) -> None:
    tour.go("/segments/")
    tour.follow("Never opened, more than 11 emails")
    tour.follow("Edit")
    tour.shoot("segment")


def campaign(tour: Tour) -> None:
    """Start the drafted campaign; its first mails leave half a minute later."""
    tour.go("/reengagement/")
    tour.shoot("campaigns")
    tour.follow("Winter clean-up")
    tour.follow("Continue")
    tour.follow("Email 1")
    tour.shoot("email")
    tour.follow("Back to the campaign")
    for _ in range(TRIES):
        if tour.page.get_by_role("button", name="Start campaign").count():
            break
        tour.follow("Continue")
    tour.shoot("check")
    tour.follow("Start campaign")


def review(tour: Tour) -> None:
    """The waiting time of this one has run out."""
    tour.go("/reengagement/")
    tour.follow("Autumn clean-up")
    tour.shoot("timeline")
    phone(tour.page, "timeline")
    dark(tour.page, "timeline")
    tour.follow("Review the silent")
    tour.shoot("silent")
    label = tour.page.get_by_label(re.compile("^Type .* to confirm"))
    label.fill(re.sub(r"\D", "", tour.page.locator("h1 + .num").inner_text()))
    tour.follow("Opt out ")
    tour.until("text=people were opted out")
    tour.shoot("result")


def opt_outs(tour: Tour) -> None:
    tour.go("/optouts/imports/new/")
    upload = {"name": "old-opt-outs.csv", "mimeType": "text/csv", "buffer": LIST}
    tour.page.locator("input[type=file]").set_input_files(upload)  # type: ignore[arg-type]
    tour.follow("Continue")
    tour.follow("Continue")
    tour.until("main input[name=number]")
    tour.page.fill("main input[name=number]", "2")
    tour.shoot("opt-outs")
    tour.follow("Opt out ")


def record(tour: Tour) -> None:
    """Somebody who was opted out just now: can we email her, and why not."""
    tour.go("/contacts/?q=priya.berg62@post.example")
    tour.page.locator("main tbody a").first.click()
    tour.page.get_by_text("Can we email").wait_for()
    tour.shoot("contact")


def outbox(tour: Tour) -> None:
    """The mail, and the reader's side of it in a window that is not signed in."""
    # the demo's sign-ups have mail there as well
    asked = "main tbody tr:not(:has-text('Please confirm')) a"
    tour.go("/outbox/")
    tour.until(asked)
    tour.page.locator(asked).first.click()
    tour.shoot("mail")
    reader = tour.window()
    reader.goto(link(tour.page, "/c/"))
    phone(reader, "confirm")
    reader.wait_for_timeout(2_000)  # machines are quicker
    reader.get_by_role("button", name="keep me subscribed").click()
    reader.get_by_text("You stay subscribed").wait_for()
    shoot(reader, "thanks")
    reader.goto(link(tour.page, "/u/"))
    shoot(reader, "unsubscribe")


def link(page: Page, part: str) -> str:
    """The first address in the mail that leads to our `part`."""
    found = re.search(r"https?://[^\s\"'<>]+" + part + r"[^\s\"'<>&]+", page.content())
    if found is None:
        sys.exit(f"The mail has no link to {part}.")
    return found.group()


STOPS: tuple[Callable[[Tour], None], ...] = (
    overview,
    segment,
    campaign,
    review,
    opt_outs,
    record,
    outbox,
)


def main(base: str, email: str, password: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    node, program = shutil.which("node"), shutil.which("chromium")
    if node:  # the driver's own needs a library that small systems lack
        os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", node)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        tour = Tour(browser, base.rstrip("/"))
        sign_in(tour, email, password)
        for stop in STOPS:
            stop(tour)
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:4])
