"""Another chance after 90 days, and domains that are asked for before they are given
up."""

import datetime as dt
import socketserver
import threading

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from bounces import domains, incidents, judging, releasing
from bounces.models import DomainCheck, Incident, Release, Way
from consent.models import Grant, SubscriptionType, Suppression
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from contacts.models import Contact
from deliveries.models import Hold
from tests.bounces.test_incidents import refused
from tests.factories import ContactFactory, UserFactory, agree

pytestmark = pytest.mark.django_db
NOW = timezone.now()
DAY = dt.timedelta(days=1)


def worn_out(reason="OTHER", days=91, **fields):
    contact = ContactFactory(hard_bounce_reason=reason, **fields)
    act = Act(
        action=Action.SUPPRESSED,
        mechanism=Mechanism.BOUNCE,
        actor=Actor.MAILBOX_PROVIDER,
        occurred_at=NOW - days * DAY,
    )
    Suppression.objects.suppress([contact.address_id], Reason.BOUNCED, act)
    Suppression.objects.filter(lifted_at=None).update(created_at=NOW - days * DAY)
    return contact


class TestAnotherChance:
    def test_comes_after_ninety_days(self):
        contact = worn_out()
        assert releasing.release_due() == 1
        assert not contact.suppressions().exists()
        assert Release.objects.get().way == Way.TIMED
        contact.refresh_from_db()
        assert contact.hard_bounce_reason == ""

    def test_does_not_come_earlier(self):
        worn_out(days=89)
        assert releasing.release_due() == 0

    def test_of_a_full_mailbox_is_for_the_engaged(self):
        worn_out("MAILBOX_FULL")
        worn_out("MAILBOX_FULL", last_opened_at=NOW - 120 * DAY)
        assert releasing.release_due() == 1

    @pytest.mark.parametrize("reason", ["POLICY", "SPAM", "CONTENT", "UNKNOWN_USER"])
    def test_is_not_for_other_kinds(self, reason):
        worn_out(reason)
        assert releasing.release_due() == 0

    def test_is_not_for_what_an_import_blocks_as_well(self):
        contact = worn_out()
        act = Act(
            action=Action.SUPPRESSED, mechanism=Mechanism.IMPORT, actor=Actor.IMPORT
        )
        Suppression.objects.suppress([contact.address_id], Reason.IMPORTED_BOUNCE, act)
        assert releasing.release_due() == 0
        assert contact.suppressions().count() == 2

    def test_comes_twice_and_never_again(self):
        contact = worn_out()
        releasing.release_due()
        for expected in (1, 0):
            act = Act(
                action=Action.SUPPRESSED,
                mechanism=Mechanism.BOUNCE,
                actor=Actor.MAILBOX_PROVIDER,
            )
            Suppression.objects.suppress([contact.address_id], Reason.BOUNCED, act)
            type(contact).objects.update(hard_bounce_reason="OTHER")
            active = Suppression.objects.filter(lifted_at=None)
            active.update(created_at=NOW - 91 * DAY)
            assert releasing.release_due() == expected


ANSWERS = {
    "there.example.": {"MX": ["10 mail.there.example."]},
    "host.example.": {"A": ["192.0.2.1"]},
    "null.example.": {"MX": ["0 ."]},
    "empty.example.": {},
}


class Answering(socketserver.BaseRequestHandler):
    def handle(self):
        packet, socket = self.request
        query = dns.message.from_wire(packet)
        asked, answer = query.question[0], dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        name = str(asked.name)
        if name == "broken.example.":
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif name not in ANSWERS:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        else:
            kind = dns.rdatatype.to_text(asked.rdtype)
            if texts := ANSWERS[name].get(kind):
                rows = dns.rrset.from_text_list(asked.name, 60, "IN", kind, texts)
                answer.answer.append(rows)
        socket.sendto(answer.to_wire(), self.client_address)


@pytest.fixture
def resolver():
    """Asks a name server of our own."""
    with socketserver.UDPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, args=[0.05]).start()
        found = dns.resolver.Resolver(configure=False)
        found.nameservers, found.port = ["127.0.0.1"], server.server_address[1]
        found.lifetime = 2
        yield found
        server.shutdown()


@pytest.mark.parametrize(
    ("domain", "found"),
    [
        ("there.example", domains.Found.THERE),
        ("host.example", domains.Found.THERE),
        ("null.example", domains.Found.NULL),
        ("empty.example", domains.Found.NO_SERVER),
        ("nothing.example", domains.Found.NO_NAME),
        ("broken.example", domains.Found.UNKNOWN),
    ],
)
def test_what_the_dns_says_of_a_domain(resolver, domain, found):
    assert domains.ask(domain, resolver) is found


