"""Recipients, review, send, schedule, take back, pause, stop, test."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account, Job
from campaigns import audience as choosing
from campaigns import launching
from campaigns.models import EmailState, MarketingEmail
from consent.models import Suppression
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from deliveries.models import Channel, Delivery, DeliveryState, Hold
from segments.models import Segment
from tests.factories import (
    ContactFactory,
    MarketingEmailFactory,
    SubscriptionTypeFactory,
    UserFactory,
    agree,
    make_segment,
)

pytestmark = pytest.mark.django_db

NO = Act(
    action=Action.WITHDRAWN, mechanism=Mechanism.UNSUBSCRIBE_PAGE, actor=Actor.CONTACT
)


LINE = [{"id": "d", "kind": "divider"}]


@pytest.fixture
def kind():
    return SubscriptionTypeFactory()


@pytest.fixture
def people(kind):
    """Two who may be mailed, one who opted out, one without consent."""
    found = ContactFactory.create_batch(4)
    for one in found[:3]:
        agree(one, kind)
    Suppression.objects.suppress([found[2].address_id], Reason.OWN_OPT_OUT, NO)
    return found


@pytest.fixture
def email(kind, people):
    draft = MarketingEmailFactory(subscription_type=kind)
    draft.choose([make_segment(*people), make_segment(people[0])], [])
    return draft


def address(name, email, *more):
    return reverse(f"campaigns:{name}", args=[email.pk, *more])


def launched(email, client, expected=2):
    return client.post(address("launch", email), {"expected": expected}, follow=True)


def under_way(email):
    email.launch(UserFactory())
    MarketingEmail.objects.update(scheduled_at=timezone.now())
    (job,) = MarketingEmail.objects.start_due()
    launching.prepare(Job.objects.claim(job))
    email.refresh_from_db()


@pytest.mark.parametrize(
    "name", ["launch", "schedule", "unschedule", "pause", "resume", "stop", "test"]
)
def test_an_outsider_can_start_nothing(outsider_client, email, name):
    response = outsider_client.post(address(name, email))
    assert response.status_code == 302
    assert reverse("login") in response.url


def test_the_numbers_of_the_review_page_add_up(client, email):
    funnel = client.get(address("review", email)).context["funnel"]
    assert (funnel.in_segments, funnel.duplicates, funnel.everybody) == (5, 1, 4)
    assert funnel.reasons == {"own_opt_out": 1, "no_consent": 1}
    assert funnel.will_get + funnel.not_sent == funnel.everybody


def test_each_reason_leads_to_the_names(client, email, people):
    page = client.get(address("review", email)).content.decode()
    names = address("names", email, "own_opt_out")
    assert names in page
    found = client.get(names).context["people"]
    assert found == [people[2]]
    everybody = client.get(address("names", email, "nothing")).context["people"]
    assert everybody == people[:2]


def test_an_excluded_segment_is_a_reason_with_names(client, email, people):
    email.choose(email.include.all(), [make_segment(people[1])])
    funnel = client.get(address("review", email)).context["funnel"]
    assert funnel.reasons["excluded"] == 1
    assert funnel.will_get == 1
    page = client.get(address("names", email, "excluded"))
    assert page.context["people"] == [people[1]]


def test_recipients_are_chosen(client, email, people):
    segment = make_segment(people[0])
    client.post(address("recipients", email), {"include": [segment.pk]})
    assert list(email.include.all()) == [segment]


def test_a_segment_cannot_be_sent_to_and_left_out_at_once(client, email):
    segment = email.include.first().pk
    response = client.post(
        address("recipients", email), {"include": [segment], "exclude": [segment]}
    )
    assert response.status_code == 422
    assert "at once" in response.content.decode()


def test_the_review_page_asks_a_fixed_number_of_questions(
    client, email, django_assert_max_num_queries
):
    with django_assert_max_num_queries(29):
        client.get(address("review", email))


def test_send_schedules_it_in_half_a_minute(client, email):
    page = launched(email, client)
    email.refresh_from_db()
    assert email.state == EmailState.SCHEDULED
    assert email.scheduled_at < timezone.now() + dt.timedelta(seconds=31)
    assert "Take it back" in page.content.decode()


def test_it_can_be_taken_back(client, email):
    launched(email, client)
    client.post(address("unschedule", email))
    email.refresh_from_db()
    assert email.is_draft


def test_who_presses_send_second_is_told_so(client, email):
    email.launch(UserFactory(first_name="Jonas"))
    page = launched(email, client).content.decode()
    assert "Jonas" in page
    assert "sent once" in page


def test_a_number_that_moved_is_asked_about_again(client, email, kind):
    response = launched(email, client, expected=3)
    assert response.status_code == 409
    assert "moved from 3 to 2" in response.content.decode()
    email.refresh_from_db()
    assert email.is_draft


def test_many_people_are_not_counted_while_somebody_waits(client, email, monkeypatch):
    monkeypatch.setattr(choosing, "LARGE", 1)
    Segment.objects.update(size=3)
    with CaptureQueriesContext(connection) as asked:
        launched(email, client, expected=3)
    email.refresh_from_db()
    assert (email.state, email.expected) == ("scheduled", 3)
    counted = [one for one in asked.captured_queries if "AS judged" in one["sql"]]
    assert counted == []


def test_a_send_without_the_number_is_asked_again(client, email):
    response = client.post(address("launch", email))
    assert response.status_code == 409
    email.refresh_from_db()
    assert email.is_draft


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"subject": ""}, "Write a subject."),
        ({"subscription_type": None}, "subscription type"),
        ({"blocks": []}, "The mail is empty"),
        ({"from_email": ""}, "not an email address"),
        (
            {"kind": "reengagement", "blocks": [{"id": "d", "kind": "divider"}]},
            "button",
        ),
    ],
)
def test_what_is_missing_is_told_and_nothing_is_sent(client, email, change, sentence):
    email.save_settings(change)
    page = launched(email, client).content.decode()
    assert "Nothing was sent" in page
    assert sentence in page
    email.refresh_from_db()
    assert email.is_draft


def test_without_a_segment_nothing_is_sent(client, email):
    email.choose([], [])
    assert "at least one segment or contact" in launched(email, client).content.decode()


def test_without_a_postal_address_nothing_is_sent(client, email):
    email.brand.postal_address = ""
    email.brand.save()
    assert "no postal address" in launched(email, client).content.decode()


def when(**changes):
    day = timezone.now() + dt.timedelta(days=3)
    first = {"expected": 2, "date": f"{day:%Y-%m-%d}", "time": "09:00", "zone": "UTC"}
    return {**first, **changes}


def test_a_time_is_understood_in_its_zone(client, email):
    client.post(address("schedule", email), when(zone="Asia/Tokyo"))
    email.refresh_from_db()
    assert email.state == EmailState.SCHEDULED
    assert f"{email.scheduled_at.astimezone(dt.UTC):%H:%M}" == "00:00"
    page = client.get(address("detail", email)).content.decode()
    assert "Asia/Tokyo" in page


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"date": "2020-01-01"}, "That moment is over"),
        ({"date": "31.12."}, "Write the date as"),
        ({"time": "9 o"}, "Write the time as"),
        ({"date": "2099-03-29", "time": "02:30", "zone": "Europe/Paris"}, "clocks go"),
    ],
)
def test_a_time_that_cannot_be_is_told(client, email, changes, sentence):
    response = client.post(address("schedule", email), when(**changes))
    assert response.status_code == 422
    assert sentence in response.content.decode()


def test_the_account_zone_stands_first(client, email):
    Account.current()
    Account.objects.update(time_zone="Europe/Helsinki")
    form = client.get(address("review", email)).context["schedule"]
    assert form.fields["zone"].choices[0][0] == "Europe/Helsinki"


def test_it_is_paused_and_goes_on(client, email):
    under_way(email)
    client.post(address("pause", email))
    assert Hold.objects.active().get().message == email.message
    assert "Paused at" in client.get(address("detail", email)).content.decode()
    client.post(address("resume", email))
    assert not Hold.objects.active().exists()


def test_it_is_stopped(client, email):
    under_way(email)
    page = client.post(address("stop", email), follow=True)
    assert "What was sent stays sent" in page.content.decode()
    assert not Delivery.objects.filter(state=DeliveryState.QUEUED).exists()


@pytest.mark.parametrize("name", ["pause", "resume", "stop", "unschedule"])
def test_a_draft_cannot_be_paused_or_stopped(client, email, name):
    client.post(address(name, email), follow=True)
    email.refresh_from_db()
    assert email.is_draft


def test_a_test_goes_to_one_address_and_counts_nowhere(client, email):
    client.post(address("test", email), {"address": "me@brand.example"})
    delivery = Delivery.objects.get()
    assert delivery.message.channel == Channel.TEST
    assert delivery.address.key == "me@brand.example"
    email.refresh_from_db()
    assert email.message is None


@pytest.mark.parametrize("typed", ["", "me at brand"])
def test_a_test_to_nowhere_is_told(client, email, typed):
    page = client.post(address("test", email), {"address": typed}, follow=True)
    assert "No test was sent" in page.content.decode()
    assert not Delivery.objects.exists()


def test_a_test_of_what_cannot_be_sent_is_told(client, email):
    email.save_settings({"subscription_type": None})
    page = client.post(
        address("test", email), {"address": "me@brand.example"}, follow=True
    )
    assert "No test was sent" in page.content.decode()


def test_a_campaign_chooses_the_recipients_of_its_own_emails(client, email):
    email.save_settings({"group": "reengagement:1", "owner_url": "/emails/"})
    for name in ("recipients", "review"):
        assert client.get(address(name, email)).url == "/emails/"


@pytest.mark.parametrize("name", ["launch", "pause", "stop", "unschedule"])
def test_a_campaigns_email_is_not_started_or_stopped_beside_it(client, email, name):
    email.save_settings({"group": "reengagement:1", "owner_label": "Autumn"})
    page = client.post(address(name, email), {"expected": 2}, follow=True)
    assert "belongs to Autumn" in page.content.decode()
    email.refresh_from_db()
    assert email.is_draft


@pytest.mark.parametrize("name", ["recipients", "review"])
def test_the_numbers_of_a_large_audience_come_after_the_page(
    client, email, name, monkeypatch
):
    monkeypatch.setattr("campaigns.audience.LARGE", 3)
    page = client.get(address(name, email)).content.decode()
    assert "Counting…" in page
    assert "Will get it" not in page
    fragment = client.get(address(name, email), headers={"HX-Request": "true"})
    assert "Will get it" in fragment.content.decode()
    assert "<html" not in fragment.content.decode()
    plain = client.get(address(name, email) + "?count").content.decode()
    assert "Will get it" in plain and "<html" in plain
