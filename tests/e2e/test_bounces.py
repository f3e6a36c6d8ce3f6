"""Mail to people who bounced before: from the report to the next send."""

import datetime as dt
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Job
from accounts.roles import Role
from bounces import global_blocks, judging
from bounces.models import Bounce, BouncePolicy, Change, Release, Stance, Way
from consent.addresses import parse
from consent.models import SubscriptionType, Suppression
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from contacts.models import Contact
from deliveries import magic
from deliveries.models import DeliveryState
from deliveries.tokens import Purpose, Token, sign
from tests.e2e.marketer import Marketer
from tests.factories import ContactFactory, DeliveryFactory, UserFactory, agree

pytestmark = pytest.mark.timeout(900)
FILE = "Email,First Name,Email hard bounce reason\n" + "".join(
    f"{name}@people.example,{name.title()},{reason}\n"
    for name, reason in {"ana": "POLICY", "ben": "MAILBOX_FULL", "eva": ""}.items()
)


@pytest.fixture
def marketer(live_stack, signed_in_page):
    return Marketer(live_stack, signed_in_page)


def downloaded(marketer, words):
    """The text of the file behind the link that begins with these words."""
    with marketer.page.expect_download() as file:
        marketer.page.get_by_role("link", name=re.compile(f"^{words}")).click()
    return Path(file.value.path()).read_text("utf-8-sig")


TABS = "Bounces by what can be done"


def audits(marketer, email):
    """From the first page to who bounced in the report of an email, click by click."""
    marketer.go("/")
    marketer.open("Marketing emails")
    marketer.turn_to("States", "Sent")
    marketer.press(email.name)
    marketer.turn_to("Report", "Recipients")
    marketer.turn_to("Recipient groups", "Bounced")


def expands_the_reason(marketer, words):
    said = marketer.page.get_by_role("main").locator(".code")
    expect(said).not_to_be_visible()
    marketer.page.locator("details.said summary").click()
    expect(said).to_contain_text(words)


def looks_at_the_unbounced(marketer):
    marketer.open("Bounce audit")
    marketer.turn_to(TABS, "Unbounced")


def unbounce(marketer):
    """The dialog on the record, as far as it goes without a mistake."""
    page = marketer.page
    marketer.press("Unbounce")
    box = page.get_by_role("dialog")
    box.get_by_label("Their IT team allowed our sending address").check()
    box.get_by_label("Note for the log").fill("Ticket 48213")
    box.get_by_label("I can confirm that this email address is correct").check()
    box.get_by_role("button", name="Unbounce this contact").click()
    marketer.sees("They can be mailed from the next send on")


def test_imported_reasons_from_the_audit_to_the_next_send(
    live_stack, marketer, tmp_path, axe
):
    file = tmp_path / "customers.csv"
    file.write_text(FILE)
    marketer.set_brand()
    marketer.import_contacts(file, rows=3)
    everybody = marketer.make_segment(
        "Everybody", [("email", "contains", "people.example")]
    )
    first = marketer.write_email("First", everybody)
    marketer.send(first, people=1)
    assert live_stack.sink.recipients == ["eva@people.example"]

    both_are_known_as_bounced(marketer, first)
    marketer.open("Bounce audit")
    marketer.turn_to(TABS, "Policy")
    assert axe(marketer.page) == []
    marketer.press("Ana")
    unbounce(marketer)
    looks_at_the_unbounced(marketer)
    marketer.sees("Not mailed yet")

    second = marketer.write_email("Second", everybody)
    marketer.send(second, people=2)
    assert live_stack.sink.recipients.count("ana@people.example") == 1
    looks_at_the_unbounced(marketer)
    marketer.sees("Delivered since")

    ben_stays_blocked(marketer)


def both_are_known_as_bounced(marketer, email):
    """In the report of the email, and as the filter of a segment."""
    marketer.go(f"/emails/{email.pk}/people/?group=not_sent")
    for name in ("ana", "ben"):
        marketer.sees(f"{name}@people.example")
    bounced = marketer.make_segment("Bounced", [("hard_bounce_reason", "known", None)])
    assert set(bounced.members().values_list("first_name", flat=True)) == {"Ana", "Ben"}


def ben_stays_blocked(marketer):
    ben = Contact.objects.get(email="ben@people.example")
    marketer.go(f"/bounces/unbounce/{ben.pk}/")
    marketer.sees("cannot be unbounced")
    marketer.sees("Ask the person for another address")
    assert not marketer.page.get_by_role("button", name=re.compile("^Unbounce")).count()


