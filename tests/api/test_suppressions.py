"""The do-not-mail list by the API: asked, added to, read, followed."""

import datetime as dt
import time
from dataclasses import replace

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.roles import Role
from consent.models import (
    Address,
    Brand,
    ConsentChange,
    Place,
    SubscriptionType,
    Suppression,
)
from consent.vocabulary import Act, Action, Actor, LiftedBy, Mechanism, Reason
from tests.api.asking import Program, told
from tests.factories import UserFactory, make_address, no_because
from tests.threads import together

pytestmark = pytest.mark.django_db

# seconds; tests beside this one end within that
PATIENCE = 600
SAID = {"explanation": "On the list of our old tool."}


def block(email, reason=Reason.OWN_OPT_OUT):
    address = make_address(email)
    Suppression.objects.suppress([address.pk], reason, no_because(reason))
    return address


def unblock(address):
    act = Act(
        action=Action.RESTORED, mechanism=Mechanism.DOUBLE_OPT_IN, actor=Actor.CONTACT
    )
    Suppression.objects.filter(address=address).lift(LiftedBy.DOUBLE_OPT_IN, act)


class TestChecking:
    def test_says_what_is_in_force_for_each(self, program):
        block("ada@people.example")
        emails = ["bo@people.example", "ADA@People.example", "nobody"]
        found = program.post("/suppressions/check", {"emails": emails}).json()
        assert [one["email"] for one in found] == emails
        assert [one["is_address"] for one in found] == [True, True, False]
        assert [[no["reason"] for no in one["noes"]] for one in found] == [
            [],
            ["own_opt_out"],
            [],
        ]

    def test_what_was_lifted_is_not_told(self, program):
        unblock(block("ada@people.example"))
        emails = ["ada@people.example"]
        found = program.post("/suppressions/check", {"emails": emails}).json()
        assert found[0]["noes"] == []

    def test_an_erased_address_is_known_again(self, program):
        address = block("ada@people.example", Reason.ERASED)
        Address.objects.filter(pk=address.pk).update(key=None)
        emails = ["ada@people.example"]
        found = program.post("/suppressions/check", {"emails": emails}).json()
        assert [one["reason"] for one in found[0]["noes"]] == ["erased"]

    def test_a_thousand_cost_as_much_as_one(self, program, django_assert_num_queries):
        emails = [f"p{number}@people.example" for number in range(1_000)]
        block(emails[0])
        program.get("/properties")
        with django_assert_num_queries(3):
            answer = program.post("/suppressions/check", {"emails": emails})
        assert len(answer.json()) == 1_000

    @pytest.mark.parametrize("emails", [[], ["a@b.example"] * 1_001, "a@b.example"])
    def test_none_or_too_many_are_refused(self, program, emails):
        answer = program.post("/suppressions/check", {"emails": emails})
        assert told(answer) == (422, "invalid")


class TestAdding:
    def test_blocks_addresses_that_nobody_knows_yet(self, program):
        body = SAID | {"emails": ["ada@people.example", "bo@people.example"]}
        answer = program.post("/suppressions", body).json()
        assert answer == {"added": 2, "known": 0, "refused": [], "in_flight": 0}
        assert Suppression.objects.active().count() == 2

    def test_tells_what_is_no_address_by_its_place(self, program):
        body = SAID | {"emails": ["nobody", "ada@people.example", ""]}
        answer = program.post("/suppressions", body).json()
        assert (answer["added"], answer["refused"]) == (1, [0, 2])

    def test_counts_one_address_once(self, program):
        block("ada@people.example")
        body = SAID | {"emails": ["ada@people.example", "ADA@people.example"]}
        answer = program.post("/suppressions", body).json()
        assert (answer["added"], answer["known"]) == (0, 1)

    def test_stands_in_the_ledger_and_in_the_audit_log(self, program, alice):
        program.post("/suppressions", SAID | {"emails": ["ada@people.example"]})
        record = Suppression.objects.get().record
        assert (record.actor, record.user) == (Actor.PROGRAM, alice)
        entry = AuditEntry.objects.get(verb="put addresses on the list")
        assert entry.detail == {"new": 1, "via": "API token “CRM sync”"}

    def test_a_thousand_are_one_piece_of_work(self, program):
        emails = [f"p{number}@people.example" for number in range(1_000)]
        with CaptureQueriesContext(connection) as asked:
            answer = program.post("/suppressions", SAID | {"emails": emails})
        assert answer.json()["added"] == 1_000
        assert len(asked) < 25

    @pytest.mark.parametrize("scope", ["brand", "type"])
    def test_may_be_about_one_brand_or_type(self, program, scope):
        what = {
            "brand": {"brand": Brand.objects.default().pk},
            "type": {"subscription_type": SubscriptionType.objects.default().pk},
        }[scope]
        program.post("/suppressions", SAID | what | {"emails": ["a@people.example"]})
        assert Suppression.objects.get().scope == scope

    @pytest.mark.parametrize(
        "wrong",
        [
            {"brand": 10**9},
            {"subscription_type": 10**9},
            {"brand": 1, "subscription_type": 1},
            {"asked_by": "nobody"},
            {"reason": "complaint"},
            {"explanation": ""},
        ],
    )
    def test_what_cannot_be_adds_nobody(self, program, wrong):
        body = SAID | {"emails": ["ada@people.example"]} | wrong
        assert told(program.post("/suppressions", body)) == (422, "invalid")
        assert not Suppression.objects.exists()

    def test_twice_with_a_key_gets_the_same_answer(self, program):
        body, key = SAID | {"emails": ["ada@people.example"]}, {"Idempotency-Key": "a"}
        answers = [program.post("/suppressions", body, **key).json() for _ in range(2)]
        assert answers[0] == answers[1]


