"""One stop of sending is told, and let go on in the console with a reason."""

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from bounces import incidents
from bounces.models import Incident
from campaigns.models import EmailState, MarketingEmail
from deliveries.models import DomainState, Hold, SendingDomain
from reengagement.models import Campaign
from reengagement.vocabulary import CampaignState
from tests.factories import (
    ContactFactory,
    DeliveryFactory,
    MarketingEmailFactory,
    MessageFactory,
    SegmentFactory,
)
from tests.threads import halfway

pytestmark = pytest.mark.django_db
WHY = {"reason": "They delisted us"}


@pytest.fixture
def hold(db):
    """The guard stopped a provider."""
    words = "Gmail refused 3 mails for our reputation within ten minutes."
    return Hold.objects.stop_itself(
        words, {"refusals": 3}, kind="provider", value="gmail"
    )


def page_of(hold):
    return reverse("console:lift", args=[hold.pk])


def test_the_overview_leads_to_where_it_is_lifted(client, hold):
    text = client.get(reverse("console:overview")).content.decode()
    assert "Sending of Gmail is paused" in text
    assert page_of(hold) in text


def test_it_says_why_and_what_waits(client, hold):
    DeliveryFactory(
        state="queued",
        provider="gmail",
        delivered_at=None,
        started_at=None,
        contact=ContactFactory(email="ana@gmail.com"),
    )
    text = client.get(page_of(hold)).content.decode()
    assert "Gmail refused 3 mails" in text
    assert "Mails that wait for it: 1." in text
    assert Hold.objects.active().exists()


def test_it_goes_on_with_a_reason_that_is_written_down(client, alice, hold):
    told = client.post(page_of(hold), WHY, follow=True).content.decode()
    assert "Mails of Gmail leave again" in told
    hold.refresh_from_db()
    assert (hold.lifted_by, hold.lift_reason) == (alice, WHY["reason"])
    entry = AuditEntry.objects.get(verb="lifted a stop of sending")
    assert entry.detail["reason"] == WHY["reason"]


def test_of_two_stops_each_is_lifted_on_its_own(client, alice, hold):
    other = Hold.objects.stop(alice, "A wrong price", kind="provider", value="gmail")
    text = client.get(page_of(hold)).content.decode()
    assert "They wait for something else as well" in text
    told = client.post(page_of(hold), WHY, follow=True).content.decode()
    assert "still wait for another reason. A wrong price" in told
    assert Hold.objects.active().get() == other


def test_without_a_reason_it_stays(client, hold):
    answer = client.post(page_of(hold), {"reason": " "})
    assert answer.status_code == 422
    assert "Write down why" in answer.content.decode()
    assert Hold.objects.active().exists()


def test_a_mailing_is_named(client):
    message = MessageFactory(name="October letter")
    hold = Hold.objects.stop_itself("Bad", {"n": 1}, kind="message", message=message)
    text = client.get(page_of(hold)).content.decode()
    assert "Let mails of October letter leave again?" in text
    assert "Nothing waits for it now" in text


def test_what_was_lifted_before_is_not_found(client, alice, hold):
    hold.lift(alice, "Yesterday")
    assert client.post(page_of(hold), WHY).status_code == 404


def test_the_stop_of_everything_has_a_page_of_its_own(client, alice):
    hold = Hold.objects.stop_everything(alice, "A wrong price")
    assert client.get(page_of(hold)).status_code == 404


def test_a_domain_that_was_removed_is_let_go_by_a_person(client, alice):
    of_sender(alice)
    SendingDomain.objects.all().delete()
    hold = Hold.objects.get()
    tasks = client.get(reverse("console:overview")).context["tasks"]
    assert page_of(hold) in {task.url for task in tasks}
    client.post(page_of(hold), WHY)
    assert not Hold.objects.active().exists()


def of_stopped_email(user):
    """What is left of its queue is being cancelled; nobody is led there."""
    email = MarketingEmailFactory(state=EmailState.STOPPED, message=MessageFactory())
    email.pause(None, "What is left is being cancelled")
    return ""


def of_sender(user):
    SendingDomain.objects.connect("a.example", user)
    Hold.objects.stop_itself("No DKIM", {"n": 1}, kind="sender", value="a.example")
    return reverse("deliveries:domains")


def running_campaign():
    campaign = Campaign.objects.create(
        name="Autumn",
        state=CampaignState.RUNNING,
        segment=SegmentFactory(),
        started_at=timezone.now(),
    )
    email = MarketingEmailFactory(state=EmailState.SENDING, message=MessageFactory())
    campaign.emails.create(email=email, position=1)
    return campaign


def of_paused_campaign(user):
    campaign = running_campaign()
    campaign.pause(user, "Complaints")
    return campaign.get_absolute_url()


def open_incident(category="spam"):
    return Incident.objects.create(kind="provider", place="gmail", category=category)


