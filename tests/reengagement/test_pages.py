"""The pages of campaigns: who gets in, what they show, what they refuse."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.roles import Role
from contacts.models import Contact
from reengagement import timeline
from reengagement.models import Campaign, CampaignEmail
from reengagement.tasks import opt_out_silent
from reengagement.vocabulary import CampaignState
from tests.factories import (
    ContactFactory,
    SegmentFactory,
    SubscriptionTypeFactory,
    UserFactory,
    agree,
)
from tests.reengagement.world import World

pytestmark = pytest.mark.django_db

OVER = dt.timedelta(days=15)
READS = ("list", "create")
READS_OF_ONE = ("detail", "silent", "left_out", "export")
ACTS = ("start", "discard", "pause", "resume", "stop", "keep", "add_email")


@pytest.fixture
def world():
    return World()


@pytest.fixture
def draft(world, alice):
    return Campaign.objects.create(
        name="Winter clean-up",
        segment=world.segment,
        subscription_type=world.kind,
        created_by=alice,
    )


def url(name, campaign=None):
    return reverse(f"reengagement:{name}", args=[campaign.pk] if campaign else [])


@pytest.mark.parametrize("name", [*READS_OF_ONE, "who", "emails", "then", "check"])
def test_an_outsider_is_sent_to_sign_in(outsider_client, world, name):
    answer = outsider_client.get(url(name, world.campaign))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/")


@pytest.mark.parametrize("name", ACTS)
def test_an_outsider_can_do_nothing(outsider_client, world, name):
    answer = outsider_client.post(url(name, world.campaign))
    assert answer["Location"].startswith("/login/")
    world.campaign.refresh_from_db()
    assert world.campaign.state == CampaignState.RUNNING


@pytest.mark.parametrize("name", ACTS)
def test_looking_never_acts(client, world, name):
    assert client.get(url(name, world.campaign)).status_code == 405


@pytest.mark.parametrize("name", ["who", "emails", "then", "check"])
def test_the_wizard_shows_each_step_of_a_draft(client, draft, alice, name):
    CampaignEmail.objects.write(draft, alice)
    assert client.get(url(name, draft)).status_code == 200


@pytest.mark.parametrize("name", ["who", "emails", "then", "check"])
def test_the_wizard_is_closed_once_it_runs(client, world, name):
    assert client.get(url(name, world.campaign)).status_code == 404


def test_the_list_asks_as_little_for_many_as_for_one(
    client, world, django_assert_max_num_queries
):
    for number in range(12):
        Campaign.objects.create(name=f"Draft {number}")
    with django_assert_max_num_queries(5):
        answer = client.get(url("list"))
    assert "Autumn clean-up" in answer.content.decode()


def test_the_list_goes_on_and_comes_back(client, monkeypatch):
    monkeypatch.setattr("reengagement.views.PAGE", 2)
    made = [Campaign.objects.create(name=f"Draft {number}") for number in range(3)]
    first = client.get(url("list")).context["page"]
    second = client.get(url("list") + first.next).context["page"]
    assert [*first.rows, *second.rows] == made[::-1]
    assert client.get(url("list") + second.previous).context["page"].rows == first.rows


def test_the_timeline_asks_a_fixed_number_of_questions(
    client, world, django_assert_max_num_queries
):
    for _ in range(5):
        world.asked(delivered_ago=OVER)
    world.campaign.advance()
    with django_assert_max_num_queries(16):
        answer = client.get(url("detail", world.campaign))
    assert "Review the silent" in answer.content.decode()


def test_fewer_than_seven_days_of_waiting_are_refused_with_a_sentence(client, draft):
    answer = client.post(
        url("then", draft),
        {"waiting_days": 6, "ending": "ask", "uncertain_clicks": "probation"},
    )
    assert answer.status_code == 422
    assert "at least 7 days" in answer.content.decode()


def test_a_campaign_without_an_email_does_not_start(client, draft):
    answer = client.post(url("start", draft), follow=True)
    draft.refresh_from_db()
    assert draft.state == CampaignState.DRAFT
    assert "Write at least one email." in answer.content.decode()


def test_a_fourth_email_is_refused(client, draft, alice):
    for _ in range(4):
        client.post(url("add_email", draft))
    assert draft.emails.count() == 3


def test_the_wrong_number_opts_out_nobody(client, world):
    world.asked(delivered_ago=OVER)
    world.campaign.advance()
    answer = client.post(url("silent", world.campaign), {"number": "2"})
    assert answer.status_code == 422
    assert "That’s 2. There is 1 person" in answer.content.decode()


def test_the_right_number_hands_the_silent_to_a_job(client, world):
    world.asked(delivered_ago=OVER)
    world.campaign.advance()
    client.post(url("silent", world.campaign), {"number": "1"})
    world.campaign.refresh_from_db()
    assert world.campaign.state == CampaignState.OPTING_OUT


def test_ticked_people_are_kept(client, world):
    person = world.asked(delivered_ago=OVER)
    world.campaign.advance()
    member = world.campaign.members.get()
    client.post(url("keep", world.campaign), {"id": member.pk})
    assert world.outcome(person) == "kept"


def test_the_export_begins_with_the_email_column(client, world):
    person = world.asked(delivered_ago=OVER)
    world.campaign.advance()
    answer = client.get(url("export", world.campaign))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    head, row = text.splitlines()
    assert head.split(",")[0] == "Email"
    assert row.split(",")[0] == person.address.key


def test_the_export_is_written_down(client, world):
    client.get(url("export", world.campaign))
    entry = AuditEntry.objects.latest("pk")
    assert entry.verb == "exported the silent of a re-engagement campaign"
    assert entry.url == world.campaign.get_absolute_url()


def test_pause_needs_a_reason(client, world):
    client.post(url("pause", world.campaign), {"pause-reason": ""})
    world.campaign.refresh_from_db()
    assert world.campaign.state == CampaignState.RUNNING


def test_pause_and_resume(client, world):
    client.post(url("pause", world.campaign), {"pause-reason": "DNS"})
    client.post(url("resume", world.campaign), {"resume-reason": "DNS is back"})
    world.campaign.refresh_from_db()
    pause = world.campaign.pauses.get()
    assert world.campaign.state == CampaignState.RUNNING
    assert pause.ended_at <= timezone.now()


def test_nonsense_for_a_number_is_no_error(client, world):
    assert client.get(url("list") + "?before=²").status_code == 200
    assert client.get(url("silent", world.campaign) + "?after=²").status_code == 200
    assert client.post(url("keep", world.campaign), {"id": "²"}).status_code == 302


def test_the_emails_are_about_the_subscription_that_is_chosen(client, draft, alice):
    item = CampaignEmail.objects.write(draft, alice)
    other = SubscriptionTypeFactory()
    form = {"segment": draft.segment_id, "subscription_type": other.pk}
    client.post(url("who", draft), form)
    item.email.refresh_from_db()
    assert item.email.subscription_type == other


def test_an_email_of_a_campaign_cannot_be_about_something_else(client, draft, alice):
    email = CampaignEmail.objects.write(draft, alice).email
    fields = ("name", "from_name", "from_email", "reply_to")
    form = {name: getattr(email, name) for name in fields}
    form |= {"from_name": "News", "from_email": "news@brand.example"}
    form |= {"subscription_type": SubscriptionTypeFactory().pk}
    page = reverse("campaigns:settings", args=[email.pk])
    assert client.post(page, form).status_code == 302
    email.refresh_from_db()
    assert (email.subscription_type, email.from_name) == (
        draft.subscription_type,
        "News",
    )


def test_who_lacks_what_a_token_stands_for_keeps_it_from_starting(client, draft, alice):
    email = CampaignEmail.objects.write(draft, alice).email
    email.subject = "{{ company }}, do you still want our letters?"
    email.from_name, email.from_email = "Example", "news@brand.example"
    email.save()
    person = ContactFactory(company="", delivered=12)
    agree(person, draft.subscription_type)
    draft.segment.add(Contact.objects.all())

    sentence = "Email 1: 1 person has no company"
    assert sentence in client.get(url("check", draft)).content.decode()
    answer = client.post(url("start", draft), follow=True)
    assert f"Not started. {sentence}" in answer.content.decode()

    Contact.objects.update(company="Hallin kauppa")
    assert sentence not in client.get(url("check", draft)).content.decode()
    client.post(url("start", draft))
    draft.refresh_from_db()
    assert draft.state == CampaignState.STARTING


def test_who_is_silent_at_the_start_is_asked_and_not_who_was_at_the_last_look(
    draft, alice
):
    CampaignEmail.objects.write(draft, alice)
    draft.segment = SegmentFactory()  # everybody who ever got a mail
    draft.segment.refresh()
    draft.save()
    person = ContactFactory(delivered=12)
    agree(person, draft.subscription_type)
    draft.start(alice)
    Campaign.objects.get(pk=draft.pk).advance()
    assert draft.members.get().contact == person


def test_a_broken_segment_keeps_it_from_starting(client, draft, alice):
    CampaignEmail.objects.write(draft, alice)
    draft.segment.break_off("A field is gone.")
    answer = client.post(url("start", draft), follow=True)
    assert "The segment “Quiet” is broken." in answer.content.decode()


@pytest.mark.parametrize("name", ["who", "check"])
def test_the_numbers_of_a_large_segment_come_after_the_page(client, draft, name):
    ContactFactory()
    draft.segment.add(Contact.objects.all())
    type(draft.segment).objects.update(size=60_000)
    page = client.get(url(name, draft))
    assert "Counting" in page.content.decode()
    assert page.context["funnel"] == []
    part = client.get(url(name, draft), headers={"HX-Request": "true"})
    assert "In “Quiet”" in part.content.decode()
    assert "<html" not in part.content.decode()
    whole = client.get(url(name, draft) + "?count")
    assert "In “Quiet”" in whole.content.decode()


@pytest.mark.parametrize(
    ("place", "day"), [("Pacific/Auckland", "2 Mar 2026"), ("UTC", "1 Mar 2026")]
)
def test_a_day_is_the_day_where_the_account_is(world, place, day):
    world.campaign.started_at = dt.datetime(2026, 3, 1, 23, tzinfo=dt.UTC)
    with timezone.override(place):
        first = timeline.steps(world.campaign, world.campaign.counts())[0]
    assert first.when == day


@pytest.fixture
def opted_out(world):
    """The campaign after two silent people were opted out."""
    for _ in range(2):
        world.asked(delivered_ago=OVER)
    world.campaign.advance()
    world.campaign.begin_opt_out(None)
    opt_out_silent(world.campaign.opt_out.job_id)
    return world.campaign


def test_the_undo_says_how_many_it_is_about(client, opted_out):
    page = client.get(url("undo", opted_out)).content.decode()
    assert "<b>2</b> people" in page


def test_the_timeline_offers_the_undo(client, opted_out):
    page = client.get(url("detail", opted_out)).content.decode()
    assert "You can take the opt-outs back until" in page
    assert url("undo", opted_out) in page


def test_who_may_not_undo_reads_who_may(client, opted_out):
    client.force_login(UserFactory(role=Role.MARKETER))
    page = client.get(url("detail", opted_out)).content.decode()
    assert "A hygiene manager or an administrator can take the opt-outs back" in page
    assert url("undo", opted_out) not in page
