"""Rules change: old bounces are judged anew, and wrongly lost people come back."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Job, JobState
from accounts.roles import Role
from bounces import acting, judging, rejudging, rescue, rulebook
from bounces.models import (
    Bounce,
    BouncePolicy,
    Incident,
    Release,
    RuleChange,
    Stance,
    Way,
)
from bounces.unbouncing import NotUnbounced
from consent.models import SubscriptionType, Suppression
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from contacts.models import Contact
from deliveries import refusals
from deliveries.models import Delivery
from tests.bounces.test_incidents import refused
from tests.factories import ContactFactory, DeliveryFactory, UserFactory, agree

pytestmark = pytest.mark.django_db
GONE = ("550 5.1.1 no such person here", 550, "5.1.1")


@pytest.fixture
def rosa(db):
    return UserFactory(role=Role.ADMIN)


def lost(email="ana@firm.example"):
    """Somebody whom a refusal ended."""
    delivery = refused(email, *GONE)
    agree(delivery.contact, SubscriptionType.objects.default())
    judging.judge_refusals()
    return delivery.contact


def rule_of(contact):
    return Bounce.objects.get(address=contact.address_id).rule


def say(rule, category, rosa):
    rulebook.change(rulebook.rule(rule), category, "They told us", rosa)


def judge_anew():
    job = Job.objects.claim(rejudging.request(None).pk)
    rejudging.run(job)
    job.refresh_from_db()
    return job


def may_be_mailed(contact):
    kind = SubscriptionType.objects.default()
    return refusals.mailable(Contact.objects.filter(pk=contact.pk), kind).exists()


class TestRules:
    def test_every_row_has_a_key_of_its_own_and_a_source(self):
        keys = [one.key for one in rulebook.rules()]
        assert len(keys) == len(set(keys)) > 150
        assert all(one.source and one.says for one in rulebook.rules())

    def test_a_changed_row_decides_from_then_on(self, rosa):
        first = lost()
        say(rule_of(first), "policy", rosa)
        second = lost("ben@firm.example")
        assert Bounce.objects.get(address=second.address_id).category == "policy"
        assert may_be_mailed(second)

    def test_its_own_category_takes_it_back(self, rosa):
        rule = rule_of(lost())
        say(rule, "policy", rosa)
        say(rule, rulebook.rule(rule).category, rosa)
        assert not RuleChange.objects.exists()

    def test_a_change_is_written_down(self, rosa):
        rule = rule_of(lost())
        say(rule, "policy", rosa)
        entry = AuditEntry.objects.get(verb="changed a bounce rule")
        assert (entry.actor, entry.subject) == (rosa, rule)
        assert entry.detail["to"] == "policy"

    def test_what_is_said_only_for_now_never_ends_an_address(self, rosa):
        delivery = refused(
            "ana@firm.example", "451 4.3.0 server in trouble", 451, "4.3.0"
        )
        judging.judge_refusals()
        rule = rule_of(delivery.contact)
        say(rule, "unknown_user", rosa)
        refused("ben@firm.example", "451 4.3.0 server in trouble", 451, "4.3.0")
        judging.judge_refusals()
        assert not Suppression.objects.exists()


class TestJudgingAnew:
    def test_reads_all_and_says_how_many_are_called_otherwise(self, rosa):
        contact = lost()
        lost("ben@firm.example")
        say(rule_of(contact), "policy", rosa)
        job = judge_anew()
        assert job.state == JobState.DONE
        assert job.result == {"bounces_read": 2, "judged_otherwise": 2}
        bounce = Bounce.objects.get(address=contact.address_id)
        assert (bounce.category, bounce.first_category) == ("policy", "unknown_user")

    def test_reports_follow(self, rosa):
        contact = lost()
        say(rule_of(contact), "policy", rosa)
        judge_anew()
        mail = Delivery.objects.get(contact=contact)
        assert (mail.bounce_kind, mail.bounce_category) == ("block", "policy")

    def test_gives_nobody_back_by_itself(self, rosa):
        contact = lost()
        say(rule_of(contact), "policy", rosa)
        judge_anew()
        assert not may_be_mailed(contact)

    def test_without_a_change_of_rules_changes_nothing(self):
        lost()
        before = list(Bounce.objects.values())
        assert judge_anew().result["judged_otherwise"] == 0
        assert list(Bounce.objects.values()) == before

    def test_ends_addresses_that_should_have_ended(self, rosa):
        delivery = refused("ana@firm.example")
        judging.judge_refusals()
        say(rule_of(delivery.contact), "unknown_user", rosa)
        judge_anew()
        assert Suppression.objects.get().reason == Reason.DEAD_ADDRESS

    def test_leaves_those_alone_who_were_reached_since(self, rosa):
        delivery = refused("ana@firm.example")
        judging.judge_refusals()
        DeliveryFactory(contact=delivery.contact, started_at=timezone.now())
        say(rule_of(delivery.contact), "unknown_user", rosa)
        judge_anew()
        assert not Suppression.objects.exists()

    def test_opens_no_incident_for_old_refusals(self, rosa):
        for n in range(3):
            lost(f"p{n}@firm.example")
        Bounce.objects.update(at=timezone.now() - dt.timedelta(days=60))
        say(Bounce.objects.first().rule, "policy", rosa)
        judge_anew()
        assert not Incident.objects.exists()

    def test_goes_on_where_it_stopped(self, rosa, monkeypatch):
        monkeypatch.setattr(rejudging, "PIECE", 2)
        for n in range(5):
            lost(f"p{n}@firm.example")
        say(Bounce.objects.first().rule, "policy", rosa)
        job = Job.objects.claim(rejudging.request(rosa).pk)
        third = Bounce.objects.order_by("pk")[1].pk
        rejudging.piece(list(Bounce.objects.order_by("pk")[:2]), rejudging.Policy())
        job.report(2, after=third, changed=0)
        rejudging.run(job)
        assert job.result == {"bounces_read": 5, "judged_otherwise": 3}

    def test_of_two_reports_that_now_say_the_same_one_stays(self, rosa):
        contact = lost()
        bounce = Bounce.objects.get()
        Bounce.objects.create(
            delivery_id=bounce.delivery_id,
            message=bounce.message,
            address=bounce.address,
            kind="block",
            category="policy",
            doing="nothing",
            words="550 5.7.1 refused by policy",
            code=550,
            enhanced_code="5.7.1",
        )
        say(rule_of_hard(contact), "policy", rosa)
        judge_anew()
        assert Bounce.objects.count() == 1

    def test_is_asked_for_once_at_a_time(self, rosa):
        assert rejudging.request(rosa) == rejudging.request(rosa)


def rule_of_hard(contact):
    return Bounce.objects.get(address=contact.address_id, kind="hard").rule


class TestRescue:
    def judged_anew(self, rosa, email="ana@firm.example"):
        contact = lost(email)
        say(rule_of(contact), "policy", rosa)
        judge_anew()
        return contact

    def test_shows_whom_the_rules_of_today_would_not_block(self, rosa):
        lost("ben@other.example")
        assert not rescue.candidates().exists()
        Bounce.objects.update(rule="other")
        contact = self.judged_anew(rosa)
        found = rescue.candidates().filter(address=contact.address_id)
        assert found.get().reason == Reason.DEAD_ADDRESS

    def test_expects_those_who_agreed_and_are_free_otherwise(self, rosa):
        contact = self.judged_anew(rosa)
        lost("ben@firm.example")  # judged by the changed rule: never blocked
        assert rescue.mailable(rescue.candidates()).count() == 1
        act = Act(
            action=Action.WITHDRAWN,
            mechanism=Mechanism.UNSUBSCRIBE_PAGE,
            actor=Actor.CONTACT,
        )
        Suppression.objects.suppress([contact.address_id], Reason.OWN_OPT_OUT, act)
        assert rescue.candidates().count() == 1
        assert rescue.mailable(rescue.candidates()).count() == 0

    def test_releases_and_writes_down_why(self, rosa):
        contact = self.judged_anew(rosa)
        block = rescue.candidates().get()
        assert rescue.release(rosa, [block.pk]) == 1
        assert may_be_mailed(contact)
        made = Release.objects.get()
        assert (made.way, made.user, made.was) == (Way.RESCUE, rosa, "UNKNOWN_USER")
        contact.refresh_from_db()
        assert contact.hard_bounce_reason == ""

    def test_releases_nobody_who_is_not_in_the_report(self, rosa):
        contact = lost()
        block = Suppression.objects.get(address=contact.address_id)
        assert rescue.release(rosa, [block.pk]) == 0
        assert not may_be_mailed(contact)

    def test_needs_the_permission(self, rosa):
        self.judged_anew(rosa)
        with pytest.raises(NotUnbounced, match="administrator"):
            rescue.release(UserFactory())

    def test_does_not_touch_the_quota_nor_the_once_only(self, rosa):
        self.judged_anew(rosa)
        rescue.release(rosa)
        assert not Release.objects.filter(way=Way.PERSON).exists()

    def test_shows_those_blocked_strictly_when_the_switch_is_back(self, rosa):
        chosen = BouncePolicy.objects.update_or_create(
            id=1, defaults={"stance": Stance.STRICT}
        )[0]
        delivery = refused("ana@gmail.com")
        judging.judge_refusals()
        assert not rescue.candidates().exists()
        chosen.stance = Stance.BY_CAUSE
        chosen.save()
        assert rescue.candidates().get().address_id == delivery.address_id

    def test_leaves_out_domains_that_the_dns_gave_up(self, rosa):
        delivery = refused("ana@firm.example")
        judging.judge_refusals()
        acting.kill([delivery.address_id], domain="firm.example")
        assert not rescue.candidates().exists()


class TestPages:
    def test_the_report_is_reviewed_and_released_with_one_click(self, client, alice):
        contact = TestRescue().judged_anew(alice)
        page = client.get(reverse("bounces:rescue"))
        text = page.content.decode()
        assert "There is no such mailbox." in text
        assert "refuses our mail by a rule of its own" in text
        block = rescue.candidates().get()
        url = reverse("bounces:release")
        nobody = client.post(url, {}, follow=True)
        assert "Nobody was chosen" in nobody.content.decode()
        answer = client.post(url, {"only": block.pk}, follow=True)
        assert "Judged anew" in answer.content.decode()
        assert may_be_mailed(contact)

    def test_the_report_costs_the_same_for_many(
        self, client, alice, django_assert_num_queries
    ):
        for n in range(5):
            lost(f"p{n}@firm.example")
        say(Bounce.objects.first().rule, "policy", alice)
        judge_anew()
        with django_assert_num_queries(11):
            client.get(reverse("bounces:rescue"))

    def test_an_empty_report_says_how_it_is_made(self, client):
        text = client.get(reverse("bounces:rescue")).content.decode()
        assert "Nobody was lost" in text

    def test_rules_are_searched_and_changed_by_an_administrator(self, client):
        rule = rule_of(lost())
        listed = client.get(reverse("bounces:rules"), {"category": "unknown_user"})
        assert rule in listed.content.decode()
        url = reverse("bounces:rule", args=[rule])
        assert client.post(url, {"category": "policy"}).status_code == 422
        client.post(url, {"category": "policy", "note": "Told by their IT"})
        assert RuleChange.objects.get().category == "policy"
        assert (
            "Changed here by"
            in client.get(reverse("bounces:rules"), {"q": rule}).content.decode()
        )

    def test_rules_are_not_changed_by_others(self, outsider_client):
        rule = rule_of(lost())
        outsider_client.force_login(UserFactory())
        url = reverse("bounces:rule", args=[rule])
        assert outsider_client.get(url).status_code == 200
        words = {"category": "policy", "note": "No"}
        assert outsider_client.post(url, words).status_code == 403
        assert outsider_client.post(reverse("bounces:rejudge")).status_code == 403
        assert not RuleChange.objects.exists()

    def test_an_unknown_rule_is_not_found(self, client):
        assert client.get(reverse("bounces:rule", args=["x"])).status_code == 404

    def test_judging_anew_is_a_job_with_progress(self, client):
        lost()
        answer = client.post(reverse("bounces:rejudge"), follow=True)
        assert "Old bounces are being judged" in answer.content.decode()
        job = Job.objects.get(kind=rejudging.KIND)
        assert (job.total, job.unit) == (1, "bounces")


def test_somebody_new_at_a_released_address_is_not_called_bounced(rosa):
    contact = TestRescue().judged_anew(rosa)
    rescue.release(rosa)
    contact.forget(rosa)
    assert ContactFactory(email="ana@firm.example").hard_bounce_reason == ""
