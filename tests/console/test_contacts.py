"""The list of contacts and the record of one person."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from consent.models import SubscriptionType, Suppression
from consent.vocabulary import Act, Action, Actor, Evidence, Mechanism, Reason
from console.timeline import timeline
from contacts import subscriptions
from contacts.models import Contact, OpeningBalance, PropertyDefinition
from deliveries.models import DeliveryState, Event, EventKind, Verdict
from optouts import fewer
from tests.factories import (
    ContactFactory,
    DeliveryFactory,
    SubscriptionTypeFactory,
    agree,
)

pytestmark = pytest.mark.django_db

LIST = reverse("contacts:list")


def say_no(contact, reason, **scope):
    act = Act(
        action=Action.WITHDRAWN, mechanism=Mechanism.ONE_CLICK, actor=Actor.CONTACT
    )
    Suppression.objects.suppress([contact.address_id], reason, act, **scope)


def text_of(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def names(answer):
    return [one.first_name for one in answer.context["page"].rows]


def test_an_empty_list_teaches_and_offers_the_import(client):
    assert "No contacts yet" in text_of(client.get(LIST))


def test_nobody_matching_is_told_differently(client):
    ContactFactory()
    assert "Nobody matches" in text_of(client.get(LIST, {"q": "zzz"}))


def test_the_badge_says_why_somebody_cannot_be_emailed(client):
    say_no(ContactFactory(), Reason.COMPLAINT)
    assert "Reported spam" in text_of(client.get(LIST))


def test_the_list_is_filtered_by_the_answer(client):
    yes, no = ContactFactory(first_name="Yes"), ContactFactory(first_name="No")
    agree(yes, SubscriptionType.objects.default())
    assert names(client.get(LIST, {"answer": "yes"})) == ["Yes"]
    assert names(client.get(LIST, {"answer": "no"})) == [no.first_name]


def test_the_answer_is_that_of_the_chosen_subscription(client):
    other = SubscriptionTypeFactory()
    agree(ContactFactory(first_name="Ada"), other)
    asked = {"answer": "yes", "type": other.pk}
    assert names(client.get(LIST, asked)) == ["Ada"]
    assert names(client.get(LIST, {"answer": "yes"})) == []


def test_pages_go_on_and_back_without_gaps(client, monkeypatch):
    monkeypatch.setattr("console.people.PAGE", 3)
    for number in range(8):
        ContactFactory(first_name=str(number))
    first = client.get(LIST)
    second = client.get(LIST + first.context["page"].next)
    third = client.get(LIST + second.context["page"].next)
    assert names(first) + names(second) + names(third) == list("76543210")
    assert third.context["page"].next == ""
    back = client.get(LIST + third.context["page"].previous)
    assert names(back) == names(second)
    assert names(client.get(LIST + back.context["page"].previous)) == names(first)


@pytest.mark.parametrize("asked", ["after=x", "type=999", "answer=maybe", "before=-1"])
def test_a_strange_address_shows_the_list_all_the_same(client, asked):
    ContactFactory()
    assert client.get(f"{LIST}?{asked}").status_code == 200


def test_the_list_asks_the_same_number_of_questions_at_any_length(
    client, django_assert_num_queries
):
    for _ in range(3):
        say_no(ContactFactory(), Reason.OWN_OPT_OUT)
    client.get(LIST)
    with django_assert_num_queries(10):
        client.get(LIST)
    for _ in range(20):
        ContactFactory()
    with django_assert_num_queries(10):
        client.get(LIST)


@pytest.fixture
def ada():
    return ContactFactory(email="ada@people.example", first_name="Ada")


def record(client, contact, **asked):
    return text_of(client.get(contact.get_absolute_url(), asked))


def test_the_banner_counts_the_subscriptions_she_may_get(client, ada):
    SubscriptionTypeFactory()
    agree(ada, SubscriptionType.objects.default())
    assert "Can be emailed: 1 of 2 subscriptions" in record(client, ada)


def test_the_banner_says_why_she_gets_nothing(client, ada):
    say_no(ada, Reason.DEAD_ADDRESS)
    page = record(client, ada)
    assert "No marketing email for Ada." in page
    assert "the address does not exist" in page


def test_every_channel_has_its_answer(client, ada):
    page = record(client, ada)
    for channel in ("Sequence", "One-to-one email", "Service email"):
        assert channel in page


def test_silence_is_undone_by_her_or_with_its_campaign(client, ada):
    say_no(ada, Reason.SUNSET)
    page = record(client, ada)
    assert "Only the person can undo this, or the undo of its campaign" in page


def test_her_own_no_offers_no_opt_in(client, ada):
    say_no(ada, Reason.OWN_OPT_OUT)
    page = record(client, ada)
    assert "Only the person can undo this." in page
    assert reverse("contacts:opt_in", args=[ada.pk]) not in page


def test_the_timeline_tells_emails_with_their_verdicts(client, ada):
    now = timezone.now()
    mail = DeliveryFactory(
        contact=ada,
        address=ada.address,
        state=DeliveryState.DELIVERED,
        started_at=now,
        delivered_at=now,
    )
    for verdict in (Verdict.HUMAN, Verdict.MACHINE):
        Event.objects.create(
            kind=EventKind.CLICK,
            delivery_id=mail.pk,
            message=mail.message,
            address=ada.address,
            verdict=verdict,
            ip="198.51.100.7",
        )
    page = record(client, ada)
    assert f"Delivered: “{mail.message}”" in page
    assert "A person · IP 198.51.x.x" in page
    assert "A machine" in page


def test_a_mail_that_was_not_sent_says_why(client, ada):
    DeliveryFactory(
        contact=ada,
        address=ada.address,
        state=DeliveryState.NOT_SENT,
        delivered_at=None,
        started_at=None,
        reason="own_opt_out",
    )
    assert "Only a new double opt-in by the person ends this" in record(client, ada)


def test_the_timeline_of_consent_has_source_and_person(client, ada, alice):
    subscriptions.opt_out(ada, alice)
    page = record(client, ada, kind="consent")
    assert f"Opted out by staff on request · by {alice}" in page
    assert "Became a contact" not in page


def test_an_email_that_waited_stands_where_it_was_sent_and_on_one_page(ada):
    now = timezone.now()
    DeliveryFactory(contact=ada, queued_at=now - dt.timedelta(days=2), started_at=now)
    assert len(timeline(ada, "emails")[0]) == 1
    assert timeline(ada, "emails", now - dt.timedelta(days=1)) == ([], False)


def test_what_happened_at_one_moment_stands_on_one_page(ada, monkeypatch):
    monkeypatch.setattr("console.timeline.PAGE", 2)
    now = timezone.now()
    for hours in (3, 2, 2, 1):
        at = now - dt.timedelta(hours=hours)
        DeliveryFactory(contact=ada, started_at=at)
    seen, before, more = [], None, True
    while more:
        page, more = timeline(ada, "emails", before)
        seen += page
        before = page[-1].at
    assert len(seen) == 4


def test_the_timeline_goes_on_where_it_ended(client, ada, monkeypatch):
    monkeypatch.setattr("console.timeline.PAGE", 2)
    for number in range(3):
        agree(ada, SubscriptionTypeFactory(name=f"News {number}"))
    answer = client.get(ada.get_absolute_url())
    older = client.get(ada.get_absolute_url(), {"before": answer.context["older"]})
    titles = [one.title for one in older.context["events"]]
    assert titles[0] == "Agreed: News 0"


def test_the_record_shows_properties_and_what_came_along(client, ada):
    plan = PropertyDefinition.objects.create(
        name="vip", label="Very important", kind="boolean"
    )
    Contact.objects.filter(pk=ada.pk).update(properties={plan.key: True})
    OpeningBalance.objects.create(
        contact=ada,
        address=ada.address,
        source="old-tool.csv",
        as_of=dt.datetime(2026, 1, 2, tzinfo=dt.UTC),
        delivered=9,
    )
    page = record(client, ada)
    assert "Very important" in page
    assert "came with old-tool.csv" in page


def test_the_record_tells_that_she_wants_fewer(client, ada):
    kind = SubscriptionType.objects.default()
    fewer.save(ada.address, kind.brand, {f"often-{kind.pk}": "30"}, Evidence())
    page = record(client, ada)
    assert "at most once a month" in page
    assert f"Asked for fewer emails: {kind}" in page


def test_somebody_without_an_address_has_a_record(client):
    nobody = ContactFactory(email="", first_name="Nobody")
    assert "There is no email address" in record(client, nobody)


def test_the_record_asks_a_fixed_number_of_questions(
    client, ada, django_assert_max_num_queries
):
    for number in range(5):
        agree(ada, SubscriptionTypeFactory(name=f"News {number}"))
    client.get(ada.get_absolute_url())
    with django_assert_max_num_queries(18):
        client.get(ada.get_absolute_url())