def test_the_strict_switch_from_the_report_of_an_email_to_the_unbounce(
    live_stack, marketer, tmp_path, axe
):
    BouncePolicy.objects.update_or_create(id=1, defaults={"stance": Stance.STRICT})
    live_stack.use_catcher()
    file = tmp_path / "customers.csv"
    file.write_text("Email,First Name\nblocked-ana@people.example,Ana\n")
    marketer.set_brand()
    marketer.import_contacts(file, rows=1)
    everybody = marketer.make_segment(
        "Everybody", [("email", "contains", "people.example")]
    )
    email = marketer.write_email("First", everybody)
    marketer.send(email, people=1)
    blocked = Contact.objects.exclude(hard_bounce_reason="")
    live_stack.wait_for(blocked.exists, "the judgement")

    audits(marketer, email)
    expands_the_reason(marketer, "poor reputation")
    assert axe(marketer.page) == []
    assert "poor reputation" in downloaded(marketer, "Export")
    marketer.press("Ana")
    unbounce(marketer)
    assert Release.objects.get().was == "POLICY"
    assert not blocked.exists()

    again = marketer.write_email("Second", everybody)
    marketer.send(again, people=1)
    live_stack.wait_for(blocked.exists, "the second judgement")
    is_blocked_for_good(marketer, blocked.get())


def is_blocked_for_good(marketer, contact):
    looks_at_the_unbounced(marketer)
    marketer.sees("Bounced again, for good")
    marketer.go(f"/bounces/unbounce/{contact.pk}/")
    marketer.sees("unbounced once already")


def failed_before(contact, days):
    """Mails that came back so many days ago."""
    for number in days:
        DeliveryFactory(
            contact=contact,
            state=DeliveryState.REFUSED,
            delivered_at=None,
            started_at=timezone.now() - dt.timedelta(days=number),
            smtp_code=450,
            enhanced_code="4.2.1",
            reply="450 4.2.1 the mailbox is disabled at the moment",
        )
    judging.judge_refusals()


def test_repeated_soft_bounces_block_and_an_unbounce_begins_anew(
    live_stack, marketer, tmp_path
):
    file = tmp_path / "customers.csv"
    file.write_text("Email,First Name\nana@people.example,Ana\n")
    marketer.set_brand()
    marketer.import_contacts(file, rows=1)
    everybody = marketer.make_segment(
        "Everybody", [("email", "contains", "people.example")]
    )
    ana = Contact.objects.get(email="ana@people.example")
    failed_before(ana, [40, 30, 20, 10])
    assert Contact.objects.filter(hard_bounce_reason="").exists()

    live_stack.sink.answers["ana@people.example"] = "552 5.2.1 mailbox is disabled"
    first = marketer.write_email("First", everybody)
    marketer.send(first, people=1)
    blocked = Contact.objects.filter(hard_bounce_reason="OTHER")
    live_stack.wait_for(blocked.exists, "the judgement")
    audits(marketer, first)
    marketer.page.locator("details.said summary").press("Enter")
    marketer.sees("mailbox is disabled")

    live_stack.sink.answers.clear()
    marketer.open("Bounce audit")
    marketer.turn_to(TABS, "Other")
    marketer.press("Ana")
    unbounce(marketer)
    second = marketer.write_email("Second", everybody)
    marketer.send(second, people=1)
    assert live_stack.sink.recipients.count("ana@people.example") == 1
    assert not blocked.exists()


def blocked_for(reason, name, domain="people.example"):
    contact = ContactFactory(
        email=f"{name.lower()}@{domain}", first_name=name, hard_bounce_reason=reason
    )
    act = Act(action=Action.SUPPRESSED, mechanism=Mechanism.IMPORT, actor=Actor.IMPORT)
    ids = [contact.address_id]
    Suppression.objects.suppress(ids, Reason.IMPORTED_BOUNCE, act)
    return contact


def use_up(count, user):
    """The unbounces of this month, but for the last ones."""
    Release.objects.bulk_create(
        Release(
            address=ContactFactory().address,
            way=Way.PERSON,
            user=user,
            was="POLICY",
            change=Change.ALLOWED,
            note="Ticket 1",
        )
        for _ in range(count)
    )


def answer(page):
    """The question before an unbounce, but for the button."""
    page.get_by_label("Their IT team allowed our sending address").check()
    page.get_by_label("Note for the log").fill("Ticket 48213")
    page.get_by_label("I can confirm that this email address is correct").check()


def test_of_two_users_one_gets_the_last_unbounce_and_the_other_a_sentence(
    live_stack, marketer, new_page, sign_in
):
    marketer.set_brand()
    bob = UserFactory(role=Role.ADMIN)
    use_up(9, bob)
    pages = [marketer.page, sign_in(new_page(), bob)]
    for page, name in zip(pages, ("Ana", "Ben"), strict=True):
        contact = blocked_for("POLICY", name)
        page.goto(f"{live_stack.base_url}/bounces/unbounce/{contact.pk}/")
        answer(page)
    for page in pages:  # both questions are open and answered
        page.get_by_role("button", name="Unbounce this contact").click()
    first, second = (page.get_by_role("main") for page in pages)
    expect(second).to_contain_text("All 10 unbounces")
    expect(second).to_contain_text("sign up again with a form")
    expect(first).to_contain_text("They can be mailed from the next send on")
    expect(first).not_to_contain_text("All 10 unbounces")
    assert Release.objects.count() == 10