class TestTheList:
    def test_has_what_is_in_force_page_by_page(self, program):
        for name in ("ada", "bo", "cy"):
            block(f"{name}@people.example")
        unblock(make_address("bo@people.example"))
        first = program.get("/suppressions", limit=1).json()
        second = program.get("/suppressions", limit=1, after=first["next"]).json()
        emails = [one["email"] for page in (first, second) for one in page["items"]]
        assert emails == ["ada@people.example", "cy@people.example"]
        assert second["next"] is None

    def test_costs_the_same_for_many(self, program, django_assert_num_queries):
        for number in range(10):
            block(f"p{number}@people.example")
        program.get("/suppressions")
        with django_assert_num_queries(2):
            program.get("/suppressions")


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(2 * PATIENCE + 300)
class TestFollowing:
    """Committed for real: what is open is not told yet, nor what was committed while
    anybody else on this server, as a test beside this one, had a transaction open."""

    @pytest.fixture
    def program(self):
        return Program(UserFactory(role=Role.ADMIN))

    def changes(self, program, **asked):
        answer = program.get("/suppressions/changes", **asked).json()
        found = [(one["email"][:3], one["change"]) for one in answer["items"]]
        return found, answer

    def once_told(self, program, number, **asked):
        """The same, once that many are told."""
        deadline = time.monotonic() + PATIENCE
        while True:
            found, answer = self.changes(program, **asked)
            if len(found) >= number or time.monotonic() > deadline:
                return found, answer
            time.sleep(0.1)

    def test_tells_what_began_and_what_ended_in_that_order(self, program):
        unblock(block("ada@people.example"))
        found, _ = self.once_told(program, 2)
        assert found[0] == ("ada", "began")
        assert found[1] == ("ada", "ended")

    def test_who_reads_it_stands_in_the_log(self, program):
        self.changes(program, after="latest")
        said = AuditEntry.objects.filter(verb__contains="changes of the do-not-mail")
        assert not said.exists()
        self.changes(program)
        assert said.count() == 1

    def test_goes_on_behind_what_was_told(self, program):
        block("ada@people.example")
        _, first = self.once_told(program, 1)
        block("bob@people.example")
        found, _ = self.once_told(program, 1, after=first["next"])
        assert found == [("bob", "began")]

    def test_goes_on_within_one_statement(self, program):
        emails = [f"{name}@people.example" for name in ("ada", "bob", "cyd")]
        program.post("/suppressions", SAID | {"emails": emails})
        self.once_told(program, len(emails))
        found, after, more = [], {}, True
        while more:
            some, answer = self.changes(program, limit=1, **after)
            found += some
            after, more = {"after": answer["next"]}, answer["more"]
        assert sorted(found) == [(name, "began") for name in ("ada", "bob", "cyd")]

    def test_the_latest_is_behind_all_that_was(self, program):
        block("ada@people.example")
        self.once_told(program, 1)
        _, latest = self.changes(program, after="latest")
        block("bob@people.example")
        found, _ = self.once_told(program, 1, after=latest["next"])
        assert found == [("bob", "began")]

    def test_nothing_new_is_told_with_the_same_place(self, program):
        block("ada@people.example")
        _, first = self.once_told(program, 1)
        found, again = self.changes(program, after=first["next"])
        assert (found, again["next"], again["more"]) == ([], first["next"], False)

    def test_who_commits_late_is_not_lost(self, program):
        """The row of the one who began first has the lower number, and comes later."""
        ada, bob = make_address("ada@people.example"), "bob@people.example"
        with transaction.atomic():
            no = no_because(Reason.OWN_OPT_OUT)
            Suppression.objects.suppress([ada.pk], Reason.OWN_OPT_OUT, no)
            early, answer = together(lambda: self.meanwhile(program, bob))[0]
        late, _ = self.once_told(program, 2, after=answer["next"])
        assert (early, late) == ([], [("ada", "began"), ("bob", "began")])

    def meanwhile(self, program, email):
        _, latest = self.changes(program, after="latest")
        block(email)
        return self.changes(program, after=latest["next"])

    @pytest.mark.parametrize("place", ["x", "1", "1.2.3.4", "1.2.3.4.5.6"])
    def test_a_place_that_is_none_is_refused(self, program, place):
        answer = program.get("/suppressions/changes", after=place)
        assert told(answer) == (422, "invalid")

    def test_who_asks_at_a_place_that_is_none_read_nothing(self, program):
        program.get("/suppressions/changes", after="x")
        said = AuditEntry.objects.filter(verb__contains="changes of the do-not-mail")
        assert not said.exists()

    @pytest.mark.parametrize("part", ["database", "timeline", "transaction", "change"])
    def test_a_place_in_another_history_is_over(self, program, part):
        """A dump that was loaded elsewhere; a backup, from which the server went on;
        one in which as much was not written yet; one in which something else was."""
        block("ada@people.example")
        _, answer = self.once_told(program, 1)
        place = Place.read(answer["next"])
        other = replace(place, **{part: getattr(place, part) + 10**8})
        answer = program.get("/suppressions/changes", after=str(other))
        assert told(answer) == (410, "restored")

    def test_who_asks_too_late_is_told_what_to_do(self, program):
        block("ada@people.example")
        _, first = self.once_told(program, 1)
        block("bob@people.example")
        self.once_told(program, 1, after=first["next"])
        ConsentChange.objects.forget(timezone.now() + dt.timedelta(days=1))
        answer = program.get("/suppressions/changes", after=first["next"])
        assert told(answer) == (410, "forgotten")
        assert "read the list anew" in answer.json()["detail"]
