"""The report in Chromium: one person's steps, news of the list, the click map."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from campaigns.models import EmailState, MarketingEmail
from consent.models import Brand, ConsentText, SubscriptionType
from contacts.models import Contact
from deliveries import audience
from deliveries.links import public_url
from deliveries.models import Delivery, DeliveryState, Event, EventKind, Verdict
from deliveries.tokens import Purpose, Token
from tests.factories import ContactFactory, DeliveryFactory, agree

pytestmark = pytest.mark.browser

WORDS = (
    "Yes, send me the newsletter about once a month. I can stop it at any time with the"
    " link in each email."
)
BLOCKS = [
    {"id": "a", "kind": "heading", "text": "News of the autumn"},
    {
        "id": "b",
        "kind": "text",
        "html": '<p>The <a href="https://shop.example/boots">boots are back</a>, and'
        ' <a href="https://shop.example/hats">so are the hats</a>.</p>',
    },
    {
        "id": "c",
        "kind": "button",
        "label": "See everything",
        "url": "https://shop.example/",
    },
]
SCREENS = [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]


@pytest.fixture
def email(live_stack):
    """Being sent: Ada, who agreed, has it, Bea, who did not, is kept out, and
    the mail of Eve leaves tomorrow."""
    brand = Brand.objects.default()
    brand.legal_name, brand.postal_address = "Northwind Oy", "1 Example Street"
    brand.from_name, brand.from_email = "Northwind", "news@northwind.example"
    brand.save()
    kind = SubscriptionType.objects.default()
    ada, _ = (ContactFactory(first_name=name) for name in ("Ada", "Bea"))
    agree(ada, kind, text_id=ConsentText.of(WORDS).pk)
    draft = MarketingEmail.objects.create(
        name="News of the autumn",
        subject="News of the autumn",
        subscription_type=kind,
        from_name="Northwind",
        from_email="news@northwind.example",
        blocks=BLOCKS,
        created_by=live_stack.alice,
    )
    message = draft.freeze()
    message.save()
    audience.fix(message, Contact.objects.all())
    DeliveryFactory(
        message=message,
        contact=ContactFactory(first_name="Eve"),
        state=DeliveryState.QUEUED,
        delivered_at=None,
        due_at=timezone.now() + dt.timedelta(days=1),
    )
    MarketingEmail.objects.filter(pk=draft.pk).update(
        state=EmailState.SENDING, message=message, launched_at=timezone.now()
    )
    sent = Delivery.objects.filter(contact=ada)
    live_stack.wait_for(lambda: sent.filter(state="delivered").exists(), "sent")
    draft.refresh_from_db()
    return draft


def mail_of(email, name="Ada"):
    return Delivery.objects.get(message=email.message, contact__first_name=name)


@pytest.fixture
def clicked(email):
    """Ada followed two links, and a machine followed both."""
    mail = mail_of(email)
    for link in email.message.links.order_by("position"):
        for verdict in (Verdict.HUMAN, Verdict.MACHINE)[link.position % 2 :]:
            Event.objects.create(
                kind=EventKind.CLICK,
                delivery_id=mail.pk,
                message=email.message,
                address=mail.address,
                link=link,
                verdict=verdict,
                signals={"every_link": 5} if verdict == Verdict.MACHINE else {},
            )
    Delivery.objects.filter(pk=mail.pk).update(
        clicked_at=timezone.now(),
        put_off=[
            {
                "at": timezone.now().isoformat(),
                "code": 451,
                "enhanced": "4.7.1",
                "reply": "4.7.1 Greylisted, try again in five minutes",
            }
        ],
    )
    return email


@pytest.mark.parametrize("screen", SCREENS)
def test_no_page_breaks_an_accessibility_rule_or_scrolls_sideways(
    console, live_stack, look, clicked, screen
):
    email, (width, scheme) = clicked, screen
    page = console(f"/emails/{email.pk}/people/", width=width, color_scheme=scheme)
    page.locator("summary", has_text="accepted it").click()
    page.get_by_role("heading", name="Asked one by one").wait_for()
    look(page, "people-open")
    page.goto(f"{live_stack.base_url}/emails/{email.pk}/people/{mail_of(email).pk}/")
    look(page, "trace")
    page.goto(f"{live_stack.base_url}/emails/{email.pk}/")
    frame = page.frame_locator("#click-map iframe")
    page.locator("#click-map").scroll_into_view_if_needed()
    frame.get_by_text("1 person").first.wait_for()
    look(page, "click-map")
    page.goto(why_of(email, live_stack))
    look(page, "why")


def why_of(email, live_stack):
    mail = mail_of(email)
    kind = email.message.subscription_type_id
    token = Token(mail.message_id, mail.pk, mail.address_id, kind)
    path = public_url(token, Purpose.WHY).partition("/w/")[2]
    return f"{live_stack.base_url}/w/{path}"


def test_a_row_is_opened_by_keyboard_and_tells_every_step(console, clicked):
    page = console(f"/emails/{clicked.pk}/people/")
    row = page.locator("tr", has_text="Ada")
    row.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(row.get_by_text("Greylisted, try again")).to_be_visible()
    expect(row.get_by_text(WORDS)).to_be_visible()
    expect(row.get_by_text("Three links, or all there are").first).to_be_visible()


def test_the_steps_are_a_page_without_scripts(console, email):
    page = console(f"/emails/{email.pk}/people/", java_script_enabled=False)
    row = page.locator("tr", has_text="Bea")
    row.locator("summary").click()
    row.get_by_role("link", name="Every step").click()
    page.get_by_text("Kept out").wait_for()


def test_news_is_told_and_loaded_while_the_list_is_looked_at(console, email):
    page = console(f"/emails/{email.pk}/people/?group=delivered")
    told = page.get_by_role("status").filter(has_text="more")
    for _ in range(2):
        DeliveryFactory(
            message=email.message, contact=ContactFactory(first_name="Cleo")
        )
    expect(told).to_contain_text("2 more.")
    expect(page.locator("#group-delivered")).to_contain_text("3")
    assert page.locator("tr", has_text="Cleo").count() == 0
    told.get_by_role("link", name="Show").click()
    expect(page.locator("tr", has_text="Cleo")).to_have_count(2)


def test_a_number_that_is_drawn_anew_keeps_the_focus(console, email):
    page = console(f"/emails/{email.pk}/people/")
    page.locator("#group-delivered").focus()
    DeliveryFactory(
        message=email.message, state=DeliveryState.QUEUED, delivered_at=None
    )
    expect(page.locator("#news")).to_contain_text("1 more.")
    expect(page.locator("#group-delivered")).to_be_focused()


def test_the_page_behind_the_footer_needs_no_script(new_page, email, live_stack):
    page = new_page(java_script_enabled=False)
    page.goto(why_of(email, live_stack))
    expect(page.locator("blockquote")).to_have_text(WORDS)
    page.get_by_role("link", name="Choose what you get").click()
    expect(page.get_by_role("button", name="Save choices")).to_be_visible()