def of_open_incident(user):
    incident = open_incident()
    incidents.pause(incident, user)
    return incident.get_absolute_url()


ELSEWHERE = [of_stopped_email, of_sender, of_paused_campaign, of_open_incident]


@pytest.mark.parametrize("stopped", ELSEWHERE)
def test_what_more_depends_on_is_not_lifted_by_its_number(client, alice, stopped):
    stopped(alice)
    hold = Hold.objects.get()
    assert client.post(page_of(hold), WHY).status_code == 404
    assert Hold.objects.active().exists()


@pytest.mark.parametrize("stopped", ELSEWHERE)
def test_it_is_told_where_it_is_put_right(client, alice, stopped):
    place = stopped(alice)
    told = [place] if place else []
    tasks = client.get(reverse("console:overview")).context["tasks"]
    assert [one.url for one in tasks if "is paused" in one.title] == told


def test_what_a_solved_incident_left_is_lifted_here(client, alice, hold):
    Incident.objects.create(
        kind="provider",
        place="gmail",
        category="spam",
        hold=hold,
        solved_at=timezone.now(),
        solved_by=alice,
    )
    client.post(page_of(hold), WHY)
    assert not Hold.objects.active().exists()


def test_a_domain_whose_records_are_right_already_is_let_go_by_a_person(client, alice):
    """Nothing changes any more that would let it go on by itself."""
    of_sender(alice)
    SendingDomain.objects.update(state=DomainState.CONNECTED)
    hold = Hold.objects.get()
    tasks = client.get(reverse("console:overview")).context["tasks"]
    assert page_of(hold) in {task.url for task in tasks}
    client.post(page_of(hold), WHY)
    assert not Hold.objects.active().exists()


def test_who_comes_second_is_told_that_somebody_was_faster(client, hold):
    faster = [hold]

    def lift_first(execute, sql, *rest):
        if faster and "FOR NO KEY UPDATE" in sql:
            faster.pop().lift(None, "Seen to")
        return execute(sql, *rest)

    with connection.execute_wrapper(lift_first):
        told = client.post(page_of(hold), WHY, follow=True).content.decode()
    assert "Somebody else has let mails of Gmail leave before you" in told
    assert "leave again." not in told


def stopping_an_email(user):
    """(its message, the verb): the guard has stopped it before."""
    email = MarketingEmailFactory(state=EmailState.SENDING, message=MessageFactory())
    return {"kind": "message", "message": email.message}, email.stop


def pausing_a_campaign(user):
    campaign = running_campaign()
    what = {"kind": "message", "message": campaign.messages().get()}
    return what, lambda: campaign.pause(user, "Complaints")


def stopping_a_campaign(user):
    campaign = running_campaign()
    what = {"kind": "message", "message": campaign.messages().get()}
    return what, lambda: campaign.stop(user)


def pausing_for_an_incident(user):
    incident = open_incident()
    what = {"kind": "provider", "value": "gmail"}
    return what, lambda: incidents.pause(incident, user)


def stopping_everything(user):
    return {}, lambda: Hold.objects.stop_everything(user, "A wrong price")


VERBS = [
    stopping_an_email,
    pausing_a_campaign,
    stopping_a_campaign,
    pausing_for_an_incident,
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("making", VERBS)
def test_what_somebody_stops_meanwhile_stays_stopped(client, alice, making):
    what, stop = making(alice)
    hold = Hold.objects.stop_itself("Bad list", {"test": "hard"}, **what)
    halfway(stop, lambda: client.post(page_of(hold), WHY))
    assert Hold.objects.active().exclude(pk=hold.pk).exists()


def test_what_became_part_of_more_meanwhile_is_left_to_it(client, alice):
    what, _ = stopping_an_email(alice)
    hold = Hold.objects.stop_itself("Bad list", {"test": "hard"}, **what)
    stopped = [MarketingEmail.objects.filter(message=what["message"])]

    def stop_first(execute, sql, *rest):
        if stopped and "FOR NO KEY UPDATE" in sql:
            stopped.pop().update(state=EmailState.STOPPED)
        return execute(sql, *rest)

    with connection.execute_wrapper(stop_first):
        answer = client.post(page_of(hold), WHY)
    (told,) = get_messages(answer.wsgi_request)
    assert "somebody has just stopped more than that" in str(told)
    assert Hold.objects.active().get() == hold


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("making", [*VERBS, stopping_everything])
def test_who_stops_what_is_just_being_lifted_stops_it_anew(alice, making):
    what, stop = making(alice)
    hold = Hold.objects.stop_itself("Bad list", {}, **({"kind": "everything"} | what))
    halfway(lambda: hold.lift(alice, "Seen to"), stop)
    assert Hold.objects.active().get() != hold


def test_an_outsider_is_sent_to_sign_in(outsider_client, hold):
    assert "/login/" in outsider_client.get(page_of(hold))["Location"]
    assert "/login/" in outsider_client.post(page_of(hold), WHY)["Location"]
