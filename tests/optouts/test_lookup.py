import csv
import io

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from consent.models import Address, ConsentRecord, SubscriptionType, Suppression
from consent.vocabulary import (
    BOUNCE_REASON,
    Act,
    Action,
    Actor,
    LegalBasis,
    LiftedBy,
    Mechanism,
    Reason,
    Scope,
)
from contacts.models import Contact
from tests.factories import ContactFactory, make_address, no_because

pytestmark = pytest.mark.django_db


def suppress(address, reason, **scope):
    act = Act(
        action=Action.WITHDRAWN,
        mechanism=Mechanism.FEEDBACK_LOOP,
        actor=Actor.MAILBOX_PROVIDER,
    )
    Suppression.objects.suppress([address.pk], reason, act, **scope)


def said(answer):
    return " ".join(answer.content.decode().split())


class TestLookUp:
    def test_an_address_nobody_knows_is_not_blocked(self, client):
        page = said(client.get("/optouts/", {"q": "Nobody@X.example"}))
        assert "Nothing is known of this address at all" in page

    def test_it_says_why_since_when_and_from_which_record(self, client, ana):
        suppress(ana, Reason.COMPLAINT)
        page = said(client.get("/optouts/", {"q": "ANA@people.example"}))
        assert "Reported our mail as spam" in page
        assert "Feedback loop" in page
        assert f"record {ConsentRecord.objects.get().pk}" in page

    def test_what_was_lifted_is_told_but_does_not_block(self, client, ana):
        suppress(ana, Reason.STAFF_OPT_OUT)
        act = Act(
            action=Action.RESTORED,
            mechanism=Mechanism.STAFF,
            actor=Actor.STAFF,
            occurred_at=timezone.now(),
        )
        Suppression.objects.lift(LiftedBy.STAFF, act)
        answer = client.get("/optouts/", {"q": "ana@people.example"})
        assert not answer.context["is_blocked"]
        assert "Staff, with a reason" in said(answer)

    def test_what_is_no_address_gets_a_sentence(self, client):
        assert "has no @" in said(client.get("/optouts/", {"q": "ana"}))

    def test_looking_up_writes_nothing(self, client):
        client.get("/optouts/", {"q": "new@x.example"})
        assert not Address.objects.exists()

    def test_it_takes_few_queries_however_much_there_is(
        self, client, ana, django_assert_num_queries
    ):
        for reason in Reason:
            Suppression.objects.suppress([ana.pk], reason, no_because(reason))
        with django_assert_num_queries(6):
            client.get("/optouts/", {"q": "ana@people.example"})


class TestOptOut:
    def fields(self, **given):
        return {
            "address": "New@X.example",
            "scope": "everything",
            "basis": LegalBasis.CONSENT.value,
            "explanation": "Phone call",
            **given,
        }

    def test_somebody_is_opted_out_on_request(self, client, alice):
        answer = client.post("/optouts/new/", self.fields())
        row = Suppression.objects.get()
        assert answer.url == "/optouts/?q=new%40x.example"
        assert (row.reason, row.scope) == (Reason.STAFF_OPT_OUT, Scope.EVERYTHING)
        assert row.record.explanation == "Phone call"
        assert row.record.basis == LegalBasis.CONSENT
        assert row.record.user == alice
        assert not Contact.objects.exists()
        assert AuditEntry.objects.get().verb == "opted out on request"

    def test_it_may_cover_one_type(self, client, kind):
        client.post("/optouts/new/", self.fields(scope=f"type-{kind.pk}"))
        assert Suppression.objects.get().subscription_type == kind

    @pytest.mark.parametrize(
        ("given", "sentence"),
        [
            ({"address": "ana"}, "has no @"),
            ({"explanation": ""}, "This field is required"),
            ({"scope": "brand-999"}, "Select a valid choice"),
        ],
    )
    def test_a_mistake_gets_a_sentence(self, client, given, sentence):
        answer = client.post("/optouts/new/", self.fields(**given))
        assert answer.status_code == 422
        assert sentence in said(answer)
        assert not Suppression.objects.exists()

    def test_twice_is_once(self, client):
        for _ in range(2):
            client.post("/optouts/new/", self.fields())
        assert Suppression.objects.count() == 1