class TestDomains:
    def fail(self, domain):
        refused(f"ana@{domain}", "550 5.1.2 domain not found", 550, "5.1.2")
        ContactFactory(email=f"ben@{domain}")
        judging.judge_refusals()

    def pass_a_day(self, resolver):
        DomainCheck.objects.update(asked_at=F("asked_at") - DAY)
        domains.check_due(resolver)

    def test_are_given_up_after_three_days_without_an_answer(self, resolver):
        self.fail("nothing.example")
        domains.check_due(resolver)  # at once: perhaps the other server was wrong
        for _ in range(2):
            self.pass_a_day(resolver)
            assert not Suppression.objects.exists()
        assert Hold.objects.active().get().value == "nothing.example"
        self.pass_a_day(resolver)
        assert not Hold.objects.active().exists()
        assert Suppression.objects.filter(reason=Reason.DEAD_ADDRESS).count() == 2
        assert not DomainCheck.objects.exists()

    def test_that_say_themselves_that_they_take_no_mail_void_consent(self, resolver):
        refused("ana@null.example", "550 5.1.2 domain not found", 550, "5.1.2")
        agree(Contact.objects.get(), SubscriptionType.objects.default())
        judging.judge_refusals()
        DomainCheck.objects.update(failures=2, asked_at=NOW - 2 * DAY)
        domains.check_due(resolver)
        assert Suppression.objects.get().reason == Reason.DEAD_ADDRESS
        assert not Grant.objects.exists()

    def test_that_are_back_are_forgiven(self, resolver):
        self.fail("there.example")
        self.pass_a_day(resolver)
        assert not DomainCheck.objects.exists()
        assert not Suppression.objects.exists()

    def test_that_could_not_be_asked_do_not_count(self, resolver):
        self.fail("broken.example")
        for _ in range(5):
            self.pass_a_day(resolver)
        assert DomainCheck.objects.get().failures == 0

    def test_are_asked_at_once_and_then_once_a_day(self, resolver):
        self.fail("nothing.example")
        assert domains.check_due(resolver) == 1
        assert domains.check_due(resolver) == 0
        self.pass_a_day(resolver)
        assert domains.check_due(resolver) == 0
        assert DomainCheck.objects.get().failures == 1

    def test_that_are_there_after_all_are_mailed_again_within_minutes(self, resolver):
        self.fail("there.example")
        assert Hold.objects.active().get().kind == "domain"
        domains.check_due(resolver)
        assert not Hold.objects.active().exists()

    def test_of_a_stop_by_a_person_are_not_let_go(self, resolver):
        rosa = UserFactory()
        Hold.objects.stop(rosa, "Ours", kind="domain", value="there.example")
        self.fail("there.example")
        domains.check_due(resolver)
        assert Hold.objects.active().get().created_by == rosa

    def test_that_a_person_stops_meanwhile_are_not_let_go(self, client, resolver):
        self.fail("there.example")
        new = {"kind": "domain", "message": "", "value": "there.example"}
        client.post(reverse("admin:deliveries_hold_add"), new | {"reason": "Ours"})
        domains.check_due(resolver)
        assert Hold.objects.active().get().reason == "Ours"
        assert not DomainCheck.objects.exists()

    def test_of_an_open_incident_are_not_let_go(self, resolver):
        self.fail("there.example")
        open_ = Incident.objects.create(kind="domain", place="there.example")
        incidents.pause(open_, UserFactory())
        domains.check_due(resolver)
        assert Hold.objects.active().get() == open_.hold
        assert not DomainCheck.objects.exists()

    def test_of_a_solved_incident_wait_until_the_dns_has_answered(self, resolver):
        self.fail("nothing.example")
        open_ = Incident.objects.create(kind="domain", place="nothing.example")
        incidents.pause(open_, UserFactory())
        solved = incidents.solve(open_, UserFactory(), "Their IT allowed us")
        assert "Mail there still waits: The domain could not" in incidents.freed(solved)
        assert Hold.objects.active().get().created_by is None
        domains.check_due(resolver)
        assert Hold.objects.active().exists()
        for _ in range(3):
            self.pass_a_day(resolver)
        assert not Hold.objects.active().exists()

    def test_of_the_great_providers_are_not_held(self):
        refused("ana@gmail.com", "550 5.1.2 domain not found", 550, "5.1.2")
        judging.judge_refusals()
        assert DomainCheck.objects.get().domain == "gmail.com"
        assert not Hold.objects.exists()

    def test_about_which_the_dns_says_nothing_are_let_go_after_a_week(self, resolver):
        self.fail("broken.example")
        DomainCheck.objects.update(began_at=NOW - 8 * DAY)
        domains.check_due(resolver)
        assert not Hold.objects.active().exists()
        assert not DomainCheck.objects.exists()
