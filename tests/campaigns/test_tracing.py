"""Every step of one mail: why she is among the people, each question, each answer."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account
from campaigns import launching
from campaigns.models import MarketingEmail
from consent.models import ConsentText, Suppression
from consent.vocabulary import Reason
from deliveries import sending
from deliveries.models import Delivery, DeliveryState, Event, EventKind, Verdict
from segments.models import Segment
from tests.campaigns.test_sending import start
from tests.deliveries.conftest import sink as sink
from tests.factories import (
    ContactFactory,
    LinkFactory,
    MarketingEmailFactory,
    MessageFactory,
    SubscriptionTypeFactory,
    UserFactory,
    agree,
    make_segment,
    no_because,
)

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def kind():
    return SubscriptionTypeFactory()


@pytest.fixture
def readers(kind):
    """Ada agreed; Bea did not, and her mailbox is dead; Cleo opted out."""
    ada, bea, cleo = (
        ContactFactory(first_name=name) for name in ("Ada", "Bea", "Cleo")
    )
    agree(ada, kind, text_id=ConsentText.of("Yes, the letter please.").pk)
    refuse(bea, Reason.DEAD_ADDRESS)
    refuse(cleo, Reason.OWN_OPT_OUT)
    refuse(cleo, Reason.DEAD_ADDRESS)
    return [ada, bea, cleo]


def refuse(contact, reason):
    Suppression.objects.suppress([contact.address_id], reason, no_because(reason))


@pytest.fixture
def email(kind, readers):
    """To the segment “Readers” in its second version, its people chosen."""
    segment, other = make_segment(*readers), make_segment()
    Segment.objects.filter(pk=segment.pk).update(name="Readers", version=2)
    Segment.objects.filter(pk=other.pk).update(name="Nobody")
    draft = MarketingEmailFactory(subscription_type=kind)
    draft.choose([segment, other], [])
    launching.prepare(start(draft, UserFactory()))
    return MarketingEmail.objects.get()


def mail_to(name):
    return Delivery.objects.get(contact__first_name=name)


@pytest.fixture
def trace(client, email):
    """`trace("Ada")`: the context of her page."""

    def read(name="Ada", **headers):
        return client.get(url_of(email, name), headers=headers)

    return read


def url_of(email, name="Ada"):
    return reverse("campaigns:trace", args=[email.pk, mail_to(name).pk])


def answers(response):
    return {one.label: one.answer for one in response.context["checks"]}


def notes(response):
    return {one.label: one.note for one in response.context["checks"]}


class TestTheSegments:
    def test_are_those_she_was_in_with_their_version(self, trace):
        (stay,) = trace().context["stays"]
        assert (stay.name, stay.version, stay.is_left_out) == ("Readers", 2, False)

    def test_stay_as_they_were_when_they_are_changed_later(self, trace):
        Segment.objects.update(version=9)
        assert trace().context["stays"][0].version == 2

    def test_are_told_after_she_left_them(self, trace):
        Segment.objects.get(name="Readers").stays.update(
            left_at=timezone.now() + dt.timedelta(minutes=1)
        )
        assert [one.name for one in trace().context["stays"]] == ["Readers"]

    def test_have_no_version_for_emails_of_before(self, trace):
        MarketingEmail.objects.update(funnel={})
        assert [one.version for one in trace().context["stays"]] == [None]


class TestTheChecks:
    def test_all_pass_for_whom_it_was_sent_to(self, sink, trace):
        sending.send_due()
        assert set(answers(trace()).values()) == {"passed"}

    def test_what_only_delays_is_asked_as_it_starts(self, trace):
        assert answers(trace())["On hold"] == "asked_later"

    def test_the_reason_is_where_the_asking_ended(self, trace):
        found = answers(trace("Bea"))
        assert found["Opted out"] == "passed"
        assert found["Address does not exist"] == "kept_out"
        assert found["No consent"] == "not_asked"

    def test_other_reasons_of_that_time_are_told(self, trace):
        found = answers(trace("Cleo"))
        assert found["Opted out"] == "kept_out"
        assert found["Address does not exist"] == "as_well"

    def test_a_reason_that_came_later_is_not(self, sink, trace, readers):
        sending.send_due()
        refuse(readers[0], Reason.DEAD_ADDRESS)
        assert answers(trace())["Address does not exist"] == "passed"

    def test_the_consent_names_its_day_and_record(self, sink, trace):
        sending.send_due()
        record = mail_to("Ada").consent_id
        assert notes(trace())["No consent"].endswith(f"ledger record {record}")

    def test_the_quiet_hours_tell_when_it_left_by_her_clock(self, sink, trace, readers):
        night = (timezone.now() + dt.timedelta(hours=5)).time()
        later = (timezone.now() + dt.timedelta(hours=6)).time()
        Account.objects.update(quiet_from=night, quiet_until=later)
        sending.send_due()
        assert notes(trace())["Quiet hours"].startswith("left at ")

    def test_a_reason_of_the_email_itself_comes_last(self, trace, email):
        Delivery.objects.filter(pk=mail_to("Ada").pk).update(
            state=DeliveryState.NOT_SENT, reason="excluded"
        )
        last = trace().context["checks"][-1]
        assert (last.label, last.answer) == ("In a segment you left out", "kept_out")

    def test_are_not_made_up_for_mails_of_before(self, trace):
        Delivery.objects.update(rule_set=None)
        assert trace().context["checks"] == []


class TestWhatCameOfIt:
    def test_the_words_she_agreed_to_are_shown(self, sink, trace):
        sending.send_due()
        assert "Yes, the letter please." in trace().content.decode()

    def test_every_answer_of_the_server_is_there(self, sink, trace, readers):
        sink.answers[readers[0].email] = "451 4.7.1 Not yet"
        sending.send_due()
        sink.answers[readers[0].email] = "550 5.1.1 No such user"
        Delivery.objects.filter(state=DeliveryState.QUEUED).update(due_at=NOW)
        sending.send_due()
        said = [(one.answer, one.words) for one in trace().context["attempts"]]
        assert said == [
            ("deferred", "451 4.7.1 Not yet"),
            ("bounced", "550 5.1.1 No such user"),
        ]

    def test_clicks_tell_why_they_were_judged_so(self, trace):
        mail = mail_to("Ada")
        Event.objects.create(
            kind=EventKind.CLICK,
            delivery_id=mail.pk,
            message=mail.message,
            address=mail.address,
            link=LinkFactory(message=mail.message, position=9, label="The offer"),
            verdict=Verdict.MACHINE,
            signals={"sibling_link": 4},
        )
        (sign,) = trace().context["signs"]
        assert (sign.link, sign.verdict) == ("The offer", "machine")
        assert sign.reasons == ("Another link of the same mail within 2 seconds.",)

    def test_a_bounce_names_its_cause(self, trace):
        Delivery.objects.update(
            bounced_at=NOW, bounce_kind="hard", bounce_category="mailbox_full"
        )
        assert "Hard, mailbox full" in trace().content.decode()


class TestThePage:
    def test_a_row_loads_the_steps_alone(self, trace):
        said = trace(**{"hx-request": "true"}).content.decode()
        assert "<html" not in said
        assert 'class="trace"' in said

    def test_each_row_of_the_people_leads_there(self, client, email):
        said = client.get(reverse("campaigns:people", args=[email.pk]))
        assert f'href="{url_of(email)}"' in said.content.decode()

    def test_the_timeline_of_the_contact_leads_there(self, client, email, readers):
        said = client.get(readers[0].get_absolute_url()).content.decode()
        assert f'href="{url_of(email)}"' in said

    def test_the_timeline_says_what_it_left_on(self, sink, client, email, readers):
        sending.send_due()
        said = client.get(readers[0].get_absolute_url()).content.decode()
        assert "left on the yes of" in said

    def test_the_mail_of_another_email_is_not_there(self, client, email):
        other = MarketingEmailFactory(state="sent", message=MessageFactory())
        path = reverse("campaigns:trace", args=[other.pk, mail_to("Ada").pk])
        assert client.get(path).status_code == 404

    def test_a_stranger_is_sent_away(self, outsider_client, email):
        assert outsider_client.get(url_of(email)).status_code == 302

    def test_asks_a_fixed_number_of_questions(
        self, trace, django_assert_max_num_queries
    ):
        # session, user, email, mail, stays, who is named, noes, events
        trace()
        with django_assert_max_num_queries(9):
            trace()