class TestExport:
    def table(self, client, **asked):
        answer = client.get("/optouts/export.csv", asked)
        content = b"".join(answer.streaming_content)
        return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))

    def test_each_blocked_address_is_one_row(self, client, ana, kind):
        suppress(ana, Reason.COMPLAINT)
        suppress(ana, Reason.OWN_OPT_OUT, subscription_type=kind)
        suppress(make_address("ben@people.example"), Reason.DEAD_ADDRESS)
        suppress(make_address("eva@people.example"), Reason.GLOBAL_BLOCK)
        make_address("free@people.example")

        first, second, third = (list(row.values()) for row in self.table(client))
        assert first[:5] == ["ana@people.example", "", "FALSE", "TRUE", "FALSE"]
        assert second[:4] == ["ben@people.example", "UNKNOWN_USER", "FALSE", "FALSE"]
        assert third[:5] == ["eva@people.example", "", "FALSE", "FALSE", "TRUE"]

    def test_its_columns_are_fixed_and_one_for_each_subscription(
        self, client, ana, kind
    ):
        suppress(ana, Reason.OWN_OPT_OUT, subscription_type=kind)
        [row] = self.table(client)
        assert list(row)[:5] == [
            "Email",
            "Portal Bounce",
            "Portal Unsubscribe",
            "Portal Spam Report",
            "Global Bounce",
        ]
        assert len(row) == 5 + SubscriptionType.objects.count()
        said = {name: value for name, value in row.items() if str(kind) in name}
        assert set(said.values()) == {"TRUE"}
        others = [v for n, v in list(row.items())[5:] if n not in said]
        assert set(others) <= {"FALSE"}

    def test_a_no_to_everything_stands_in_every_column(self, client, ana):
        suppress(ana, Reason.IMPORTED_OPT_OUT)
        [row] = self.table(client)
        assert row["Portal Unsubscribe"] == "TRUE"
        assert set(list(row.values())[5:]) == {"TRUE"}

    @pytest.mark.parametrize(
        ("group", "names"),
        [
            ("unsubscribed", {"ana"}),
            ("bounced", {"ben"}),
            ("spam", {"eva"}),
        ],
    )
    def test_it_holds_the_groups_that_were_chosen(self, client, ana, group, names):
        suppress(ana, Reason.IMPORTED_OPT_OUT)
        suppress(make_address("ben@people.example"), Reason.BOUNCED)
        suppress(make_address("eva@people.example"), Reason.COMPLAINT)
        suppress(make_address("pia@people.example"), Reason.GLOBAL_BLOCK)
        rows = self.table(client, group=group)
        assert {row["Email"].partition("@")[0] for row in rows} == names
        rows = self.table(client, group=group, include_global="on")
        assert {row["Email"].partition("@")[0] for row in rows} == {*names, "pia"}

    def test_a_deleted_contact_keeps_the_reason(self, client, alice):
        contact = ContactFactory(email="ben@people.example")
        bounce = Act(
            action=Action.SUPPRESSED,
            mechanism=Mechanism.IMPORT,
            actor=Actor.IMPORT,
            source={BOUNCE_REASON: "POLICY"},
        )
        Suppression.objects.suppress(
            [contact.address_id], Reason.IMPORTED_BOUNCE, bounce
        )
        contact.forget(alice)
        assert self.table(client)[0]["Portal Bounce"] == "POLICY"

    def test_it_asks_what_shall_be_in_it(self, client):
        assert "Reported spam" in said(client.get("/optouts/export/"))
        answer = client.get("/optouts/export.csv", {"include_global": "on"})
        assert "Choose at least one group" in said(answer)

    def test_no_spreadsheet_runs_it(self, client):
        suppress(make_address("=cmd@x.example"), Reason.COMPLAINT)
        assert self.table(client)[0]["Email"] == "'=cmd@x.example"

    def test_it_is_written_down_who_took_it(self, client, alice):
        client.get("/optouts/export.csv")
        assert AuditEntry.objects.get().actor == alice

    def test_it_takes_as_many_queries_for_many_rows(
        self, client, django_assert_max_num_queries
    ):
        for number in range(20):
            suppress(make_address(f"p{number}@x.example"), Reason.COMPLAINT)
        with django_assert_max_num_queries(6):
            assert len(self.table(client)) == 20


@pytest.mark.parametrize("page", ["", "new/", "export/", "export.csv"])
def test_an_outsider_sees_nothing(outsider_client, page):
    answer = outsider_client.get(f"/optouts/{page}")
    assert answer.status_code == 302
    assert answer.url.startswith("/login/")
