"""The pages of the bounce audit."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from bounces import judging
from bounces.models import Bounce, BouncePolicy, Incident, Release, Report, Source
from bounces.recording import record
from consent.models import Suppression
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from deliveries.models import Hold
from deliveries.tokens import Purpose, Token, sign
from tests.bounces.test_incidents import (
    REPUTATION,
    emptied_by_new_rules,
    refused,
    refused_at_gmail,
)
from tests.factories import ContactFactory, DeliveryFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sender")]
AUDIT = reverse("bounces:list")
NOW = timezone.now()
SURE = {"change": "allowed", "note": "Ticket 48213", "confirmed": "on"}


def blocked(reason="POLICY", days=9, **fields):
    contact = ContactFactory(hard_bounce_reason=reason, **fields)
    act = Act(
        action=Action.SUPPRESSED,
        mechanism=Mechanism.IMPORT,
        actor=Actor.IMPORT,
        occurred_at=NOW - dt.timedelta(days=days),
    )
    Suppression.objects.suppress([contact.address_id], Reason.IMPORTED_BOUNCE, act)
    return contact


def names(answer):
    return [row.contact.first_name for row in answer.context["rows"]]


def page_of(contact):
    return reverse("bounces:unbounce", args=[contact.pk])


class TestAudit:
    def test_an_empty_one_says_so(self, client):
        assert "Nobody here" in client.get(AUDIT).content.decode()

    def test_worth_a_look_are_those_seen_since(self, client):
        seen = NOW - dt.timedelta(days=1)
        blocked(first_name="Seen", last_clicked_at=seen)
        blocked(first_name="Unseen")
        blocked("UNKNOWN_USER", first_name="Gone", last_clicked_at=seen)
        assert names(client.get(AUDIT)) == ["Seen"]

    @pytest.mark.parametrize(
        ("tab", "reasons"),
        [
            ("policy", ["POLICY"]),
            ("content", ["SPAM", "CONTENT"]),
            ("other", ["OTHER"]),
            ("full", ["MAILBOX_FULL"]),
            ("unknown", ["UNKNOWN_USER"]),
        ],
    )
    def test_every_reason_has_its_tab(self, client, tab, reasons):
        for reason in ("POLICY", "SPAM", "CONTENT", "OTHER"):
            blocked(reason, first_name=reason)
        for reason in ("MAILBOX_FULL", "UNKNOWN_USER"):
            blocked(reason, first_name=reason)
        answer = client.get(AUDIT, {"tab": tab})
        assert sorted(names(answer)) == sorted(reasons)
        assert answer.context["count"] == len(reasons)

    @pytest.mark.parametrize("tab", ["full", "unknown"])
    def test_a_locked_tab_says_why_and_offers_no_unbounce(self, client, tab):
        blocked("MAILBOX_FULL"), blocked("UNKNOWN_USER")
        text = client.get(AUDIT, {"tab": tab}).content.decode()
        assert "Nobody here can be unbounced" in text
        assert "Unbounce…" not in text

    def test_it_shows_the_quota(self, client):
        assert "10 of 10 unbounces left" in client.get(AUDIT).content.decode()

    def test_the_newest_come_first_over_pages(self, client, monkeypatch):
        monkeypatch.setattr("bounces.views.desk.PAGE", 2)
        for day in (5, 1, 4, 2, 3):
            blocked(days=day, first_name=str(day))
        answer, seen = client.get(AUDIT, {"tab": "policy"}), []
        seen += names(answer)
        while following := answer.context["page"].next:
            answer = client.get(AUDIT + following)
            seen += names(answer)
        assert seen == ["1", "2", "3", "4", "5"]

    def test_it_can_be_narrowed_by_domain_and_provider(self, client):
        blocked(first_name="G", email="a@gmail.com")
        blocked(first_name="F", email="a@firm.example")
        tab = {"tab": "policy"}
        assert names(client.get(AUDIT, tab | {"provider": "gmail"})) == ["G"]
        assert names(client.get(AUDIT, tab | {"domain": "firm.example"})) == ["F"]
        assert names(client.get(AUDIT, tab | {"q": "a@firm"})) == ["F"]

    def test_groups_count_and_lead_to_their_people(self, client):
        for n in range(3):
            blocked(email=f"p{n}@firm.example")
        blocked(email="ana@gmail.com")
        answer = client.get(AUDIT, {"tab": "policy", "group": "domain"})
        first = answer.context["groups"][0]
        assert (first["label"], first["count"]) == ("firm.example", 3)
        assert len(names(client.get(AUDIT + first["url"]))) == 3
        by = client.get(AUDIT, {"tab": "policy", "group": "provider"})
        assert {row["label"] for row in by.context["groups"]} == {"Gmail", "Others"}

    def test_it_shows_what_the_server_said_and_what_that_means(self, client):
        contact = blocked()
        delivery = DeliveryFactory(contact=contact)
        Bounce.objects.create(
            delivery_id=delivery.pk,
            message=delivery.message,
            address=contact.address,
            kind="block",
            category="auth",
            doing="nothing",
            code=550,
            words="550 5.7.26 unauthenticated",
        )
        text = client.get(AUDIT, {"tab": "policy"}).content.decode()
        assert "550 5.7.26 unauthenticated" in text
        assert "SPF, DKIM or DMARC of our mail did not pass." in text

    def test_it_costs_the_same_for_many(self, client, django_assert_num_queries):
        for n in range(20):
            blocked(first_name=f"N{n}")
        with django_assert_num_queries(14):
            client.get(AUDIT, {"tab": "policy"})


class TestUnbouncing:
    def test_asks_and_then_does_it(self, client):
        contact = blocked()
        text = client.get(page_of(contact)).content.decode()
        assert "I can confirm that this email address is correct" in text
        answer = client.post(page_of(contact), SURE, follow=True)
        assert "from the next send on" in answer.content.decode()
        assert Release.objects.get().address == contact.address
        assert not contact.suppressions().exists()

    @pytest.mark.parametrize("missing", ["change", "note", "confirmed"])
    def test_needs_every_answer(self, client, missing):
        contact = blocked()
        words = {key: value for key, value in SURE.items() if key != missing}
        answer = client.post(page_of(contact), words)
        assert answer.status_code == 422
        assert answer.context["form"].errors.keys() == {missing}
        assert contact.suppressions().exists()

    def test_looking_changes_nothing(self, client):
        contact = blocked()
        client.get(page_of(contact))
        assert contact.suppressions().exists()

    def test_of_a_locked_kind_explains_and_changes_nothing(self, client):
        contact = blocked("UNKNOWN_USER")
        assert "cannot be unbounced" in client.get(page_of(contact)).content.decode()
        answer = client.post(page_of(contact), SURE)
        assert answer.status_code == 409
        assert contact.suppressions().exists()

    def test_without_the_right_is_refused(self, outsider_client):
        contact = blocked()
        outsider_client.force_login(UserFactory())
        assert outsider_client.post(page_of(contact), SURE).status_code == 403
        assert contact.suppressions().exists()

    def test_stands_in_the_history_with_what_came_of_it(self, client):
        contact = blocked()
        client.post(page_of(contact), SURE)
        history = reverse("bounces:history")
        assert "Not mailed yet" in client.get(history).content.decode()
        DeliveryFactory(contact=contact, started_at=timezone.now())
        text = client.get(history).content.decode()
        assert "Delivered since" in text
        assert "Ticket 48213" in text

    def test_the_contact_shows_reason_advice_and_button(self, client):
        contact = blocked("SPAM")
        text = client.get(contact.get_absolute_url()).content.decode()
        assert "A filter took our mail for spam" in text
        assert page_of(contact) in text

    def test_a_locked_contact_shows_what_else_can_be_done(self, client):
        contact = blocked("MAILBOX_FULL")
        text = client.get(contact.get_absolute_url()).content.decode()
        assert "most likely abandoned" in text
        assert page_of(contact) not in text


class TestSeveral:
    url = reverse("bounces:unbounce_all")

    def test_leaves_out_who_cannot_be_and_does_the_rest(self, client):
        can, full = [blocked(), blocked()], blocked("MAILBOX_FULL")
        ids = [one.pk for one in [*can, full]]
        text = client.get(self.url, {"id": ids}).content.decode()
        assert "1 will be left out" in text
        wrong = client.post(self.url, SURE | {"id": ids, "count": "3"})
        assert wrong.status_code == 422
        assert not Release.objects.exists()
        client.post(self.url, SURE | {"id": ids, "count": "2"})
        assert Release.objects.count() == 2
        assert full.suppressions().exists()

    def test_stops_at_the_quota(self, client):
        ids = [blocked().pk for _ in range(12)]
        answer = client.post(self.url, SURE | {"id": ids, "count": "12"}, follow=True)
        assert Release.objects.count() == 10
        assert "2 not unbounced" in answer.content.decode()

    def test_of_nobody_says_so(self, client):
        assert "Nobody to unbounce" in client.get(self.url).content.decode()


class TestIncidents:
    def test_are_listed_and_told(self, client):
        refused_at_gmail(3)
        listed = client.get(reverse("bounces:incidents")).content.decode()
        assert "Gmail" in listed
        page = client.get(Incident.objects.get().get_absolute_url()).content.decode()
        assert "poor reputation of your domain" in page

    def test_none_says_what_one_would_be(self, client):
        answer = client.get(reverse("bounces:incidents"))
        assert "No incidents" in answer.content.decode()

    def test_pause_holds_and_solved_lets_go(self, client):
        refused_at_gmail(3)
        incident = Incident.objects.get()
        client.post(reverse("bounces:pause", args=[incident.pk]))
        assert Hold.objects.active().get().value == "gmail"
        assert client.post(incident.get_absolute_url(), {}).status_code == 422
        words = {"solution": "Delisted"}
        answer = client.post(incident.get_absolute_url(), words, follow=True)
        assert "0 blocked for it can be mailed again" in answer.content.decode()
        assert "0 waiting mails go on" in answer.content.decode()
        assert not Hold.objects.active().exists()

    def test_that_judging_anew_has_emptied_are_told_while_mail_waits(self, client):
        refused_at_gmail(3)
        incident = Incident.objects.get()
        client.post(reverse("bounces:pause", args=[incident.pk]))
        emptied_by_new_rules()
        listed = client.get(reverse("bounces:incidents")).content.decode()
        assert incident.get_absolute_url() in listed
        page = client.get(incident.get_absolute_url()).content.decode()
        assert "none of its refusals is one of these any more" in page
        words = {"solution": "The rule was wrong"}
        answer = client.post(incident.get_absolute_url(), words, follow=True)
        assert "Solved." in answer.content.decode()
        assert not Hold.objects.active().exists()

    def test_cost_the_same_for_many(self, client, django_assert_num_queries):
        for place in range(5):
            for n in range(3):
                refused(f"p{n}@firm{place}.example", REPUTATION.format(n=n))
        judging.judge_refusals()
        with django_assert_num_queries(7):
            client.get(reverse("bounces:incidents"))


class TestPolicy:
    url = reverse("bounces:policy")

    def test_shows_every_category(self, client):
        text = client.get(self.url).content.decode()
        assert "mailbox full" in text
        assert "Blocked for good at once" in text

    def test_is_changed_by_an_administrator(self, client):
        client.post(self.url, {"stance": "strict"})
        assert BouncePolicy.current().is_strict

    def test_is_not_changed_by_others(self, outsider_client):
        outsider_client.force_login(UserFactory())
        assert outsider_client.get(self.url).status_code == 200
        answer = outsider_client.post(self.url, {"stance": "strict"})
        assert answer.status_code == 403
        assert not BouncePolicy.current().is_strict


def test_a_report_can_be_kept_as_it_came(client):
    report = Report.objects.create(
        source=Source.FILE,
        digest=b"1",
        raw=b"From: x\r\n\r\nNo",
        kind="failed",
        outcome="review",
    )
    answer = client.get(reverse("bounces:report", args=[report.pk]))
    assert answer.content == b"From: x\r\n\r\nNo"
    assert "attachment" in answer["Content-Disposition"]


def test_no_page_hands_out_the_keys_in_a_report(client):
    mail = DeliveryFactory()
    token = Token(mail.message_id, mail.pk, mail.address_id)
    back, link = (sign(token, one) for one in (Purpose.RETURN_PATH, Purpose.CONFIRM))
    join = "http://console.brand.example/join/Mg/c6h0xk-8f2a1b9c7d/"
    raw = f"From: x@firm.example\r\n\r\nhttps://brand.example/y/{link}\r\n{join}\r\n"
    report = record(raw.encode(), envelope_to=f"b-{back}@bounce.test", source="file")
    pages = [
        reverse("bounces:report", args=[report.pk]),
        reverse("bounces:reports"),
        reverse("admin:bounces_report_change", args=[report.pk]),
    ]
    shown = "".join(client.get(page).content.decode() for page in pages)
    assert "/y/key-removed" in shown
    assert "/join/key-removed" in shown
    assert "b-key-removed@bounce.test" in shown
    assert not any(secret in shown for secret in (back, link, "8f2a1b9c7d"))


@pytest.mark.parametrize(
    "name", ["list", "history", "unbounce_all", "incidents", "policy"]
)
def test_an_outsider_is_sent_to_sign_in(outsider_client, name):
    assert "/login/" in outsider_client.get(reverse(f"bounces:{name}"))["Location"]


@pytest.mark.parametrize("name", ["unbounce", "report", "incident", "pause"])
def test_an_outsider_sees_nothing_of_one(outsider_client, name):
    answer = outsider_client.get(reverse(f"bounces:{name}", args=[1]))
    assert "/login/" in answer["Location"]


@pytest.mark.parametrize("name", ["unbounce", "report", "incident"])
def test_what_is_not_there_is_not_found(client, name):
    assert client.get(reverse(f"bounces:{name}", args=[1])).status_code == 404
