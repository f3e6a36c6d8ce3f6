"""The whole loop on the real processes: sent, caught, read, clicked, bounced."""

import http.client
import re

import pytest
from django.conf import settings

from consent.models import Grant, Suppression
from consent.vocabulary import Grade, Reason
from contacts.models import Contact
from deliveries import audience
from deliveries.letters import Letter
from deliveries.models import CaughtMail, Delivery, Event, Verdict
from tests.factories import ContactFactory, MessageFactory, agree

pytestmark = pytest.mark.timeout(240)

SCREENS = [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]


@pytest.fixture
def message(live_stack):
    live_stack.use_catcher()
    live_stack.restart("worker", CLICK_SETTLE_SECONDS="3")
    message = MessageFactory(
        blocks=[
            {"id": "a", "kind": "text", "html": "<p>Do you still want our letter?</p>"},
            {"id": "b", "kind": "confirm", "label": "Yes, keep me", "url": ""},
            {"id": "c", "kind": "button", "label": "Shop", "url": "https://shop.test/"},
        ]
    )
    message.subscription_type.name = "The Letter"
    message.subscription_type.frequency = "once a month"
    message.subscription_type.save(update_fields=["name", "frequency"])
    return message


@pytest.fixture
def send(live_stack, message):
    """`send("ada")`: the message leaves for ada@people.example and the others."""

    def to(*names):
        for name in names:
            contact = ContactFactory(email=f"{name}@people.example")
            agree(contact, message.subscription_type)
        audience.fix(message, Contact.objects.all())
        settled = Delivery.objects.filter(settled_at__isnull=False)
        live_stack.wait_for(lambda: settled.count() == len(names), "the mails")

    return to


def state_of(name):
    return Delivery.objects.get(contact__email=f"{name}@people.example")


def test_a_reader_clicks_in_the_outbox_and_presses_the_button(
    live_stack, send, sign_in, new_page, axe
):
    send("ada")
    page = sign_in(new_page())
    page.goto(f"{live_stack.base_url}/outbox/")
    page.get_by_role("link", name="ada@people.example").click()
    assert axe(page) == []
    frame = page.frame_locator("iframe")
    with page.context.expect_page() as opened:
        frame.get_by_role("link", name="Yes, keep me").click()
    thanks = opened.value
    thanks.get_by_role("heading", name="One more step").wait_for()
    assert state_of("ada").confirmed_at is None
    thanks.wait_for_load_state()  # until its script sees the gesture
    thanks.get_by_role("button", name="Yes, keep me subscribed").click()
    thanks.get_by_role("heading", name="You stay subscribed").wait_for()
    assert state_of("ada").confirmed_at is not None
    assert Grant.objects.get().grade == Grade.RECONFIRMED


def test_without_script_the_press_counts_when_the_window_is_over(
    live_stack, send, new_page
):
    send("ada")
    page = new_page(java_script_enabled=False)
    page.goto(live_stack.base_url + link_of("ada", "Yes, keep me"))
    page.get_by_role("button").click()
    page.get_by_role("heading", name="Thanks, noted").wait_for()
    live_stack.wait_for(lambda: state_of("ada").confirmed_at, "the verdict")
    page.reload()
    page.get_by_role("heading", name="You stay subscribed").wait_for()


def test_a_scanner_that_runs_scripts_and_sends_the_form_confirms_nobody(
    live_stack, send, new_page
):
    send("ada")
    for method in ("HEAD", "GET"):
        for words in ("Yes, keep me", "Shop"):
            assert ask(live_stack, method, link_of("ada", words)) == 302
    page = new_page()
    page.goto(live_stack.base_url + link_of("ada", "Yes, keep me"))
    page.evaluate("document.querySelector('form').requestSubmit()")
    page.get_by_role("heading", name="Thanks, noted").wait_for()
    pending = Event.objects.filter(verdict=Verdict.PENDING)
    live_stack.wait_for(lambda: not pending.exists(), "the verdicts")
    delivery = state_of("ada")
    assert (delivery.confirmed_at, delivery.clicked_at) == (None, None)
    assert Grant.objects.get().grade == Grade.EVIDENCED


def test_what_bounces_and_complains_comes_back_and_is_acted_upon(live_stack, send):
    send("bounce-later", "bounce-hard", "complaint", "blocked")
    judged = Delivery.objects.exclude(bounce_category="")
    live_stack.wait_for(lambda: judged.count() == 3, "the bounces")
    complained = Suppression.objects.filter(reason=Reason.COMPLAINT)
    live_stack.wait_for(complained.exists, "the complaint")
    dead = Suppression.objects.filter(reason=Reason.DEAD_ADDRESS)
    assert sorted(dead.values_list("address__key", flat=True)) == [
        "bounce-hard@people.example",
        "bounce-later@people.example",
    ]
    assert state_of("blocked").bounce_kind == "block"
    assert state_of("bounce-later").delivered_at is None


@pytest.fixture
def look(live_stack, sign_in, new_page, axe):
    """`look(path)`: the accessibility rules broken there, on every kind of screen."""

    def broken(path):
        for width, scheme in SCREENS:
            page = sign_in(new_page(width=width, color_scheme=scheme))
            page.goto(live_stack.base_url + path)
            sideways = "document.documentElement.scrollWidth > innerWidth"
            assert not page.evaluate(sideways), path
            yield from axe(page)

    return lambda path: list(broken(path))


def test_the_pages_break_no_accessibility_rule(live_stack, send, look):
    send("ada")
    mail = CaughtMail.objects.get()
    confirm = ask_where(live_stack, link_of("ada", "Yes, keep me"))
    for path in (
        "/outbox/",
        "/outbox/?back=1",
        f"/outbox/{mail.pk}/",
        "/c/nonsense",
        confirm,
    ):
        assert look(path) == [], path


def link_of(name, words):
    """The path of the link with these words in the mail to `name`."""
    mail = CaughtMail.objects.get(recipient=f"{name}@people.example")
    found = re.findall(
        r'<a[^>]+href="([^"]+)"[^>]*>\s*(.*?)\s*</a>', html_of(mail), re.DOTALL
    )
    url = next(url for url, label in found if words in label)
    return url.removeprefix(settings.BASE_URL)


def html_of(mail):
    return Letter.of(bytes(mail.raw)).html


def ask(stack, method, path):
    return answer(stack, method, path).status


def ask_where(stack, path):
    return answer(stack, "GET", path).headers["Location"]


def answer(stack, method, path):
    connection = http.client.HTTPConnection("127.0.0.1", stack.stack.port)
    try:
        connection.request(method, path, headers={"User-Agent": "Mozilla/5.0"})
        return connection.getresponse()
    finally:
        connection.close()
