"""A second person: nobody sends what nobody else has approved, as it stands."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account, AuditEntry, Job
from accounts.roles import Role
from campaigns import launching
from campaigns.approving import unapproved
from campaigns.models import (
    Approval,
    ApprovalState,
    EmailState,
    EmailVersion,
    MarketingEmail,
)
from console import todo
from tests.campaigns.approving import asked, draft_of, fresh
from tests.factories import (
    MarketingEmailFactory,
    SegmentFactory,
    SubscriptionTypeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def kind():
    return SubscriptionTypeFactory()


@pytest.fixture
def email(kind):
    return draft_of(kind)


def as_(user):
    client = Client()
    client.force_login(user)
    return client


def address(name, email, *more):
    return reverse(f"campaigns:{name}", args=[email.pk, *more])


def send(client, email, name="launch"):
    tomorrow = timezone.now().date() + dt.timedelta(days=2)
    form = {"expected": 1, "date": tomorrow, "time": "09:00", "zone": "UTC"}
    page = client.post(address(name, email), form, follow=True).content.decode()
    return page, fresh(email).state


# -- starting


@pytest.mark.parametrize("name", ["launch", "schedule"])
def test_nothing_starts_before_somebody_else_approved_it(email, author, name):
    page, state = send(as_(author), email, name)
    assert "A second person has to approve it." in page
    assert state == EmailState.DRAFT


@pytest.mark.parametrize("name", ["launch", "schedule"])
def test_what_was_approved_starts(approved, author, name):
    assert send(as_(author), approved, name)[1] == EmailState.SCHEDULED


def test_where_the_account_asks_nobody_everything_starts(email, author):
    Account.objects.update(second_person=False)
    assert send(as_(author), email)[1] == EmailState.SCHEDULED


def test_the_model_itself_starts_nothing_unapproved(email, author):
    assert not email.launch(author)
    assert not email.schedule(timezone.now(), author)


def test_an_email_that_waits_is_not_sent(email, author):
    asked(email, author)
    page, state = send(as_(author), email)
    assert "It waits for a second person: Ann asked for approval." in page
    assert state == EmailState.DRAFT


def test_the_review_offers_no_button_before_the_approval(email, author):
    review = address("review", email)
    before = as_(author).get(review).content.decode()
    assert address("launch", email) not in before


def test_the_review_offers_the_button_once_it_is_approved(approved, author):
    page = as_(author).get(address("review", approved)).content.decode()
    assert address("launch", approved) in page


def test_a_test_can_be_sent_before_the_approval(email, author):
    form = {"address": "ann@console.example"}
    page = as_(author).post(address("test", email), form, follow=True)
    assert "Sent a test to ann@console.example." in page.content.decode()


def test_what_was_scheduled_before_the_account_asked_is_asked_again(email, author):
    Account.objects.update(second_person=False)
    email.launch(author)
    Account.objects.update(second_person=True)
    MarketingEmail.objects.update(scheduled_at=timezone.now())
    (job,) = MarketingEmail.objects.start_due()
    launching.prepare(Job.objects.claim(job))
    halted = fresh(email)
    assert halted.state == EmailState.DRAFT
    assert "A second person has to approve it." in halted.halted


# -- a change voids it


def new_words(email, user):
    words = {**email.content, "subject": "Other words"}
    EmailVersion.objects.save_content(email, email.version, user, **words)


CHANGES = {
    "words": new_words,
    "sender": lambda email, _: email.save_settings({"from_name": "Somebody"}),
    "type": lambda email, _: email.save_settings(
        {"subscription_type": SubscriptionTypeFactory()}
    ),
    "tracking": lambda email, _: email.save_settings({"open_tracked": False}),
    "unengaged": lambda email, _: email.save_settings({"skip_unengaged": True}),
    "limit": lambda email, _: email.save_settings({"ignore_cap": True}),
    "more people": lambda email, _: email.choose([SegmentFactory()], []),
    "fewer people": lambda email, _: email.choose(
        email.include.all(), [SegmentFactory()]
    ),
    "none": lambda email, _: email.choose([], []),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_voids_the_approval(approved, author, change):
    CHANGES[change](approved, author)
    assert unapproved(fresh(approved)) == [
        "It was changed after Bea approved it. Ask for approval again."
    ]
    assert not approved.launch(author)


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_voids_the_question(email, author, second, change):
    question = asked(email, author)
    CHANGES[change](email, author)
    assert not question.approve(second)
    assert unapproved(fresh(email)) == [
        "It was changed after Ann asked for approval. Ask for approval again."
    ]


def test_what_readers_never_see_may_change(approved, author):
    approved.save_settings({"name": "Another name for us"})
    approved.choose(approved.include.all(), [])
    assert unapproved(fresh(approved)) == []


def test_going_back_to_the_approved_words_takes_a_new_approval(approved, author):
    new_words(approved, author)
    approved.refresh_from_db()
    EmailVersion.objects.order_by("-number").first().before().restore(
        approved.version, author
    )
    assert len(unapproved(fresh(approved))) == 1


def fired(email, assignment):
    """The triggers that an update of the email runs."""
    with connection.cursor() as cursor:
        cursor.execute(
            "EXPLAIN (ANALYZE, FORMAT JSON) UPDATE campaigns_marketingemail"
            f" SET {assignment} WHERE id = %s",
            [email.pk],
        )
        ((plan,),) = cursor.fetchall()
    return [one["Trigger Name"] for one in plan[0]["Triggers"]]


@pytest.mark.parametrize(
    ("assignment", "counts"),
    [("subject = 'Other'", True), ("tally = '{}', tallied_at = now()", False)],
)
def test_only_what_may_change_the_revision_is_looked_at(email, assignment, counts):
    triggers = fired(email, assignment)
    assert ("email_counts_its_revisions" in triggers) is counts


def test_a_copy_is_not_approved(approved, author):
    assert len(unapproved(approved.duplicate(author))) == 1


# -- deciding


def test_whoever_asked_does_not_decide(email, second):
    question = asked(email, second)
    page = as_(second).get(address("approval", email)).content.decode()
    assert address("approve", email, question.pk) not in page
    assert not question.approve(second)


def test_the_database_refuses_one_person_in_both_places(email, second):
    question = asked(email, second)
    rows = Approval.objects.filter(pk=question.pk)
    with pytest.raises(IntegrityError, match="approval_takes_a_second_person"):
        rows.update(state=ApprovalState.APPROVED, decided_by=second)


def test_the_second_person_approves_by_the_page(email, author, second):
    question = asked(email, author)
    page = as_(second).get(address("approval", email)).content.decode()
    assert address("approve", email, question.pk) in page
    as_(second).post(address("approve", email, question.pk))
    assert unapproved(fresh(email)) == []


def test_the_author_asks_by_the_page(email, author, second):
    form = {"revision": email.revision}
    as_(author).post(address("ask", email), form)
    assert Approval.objects.newest(email).asked_by == author


@pytest.mark.parametrize("seen", ["", "0", "x", "9" * 30, "-1"])
def test_nobody_asks_for_what_is_not_there(email, author, seen):
    answer = as_(author).post(address("ask", email), {"revision": seen}, follow=True)
    assert "Nothing was asked" in answer.content.decode()
    assert not Approval.objects.exists()


def test_it_is_asked_once_for_each_revision(email, author, second):
    asked(email, author)
    assert not Approval.objects.ask(email, email.revision, second)


def test_what_is_sent_back_says_why_and_can_be_asked_for_again(email, author, second):
    question = asked(email, author)
    form = {"reason": "The date is wrong."}
    as_(second).post(address("send_back", email, question.pk), form)
    assert unapproved(email) == [
        "Bea sent it back: The date is wrong. Change it, then ask for approval again."
    ]
    assert Approval.objects.ask(email, email.revision, author)


def test_it_is_not_sent_back_without_a_reason(email, author, second):
    question = asked(email, author)
    url = address("send_back", email, question.pk)
    answer = as_(second).post(url, {"reason": ""})
    assert answer.status_code == 422
    assert Approval.objects.get().state == ApprovalState.ASKED


def test_a_decision_is_made_once(email, author, second):
    question = asked(email, author)
    assert question.approve(second)
    assert not question.send_back(UserFactory(role=Role.ADMIN), "Too late")


def test_what_was_started_is_not_decided_about(email, author, second):
    question = asked(email, author)
    MarketingEmail.objects.update(
        state=EmailState.SCHEDULED, scheduled_at=timezone.now()
    )
    assert not question.approve(second)


def test_an_approval_of_another_email_is_not_found(email, author, second):
    question = asked(email, author)
    other = MarketingEmailFactory()
    answer = as_(second).post(address("approve", other, question.pk))
    assert answer.status_code == 404


def test_all_of_it_stands_in_the_audit_log(email, author, second):
    asked(email, author).send_back(second, "Not yet.")
    asked(email, author).approve(second)
    entries = AuditEntry.objects.order_by("pk").values_list("actor__first_name", "verb")
    assert list(entries) == [
        ("Ann", "asked for the approval of email"),
        ("Bea", "sent back email"),
        ("Ann", "asked for the approval of email"),
        ("Bea", "approved email"),
    ]


# -- who may what


@pytest.mark.parametrize("name", ["approve", "send_back"])
def test_a_marketer_decides_nothing(email, second, author, name):
    question = asked(email, second)
    url = address(name, email, question.pk)
    assert as_(author).post(url, {"reason": "No"}).status_code == 403
    assert Approval.objects.get().state == ApprovalState.ASKED


def test_a_viewer_looks_and_asks_nothing(email):
    viewer = as_(UserFactory(role=Role.VIEWER))
    page = viewer.get(address("approval", email))
    assert page.status_code == 200
    assert address("ask", email) not in page.content.decode()
    assert viewer.post(address("ask", email)).status_code == 403


@pytest.mark.parametrize("name", ["approval", "ask"])
def test_an_outsider_has_to_sign_in(outsider_client, email, name):
    way = outsider_client.get if name == "approval" else outsider_client.post
    assert reverse("login") in way(address(name, email)).url


@pytest.mark.parametrize("name", ["approve", "send_back"])
def test_an_outsider_decides_nothing(outsider_client, email, author, name):
    url = address(name, email, asked(email, author).pk)
    assert reverse("login") in outsider_client.post(url).url


def test_the_page_of_a_sent_email_is_its_report(client, email):
    MarketingEmail.objects.update(state=EmailState.STOPPED)
    assert client.get(address("approval", email)).url == address("detail", email)


def test_the_page_asks_a_fixed_number_of_questions(
    client, email, author, django_assert_max_num_queries
):
    asked(email, author)
    with django_assert_max_num_queries(14):
        client.get(address("approval", email))


def test_the_overview_leads_to_what_waits(email, author, alice):
    asked(email, author)
    (task,) = (one for one in todo.tasks(alice) if "approval" in one.title)
    assert task.url == address("approval", email)


def test_the_overview_leads_to_nothing_that_was_changed_since(email, author, alice):
    asked(email, author)
    new_words(email, author)
    assert not [one for one in todo.tasks(alice) if "approval" in one.title]


def test_only_an_account_that_asks_has_the_tab(email, author):
    assert (
        "Approval</a>" in as_(author).get(address("settings", email)).content.decode()
    )
    Account.objects.update(second_person=False)
    page = as_(author).get(address("settings", email)).content.decode()
    assert "Approval</a>" not in page
