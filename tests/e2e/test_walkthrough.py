"""The whole re-engagement, from a file of contacts to "she cannot be mailed".

A marketer does it, after an administrator said who writes; a hygiene manager takes it
back. Only the days of waiting for an answer are moved in the database.
"""

import pytest
from django.contrib.auth.hashers import make_password

from accounts.models import User
from accounts.roles import Role
from contacts.models import Contact
from deliveries.models import Delivery
from reengagement.models import Campaign
from tests.e2e.marketer import Marketer, links_in, time_passes
from tests.factories import UserFactory
from tests.people import PASSWORD

pytestmark = pytest.mark.timeout(900)

ROWS = """\
Email,First Name,Marketing emails delivered,Last marketing email open date,\
Unsubscribed from all email
stays@people.example,Ana,14,,
silent@people.example,Ben,15,,
gone@people.example,Carla,16,,TRUE
few@people.example,Dan,5,,
reader@people.example,Eva,20,2026-11-01,
"""
EVERYBODY = [("email", "contains", "people.example")]
WHO_UNDOES = "A hygiene manager or an administrator can"


@pytest.fixture
def marketer(live_stack, signed_in_page, new_page):
    """She signs in herself, once Alice has set the brand up."""
    Marketer(live_stack, signed_in_page).set_brand()
    user = UserFactory(role=Role.MARKETER)
    password = make_password(PASSWORD, hasher="argon2")
    User.objects.filter(pk=user.pk).update(password=password)
    someone = Marketer(live_stack, new_page())
    someone.sign_in(user.email, PASSWORD)
    return someone


@pytest.fixture
def hygiene_manager(live_stack, sign_in, new_page):
    user = UserFactory(role=Role.HYGIENE)
    return Marketer(live_stack, sign_in(new_page(), user))


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "customers.csv"
    path.write_text(ROWS)
    return path


def test_the_manual_way(live_stack, marketer, new_page, file, tmp_path):
    marketer.import_contacts(file, rows=5)
    quiet = marketer.make_segment(
        "Gone quiet",
        [
            ("last_opened_at", "unknown", None),
            ("delivered", "greater", "11"),
        ],
    )
    assert quiet.size == 3

    email = marketer.write_email("Do you still want our emails?", quiet)
    marketer.send(email, people=2, patiently=True)
    assert sorted(live_stack.sink.recipients) == [
        "silent@people.example",
        "stays@people.example",
    ]

    confirm(live_stack, new_page(), "stays@people.example")

    unanswered = marketer.make_segment(
        "Did not click",
        [("email_event", "sent_but_not_clicked", None)],
    )
    assert unanswered.size == 1
    marketer.go(f"/segments/{unanswered.pk}/")
    exported = export(marketer, tmp_path)
    marketer.import_opt_outs(exported, addresses=1)
    marketer.sees(f"{WHO_UNDOES} undo it until")

    # whoever confirmed has opened: she is in no segment of the silent any more
    everybody = marketer.make_segment("Everybody", EVERYBODY)
    again = marketer.write_email("One more", everybody)
    marketer.send(again, people=3)
    assert live_stack.sink.recipients.count("silent@people.example") == 1
    silent = Contact.objects.get(email="silent@people.example")
    marketer.go(f"/contacts/{silent.pk}/")
    marketer.sees("imported opt-out list")


def test_the_campaign_as_one_object(
    live_stack, marketer, hygiene_manager, new_page, file
):
    marketer.import_contacts(file, rows=5)
    quiet = marketer.make_segment("Gone quiet", [("last_opened_at", "unknown", None)])

    campaign = marketer.start_campaign("Autumn clean-up", quiet)
    live_stack.wait_for(lambda: len(live_stack.sink.received) == 3, "three mails")
    assert sorted(live_stack.sink.recipients) == [
        "few@people.example",
        "silent@people.example",
        "stays@people.example",
    ]
    confirm(live_stack, new_page(), "stays@people.example")

    opt_out_the_silent(live_stack, marketer, campaign)

    everybody = marketer.make_segment("Everybody", EVERYBODY)
    again = marketer.write_email("One more", everybody)
    marketer.go(f"/emails/{again.pk}/review/")
    marketer.sees("Send to 2 people")
    silent = Contact.objects.get(email="silent@people.example")
    marketer.go(f"/contacts/{silent.pk}/")
    marketer.sees("Did not confirm a re-engagement email")

    marketer.go(f"/reengagement/{campaign.pk}/")
    marketer.sees(f"{WHO_UNDOES} take the opt-outs back")
    hygiene_manager.go(f"/reengagement/{campaign.pk}/")
    hygiene_manager.press("Undo the opt-out")
    hygiene_manager.page.get_by_label("Reason").fill("They were on holiday")
    hygiene_manager.press("Undo the opt-out")
    restored = campaign.members.filter(outcome="restored")
    live_stack.wait_for(lambda: restored.count() == 2, "the end of the undo")
    marketer.go(f"/emails/{again.pk}/review/")
    marketer.sees("Send to 4 people")


def opt_out_the_silent(stack, marketer, campaign):
    """The waiting time runs out, she looks through the silent and presses."""
    time_passes(campaign.messages().get(), days=15)
    in_review = Campaign.objects.filter(pk=campaign.pk, state="review")
    stack.wait_for(in_review.exists, "the end of the waiting time")
    marketer.go(f"/reengagement/{campaign.pk}/silent/")
    marketer.page.locator("input[name=number]").fill("2")
    marketer.press("Opt out 2 people")
    done = Campaign.objects.filter(pk=campaign.pk, state="done")
    stack.wait_for(done.exists, "the opt-out")


def confirm(stack, page, address):
    """The reader's part: the button in the mail, then the one on the page."""
    mail = next(one for one in stack.sink.received if address in one.rcpt_to)
    page.goto(links_in(mail.content)["Keep me subscribed"])
    page.wait_for_timeout(2_000)  # who is quicker is taken for a machine
    page.get_by_role("button", name="Keep me subscribed").click()
    page.get_by_text("You stay subscribed").wait_for()
    confirmed = Delivery.objects.filter(confirmed_at__isnull=False)
    stack.wait_for(confirmed.exists, "the confirmation")


def export(marketer, folder):
    page = marketer.page
    marketer.press("Export")
    page.wait_for_url("**/export/")
    marketer.press("Export")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    path = folder / "silent.csv"
    download.value.save_as(path)
    return path
