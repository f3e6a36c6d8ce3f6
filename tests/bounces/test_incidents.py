"""What is done about refusals that are about the sender, and about new owners."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import Job
from bounces import incidents, judging, rejudging, rulebook
from bounces.models import Bounce, BouncePolicy, Incident, Kept, Release, Stance
from bounces.policy import Policy
from consent.models import Address, ConsentRecord, Grant, SubscriptionType, Suppression
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from contacts.models import Contact
from deliveries.models import Delivery, DeliveryState, Hold
from tests.factories import (
    ContactFactory,
    DeliveryFactory,
    UserFactory,
    agree,
)
from tests.threads import halfway

pytestmark = pytest.mark.django_db
REPUTATION = "550 5.7.1 [203.0.113.{n} x{n}8812] poor reputation of your domain"


def refused(email, reply=REPUTATION, code=550, enhanced="5.7.1", **fields):
    return DeliveryFactory(
        **fields,
        contact=ContactFactory(email=email),
        state=DeliveryState.REFUSED,
        delivered_at=None,
        smtp_code=code,
        enhanced_code=enhanced,
        reply=reply,
    )


def refused_at_gmail(count):
    for n in range(count):
        refused(f"p{n}@gmail.com", REPUTATION.format(n=n))
    judging.judge_refusals()


def test_refusals_alike_are_one_incident_of_the_provider():
    refused_at_gmail(4)
    found = incidents.counted().get()
    assert (found.kind, found.place) == ("provider", "gmail")
    assert (found.refusals, found.people, found.category) == (4, 4, "reputation")


def test_elsewhere_it_is_one_of_the_domain():
    for n in range(3):
        refused(f"p{n}@firm.example", REPUTATION.format(n=n))
    judging.judge_refusals()
    found = incidents.counted().get()
    assert (found.kind, found.place) == ("domain", "firm.example")


def test_two_refusals_are_no_incident_yet():
    refused_at_gmail(2)
    assert not incidents.counted().exists()
    refused_at_gmail_again()
    assert incidents.counted().count() == 1


def refused_at_gmail_again():
    refused("again@gmail.com", REPUTATION.format(n=7))
    judging.judge_refusals()


def test_other_words_are_another_incident():
    refused_at_gmail(3)
    for n in range(3):
        refused(f"q{n}@gmail.com", "550 5.7.26 unauthenticated email", 550, "5.7.26")
    judging.judge_refusals()
    assert incidents.counted().count() == 2


def test_the_address_is_never_touched():
    refused_at_gmail(5)
    assert not Suppression.objects.exists()


def test_gathering_again_in_any_order_changes_nothing():
    refused_at_gmail(5)
    before = list(Incident.objects.values()), list(Bounce.objects.values())
    rows = list(Bounce.objects.select_related("address"))
    rows.reverse()
    incidents.attach(rows, Policy())
    Bounce.objects.update(incident=None)
    rows = list(Bounce.objects.select_related("address"))
    rows = rows[1::2] + rows[::2]
    incidents.attach(rows, Policy())
    assert (list(Incident.objects.values()), list(Bounce.objects.values())) == before


def another_at_gmail():
    """A second incident there, for other words."""
    known = set(Incident.objects.values_list("pk", flat=True))
    for n in range(3):
        refused(f"q{n}@gmail.com", "550 5.7.26 unauthenticated email", 550, "5.7.26")
    judging.judge_refusals()
    return Incident.objects.exclude(pk__in=known).get()


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """Somebody says that an incident is solved while something else happens there."""

    @pytest.fixture
    def held(self):
        refused_at_gmail(3)
        incident = Incident.objects.get()
        incidents.pause(incident, UserFactory())
        return incident

    def test_another_incident_that_just_took_the_stop_keeps_it(self, held):
        other, rosa = another_at_gmail(), UserFactory()
        solve = lambda: incidents.solve(held, rosa, "Delisted")  # noqa: E731
        solved = halfway(lambda: incidents.pause(other, rosa), solve)
        assert solved.let_go == 0
        assert Incident.objects.open().get().hold == Hold.objects.active().get()

    def test_another_incident_does_not_take_a_stop_that_ends(self, held):
        other, rosa = another_at_gmail(), UserFactory()
        solve = lambda: incidents.solve(held, rosa, "Delisted")  # noqa: E731
        halfway(solve, lambda: incidents.pause(other, rosa))
        assert Incident.objects.open().get().hold == Hold.objects.active().get()

    def test_what_comes_after_it_was_solved_opens_a_new_one(self, held):
        refused("late@gmail.com", REPUTATION.format(n=9))
        solve = lambda: incidents.solve(held, UserFactory(), "Delisted")  # noqa: E731
        halfway(solve, judging.judge_refusals)
        assert held.bounces.count() == 3
        assert Incident.objects.open().get().bounces.count() == 1

    def test_who_is_blocked_for_it_and_refused_once_more_stands_in_no_circle(self):
        BouncePolicy.objects.update_or_create(id=1, defaults={"stance": Stance.STRICT})
        refused_at_gmail(3)
        incident, rosa = Incident.objects.get(), UserFactory()
        ana = Address.objects.order_by("pk").first()
        solved = halfway(
            lambda: Address.objects.lock([ana.pk]),
            lambda: incidents.solve(incident, rosa, "Delisted"),
            lambda: incidents.attach(again_of(incident), Policy()),
        )
        assert solved.released == 3


def again_of(incident):
    Bounce.objects.update(incident=None)
    return Bounce.objects.select_related("address")


class TestStrict:
    @pytest.fixture(autouse=True)
    def strict(self, db):
        BouncePolicy.objects.update_or_create(id=1, defaults={"stance": Stance.STRICT})

    def test_blocks_what_is_held_against_the_sender(self):
        delivery = refused("ana@gmail.com")
        judging.judge_refusals()
        assert Suppression.objects.active().get().reason == Reason.BOUNCED
        delivery.contact.refresh_from_db()
        assert delivery.contact.hard_bounce_reason == "POLICY"

    def test_takes_a_passing_refusal_as_passing(self):
        refused("ana@gmail.com", "421 4.7.0 poor reputation", 421, "4.7.0")
        judging.judge_refusals()
        assert not Suppression.objects.exists()

    def test_a_solved_incident_gives_them_all_back_and_says_how_many(self):
        refused_at_gmail(4)
        Contact.objects.filter(email__startswith="p0").update(hard_bounce_reason="SPAM")
        incident, rosa = Incident.objects.get(), UserFactory()
        assert incidents.solve(incident, rosa, "DKIM record repaired").released == 4
        assert not Suppression.objects.active().exists()
        was = Release.objects.filter(way="incident").values_list("was", flat=True)
        assert sorted(was) == ["POLICY", "POLICY", "POLICY", "SPAM"]
        assert incidents.solve(incident, rosa, "again").solution != "again"
        assert not Delivery.objects.exclude(contact__hard_bounce_reason="").exists()

    @pytest.fixture
    def incident(self):
        """Three people at Gmail; the first is `ana`."""
        refused_at_gmail(3)
        return Incident.objects.get()

    @pytest.fixture
    def ana(self, incident):
        return Contact.objects.get(email="p0@gmail.com")

    def gives_back_all_but(self, ana, incident, count=2):
        """Solving it does."""
        solved = incidents.solve(incident, UserFactory(), "Delisted")
        mine = Suppression.objects.active().filter(address=ana.address_id)
        return solved.released == count and mine.filter(reason="bounced").exists()

    def test_who_has_another_block_is_not_given_back(self, ana, incident):
        act = Act(
            action=Action.SUPPRESSED, mechanism=Mechanism.IMPORT, actor=Actor.IMPORT
        )
        Suppression.objects.suppress([ana.address_id], Reason.IMPORTED_BOUNCE, act)
        assert self.gives_back_all_but(ana, incident)

    def test_who_was_kept_blocked_is_not_given_back(self, ana, incident):
        block = Suppression.objects.get(address=ana.address_id)
        Kept.objects.create(block=block, category="reputation", user=UserFactory())
        assert self.gives_back_all_but(ana, incident)

    def test_who_failed_too_often_besides_is_not_given_back(self, ana, incident):
        for day in (60, 50, 40, 30, 20):
            DeliveryFactory(
                contact=ana,
                state=DeliveryState.EXPIRED,
                started_at=timezone.now() - dt.timedelta(days=day),
                delivered_at=None,
                smtp_code=451,
                enhanced_code="4.3.0",
                reply="451 4.3.0 server in trouble",
            )
        judging.judge_refusals()
        assert self.gives_back_all_but(ana, incident)

    def test_who_another_open_incident_blocks_waits_for_it(self, ana, incident):
        unsigned = ("550 5.7.26 unauthenticated email", 550, "5.7.26")
        for email in ("q1@gmail.com", "q2@gmail.com"):
            refused(email, *unsigned)
        DeliveryFactory(
            contact=ana,
            state=DeliveryState.REFUSED,
            delivered_at=None,
            smtp_code=550,
            enhanced_code="5.7.26",
            reply=unsigned[0],
        )
        judging.judge_refusals()
        assert self.gives_back_all_but(ana, incident)
        other = Incident.objects.open().get()
        assert incidents.solve(other, UserFactory(), "DKIM repaired").released == 3


def emptied_by_new_rules():
    """What was an incident is something else by the rules of today."""
    decided = rulebook.rule(Bounce.objects.first().rule)
    rulebook.change(decided, "sender_rejected", "They told us", UserFactory())
    rejudging.run(Job.objects.claim(rejudging.request(None).pk))


def test_what_judging_anew_has_emptied_keeps_its_stop_until_it_is_solved():
    refused_at_gmail(3)
    first, rosa = Incident.objects.get(), UserFactory()
    incidents.pause(first, rosa)
    emptied_by_new_rules()
    other = Incident.objects.exclude(pk=first.pk).get()
    incidents.pause(other, rosa)
    incidents.solve(other, rosa, "Delisted")
    assert Hold.objects.active().get() == first.hold
    assert first in incidents.counted().open()
    incidents.solve(first, rosa, "Nothing is left of it")
    assert not Hold.objects.active().exists()


def test_after_it_is_solved_the_same_opens_a_new_one():
    refused_at_gmail(3)
    incidents.solve(Incident.objects.get(), UserFactory(), "Delisted")
    refused_at_gmail_again()
    assert Incident.objects.count() == 2


@pytest.mark.parametrize(
    ("code", "enhanced", "words"),
    [
        (550, "5.7.17", "mailbox owner has changed"),
        (556, "5.1.10", "Recipient address has null MX"),
        (556, "", "Domain does not accept mail"),
        (550, "", "the domain has a null MX"),
    ],
)
def test_a_new_owner_or_no_mail_at_all_ends_the_address_and_the_consent(
    code, enhanced, words
):
    words = f"{code} {enhanced} {words}"
    delivery = refused("ana@firm.example", words, code, enhanced)
    agree(delivery.contact, SubscriptionType.objects.default())
    judging.judge_refusals()
    assert not Grant.objects.exists()
    assert Suppression.objects.active().get().reason == Reason.DEAD_ADDRESS
    actions = ConsentRecord.objects.values_list("action", flat=True)
    assert Action.EXPIRED in set(actions)


def test_what_exchange_says_of_an_unknown_mailbox_voids_nothing():
    words = "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found"
    delivery = refused("ana@firm.example", words, 550, "5.1.10")
    agree(delivery.contact, SubscriptionType.objects.default())
    judging.judge_refusals()
    assert Suppression.objects.active().get().reason == Reason.DEAD_ADDRESS
    assert Grant.objects.exists()
