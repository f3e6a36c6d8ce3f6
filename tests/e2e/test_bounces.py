"""Mail to people who bounced before: from the report to the next send."""

import re

import pytest

from bounces.models import BouncePolicy, Release, Stance
from contacts.models import Contact
from tests.e2e.marketer import Marketer

pytestmark = pytest.mark.timeout(300)
FILE = "Email,First Name,Email hard bounce reason\n" + "".join(
    f"{name}@people.example,{name.title()},{reason}\n"
    for name, reason in {"ana": "POLICY", "ben": "MAILBOX_FULL", "eva": ""}.items()
)


@pytest.fixture
def marketer(live_stack, signed_in_page):
    return Marketer(live_stack, signed_in_page)


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

    marketer.go("/bounces/?tab=policy")
    assert axe(marketer.page) == []
    marketer.press("Ana")
    unbounce(marketer)
    marketer.go("/bounces/unbounced/")
    marketer.sees("Not mailed yet")

    second = marketer.write_email("Second", everybody)
    marketer.send(second, people=2)
    assert live_stack.sink.recipients.count("ana@people.example") == 1
    marketer.go("/bounces/unbounced/")
    marketer.sees("Delivered since")

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

    marketer.go(f"/emails/{email.pk}/people/?group=bounced")
    marketer.page.locator("details.said summary").first.click()
    marketer.sees("poor reputation")
    assert axe(marketer.page) == []
    marketer.press("Ana")
    unbounce(marketer)
    assert Release.objects.get().was == "POLICY"
    assert not blocked.exists()
