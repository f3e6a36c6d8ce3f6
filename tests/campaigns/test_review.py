"""The last page before sending: what many people or missing values ask for."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account
from accounts.roles import Role
from campaigns.audience import funnel, people_with
from campaigns.forms import settings as forms
from campaigns.models import EmailState, MarketingEmail
from contacts.models import PropertyDefinition
from deliveries.models import Relay
from tests.factories import (
    ContactFactory,
    DeliveryFactory,
    MarketingEmailFactory,
    MessageFactory,
    SubscriptionTypeFactory,
    UserFactory,
    agree,
    make_segment,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def kind():
    return SubscriptionTypeFactory()


@pytest.fixture
def people(kind):
    found = [
        ContactFactory(first_name=name, company="") for name in ("Ada", "Grace", "", "")
    ]
    for one in found[:3]:
        agree(one, kind)
    return found


@pytest.fixture
def email(kind, people):
    draft = MarketingEmailFactory(subscription_type=kind)
    draft.choose([make_segment(*people)], [])
    return draft


def address(name, email):
    return reverse(f"campaigns:{name}", args=[email.pk])


def review(client, email):
    return " ".join(client.get(address("review", email)).content.decode().split())


def is_draft(email):
    email.refresh_from_db()
    return email.is_draft


def page_of(client, path):
    return client.get(path).content.decode()


def test_the_subject_reads_as_in_an_inbox(client, email):
    MarketingEmail.objects.update(subject="Still there, {{ first_name | friend }}?")
    assert "<strong>Still there, friend?</strong>" in review(client, email)


def test_a_check_leads_to_its_block_in_the_editor(client, email):
    block = {"id": "dear", "kind": "heading", "text": " "}
    MarketingEmail.objects.update(blocks=[block])
    editor = reverse("campaigns:content", args=[email.pk])
    assert f'The heading is empty. <a href="{editor}#block-dear">' in review(
        client, email
    )
    assert 'The heading is empty. <a href="#block-dear">' in page_of(client, editor)


def test_a_check_leads_nobody_where_she_may_not_write(client, email):
    client.force_login(UserFactory(role=Role.VIEWER))
    MarketingEmail.objects.update(
        blocks=[{"id": "dear", "kind": "heading", "text": " "}]
    )
    page = page_of(client, reverse("campaigns:approval", args=[email.pk]))
    assert "The heading is empty." in page
    assert "#block-dear" not in page


class TestManyPeople:
    """Three get it; more than two are many here."""

    @pytest.fixture(autouse=True)
    def many(self, monkeypatch):
        monkeypatch.setattr(forms, "TYPED_ABOVE", 2)

    def test_are_asked_for_on_both_ways_to_send(self, client, email):
        assert review(client, email).count("type the number of people: 3") == 2

    def test_are_not_asked_for_where_they_are_few(self, client, email, monkeypatch):
        monkeypatch.setattr(forms, "TYPED_ABOVE", 3)
        assert "type the number of people" not in review(client, email)

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ({}, "Type 3. 3 people would get it."),
            ({"number": "33"}, "That’s 33. 3 people would get it."),
        ],
    )
    def test_are_sent_nothing_without_the_number(self, client, email, typed, sentence):
        answer = client.post(address("launch", email), {"expected": 3, **typed})
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
        assert is_draft(email)

    def test_are_sent_it_with_the_number(self, client, email):
        client.post(address("launch", email), {"expected": 3, "number": "3"})
        assert not is_draft(email)

    def test_cannot_be_passed_off_as_few(self, client, email):
        answer = client.post(address("launch", email), {"expected": 1})
        assert answer.status_code == 409
        assert is_draft(email)

    def test_a_schedule_without_the_number_loses_no_entry(self, client, email):
        day = (timezone.now() + dt.timedelta(days=9)).date().isoformat()
        entered = {"date": day, "time": "08:15", "zone": "Europe/Helsinki"}
        answer = client.post(address("schedule", email), {"expected": 3, **entered})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "Type 3. 3 people would get it." in page
        assert f'value="{day}"' in page
        assert 'value="08:15"' in page
        assert '<option value="Europe/Helsinki" selected>' in page
        client.post(
            address("schedule", email), {"expected": 3, "number": "3", **entered}
        )
        email.refresh_from_db()
        assert email.state == EmailState.SCHEDULED

    def test_a_schedule_for_another_number_is_asked_again(self, client, email):
        day = (timezone.now() + dt.timedelta(days=9)).date().isoformat()
        answer = client.post(
            address("schedule", email),
            {"expected": 2, "date": day, "time": "08:15", "zone": "UTC"},
        )
        assert answer.status_code == 409
        assert f'value="{day}"' in answer.content.decode()
        assert is_draft(email)


class TestMoreThanUsual:
    """Three get it; five times as many as usual are fewer."""

    def sent(self, *sizes):
        for size in sizes:
            MarketingEmailFactory(
                state=EmailState.SENT,
                message=MessageFactory(),
                funnel={"will_get": size},
            )

    def test_nothing_is_usual_before_three_emails(self, client, email, monkeypatch):
        monkeypatch.setattr(forms, "UNUSUAL", 2)
        self.sent(1, 1)
        assert "type the number of people" not in review(client, email)
        self.sent(1)
        assert "type the number of people: 3" in review(client, email)

    def test_one_large_email_makes_none_usual(self, client, email, monkeypatch):
        monkeypatch.setattr(forms, "UNUSUAL", 2)
        self.sent(1, 1, 900)
        assert "type the number of people: 3" in review(client, email)

    def test_a_usual_number_is_not_typed(self, client, email):
        self.sent(1, 1, 1)
        client.post(address("launch", email), {"expected": 3})
        assert not is_draft(email)


class TestMissingValues:
    def test_who_reads_the_fallback_is_counted(self, client, email):
        email.save_settings({"subject": "Hello {{ first_name | there }}"})
        page = review(client, email)
        assert "1 person has no first name; they read “there”." in page
        client.post(address("launch", email), {"expected": 3})
        assert not is_draft(email)

    def test_the_editor_tells_it_beside_the_checks(self, client, email):
        email.save_settings({"subject": "Hello {{ first_name | there }}"})
        page = client.get(address("missing", email)).content.decode()
        assert "1 person has no first name; they read “there”." in page

    def test_without_a_fallback_it_is_not_sent(self, client, email):
        text = {"id": "t", "kind": "text", "html": "<p>Dear {{&nbsp;company }}</p>"}
        email.save_settings({"blocks": [text]})
        sentence = "3 people have no company, and “{{ company }}” has no fallback."
        assert sentence in review(client, email)
        answer = client.post(address("launch", email), {"expected": 3})
        assert answer.status_code == 422
        assert is_draft(email)

    def test_a_custom_property_may_be_missing_too(self, client, email, people):
        size = PropertyDefinition.objects.create(
            name="size", label="Shoe size", kind="number"
        )
        people[0].properties = {size.key: 44}
        people[0].save()
        email.save_settings({"preview_text": "{{ size | your size }}"})
        assert "2 people have no shoe size; they read “your size”." in (
            review(client, email)
        )

    def test_nothing_is_said_where_everybody_has_the_value(self, client, email):
        email.save_settings({"subject": "For {{ email }}"})
        assert "“{{ email }}”" not in review(client, email)


def test_the_report_leads_from_a_person_to_the_record(client, email, people):
    email.launch(UserFactory())
    mail = DeliveryFactory(contact=people[0], address=people[0].address)
    type(email).objects.filter(pk=email.pk).update(state="sent", message=mail.message)
    page = client.get(address("people", email)).content.decode()
    assert f'<a href="{people[0].get_absolute_url()}">' in page


class TestEnough:
    @pytest.fixture(autouse=True)
    def limit(self, people):
        Account.current()
        Account.objects.update(cap_mails=1, cap_days=7)
        mailing = MessageFactory(frozen_at=timezone.now())
        DeliveryFactory(contact=people[0], message=mailing)

    def test_who_got_enough_is_a_number_of_the_funnel(self, client, email):
        assert "Not sent: got enough for now" in review(client, email)
        assert funnel(email).reasons == {"got_enough": 1, "no_consent": 1}

    def test_who_got_enough_is_behind_the_number(self, email, people):
        assert list(people_with(email, "got_enough")) == [people[0]]
        assert set(people_with(email, "")) == set(people[1:3])

    def test_an_exception_mails_her(self, email, people):
        email.save_settings({"ignore_cap": True})
        assert set(people_with(email, "")) == set(people[:3])
        assert funnel(email).will_get == 3


def test_that_nothing_would_leave_is_told_before_it_is_sent(client, email):
    Relay.objects.main()
    Relay.objects.update(weight=0)
    page = client.get(reverse("campaigns:review", args=[email.pk])).content.decode()
    assert "What is sent waits until one has another." in page