def test_what_is_refused_says_why_and_what_else_can_be_done(
    live_stack, marketer, new_page, sign_in
):
    ana = blocked_for("POLICY", "Ana")
    where = f"/bounces/unbounce/{ana.pk}/"
    marketer.go(where)
    marketer.sees("No email sending domain is connected")
    marketer.set_brand()
    marketer.go(where)
    page = marketer.page
    page.get_by_label("Note for the log").fill("Ticket 48213")
    page.locator("main form").first.evaluate("form => form.noValidate = true")
    page.get_by_role("button", name="Unbounce this contact").click()
    marketer.sees("Tick this when you are sure")
    assert not Release.objects.exists()

    clerk = sign_in(new_page(), UserFactory())
    clerk.goto(live_stack.base_url + where)
    clerk.get_by_text("You may not open this page").wait_for()

    global_blocks.add([parse("ana@people.example")], live_stack.alice, "Their lawyer")
    marketer.go(where)
    marketer.sees("stands on the list of global blocks")

    for reason, words in (
        ("UNKNOWN_USER", "says that there is no such mailbox"),
        ("MAILBOX_FULL", "is most likely abandoned"),
    ):
        lost = blocked_for(reason, reason.lower())
        marketer.go(f"/bounces/unbounce/{lost.pk}/")
        marketer.sees(words)
        assert not page.get_by_role("button", name=re.compile("^Unbounce")).count()


def test_a_report_is_brought_as_a_file_and_who_bounced_leaves_as_one(
    live_stack, marketer, tmp_path, axe
):
    mail = DeliveryFactory(contact=ContactFactory(email="ana@people.example"))
    token = Token(mail.message_id, mail.pk, mail.address_id)
    path = f"b-{sign(token, Purpose.RETURN_PATH)}@{settings.BOUNCE_DOMAIN}"
    report = tmp_path / "returned.eml"
    report.write_bytes(
        magic.bounce(b"Subject: Hi\r\n\r\nHello", path, "ana@people.example")
    )
    marketer.go("/bounces/")
    marketer.press("Reports")
    marketer.page.locator("input[type=file]").set_input_files(report)
    marketer.press("Read them")
    marketer.sees("1 read: 1 acted upon.")
    assert axe(marketer.page) == []

    marketer.go("/bounces/")
    marketer.press("Export")
    marketer.press("Export")  # all the groups, as proposed
    marketer.sees("The file is ready")
    assert axe(marketer.page) == []
    head, row = downloaded(marketer, "Download").splitlines()
    assert head.startswith("Email,Portal Bounce,Portal Unsubscribe,Portal Spam Report")
    assert row.startswith("ana@people.example,UNKNOWN_USER,FALSE,FALSE,FALSE")


def test_a_rule_is_corrected_and_who_was_lost_comes_back(live_stack, marketer, axe):
    ana = ContactFactory(email="ana@people.example", first_name="Ana")
    agree(ana, SubscriptionType.objects.default())
    DeliveryFactory(
        contact=ana,
        state=DeliveryState.REFUSED,
        delivered_at=None,
        smtp_code=550,
        enhanced_code="5.1.1",
        reply="550 5.1.1 no such person here",
    )
    judging.judge_refusals()
    rule = Bounce.objects.get().rule
    marketer.go(f"/bounces/rules/{rule}/")
    assert axe(marketer.page) == []
    marketer.page.get_by_label("What does it mean here?").select_option("policy")
    marketer.page.get_by_label("Why?").fill("Their IT told us")
    marketer.press("Save rule")
    marketer.press("Judge old bounces")
    done = Job.objects.filter(state="done", kind="rejudge_bounces")
    live_stack.wait_for(done.exists, "the job")
    marketer.go("/bounces/rescue/")
    marketer.sees("would not be blocked today")
    assert axe(marketer.page) == []
    marketer.page.get_by_role("button", name="Release ana@people.example").click()
    marketer.sees("Judged anew")
    ana.refresh_from_db()
    assert ana.hard_bounce_reason == ""


def test_on_a_phone_the_tab_of_the_page_is_in_view(live_stack, sign_in, new_page):
    page = sign_in(new_page(width=390))
    page.goto(f"{live_stack.base_url}/bounces/incidents/")
    tab = page.locator(".tabs [aria-current]").bounding_box()
    assert tab["x"] >= 0
    assert tab["x"] + tab["width"] <= 390
