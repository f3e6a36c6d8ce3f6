import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from consent.models import Address, ConsentRecord, Suppression
from consent.vocabulary import (
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
from tests.factories import no_because

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


@pytest.mark.parametrize(
    "page", ["", "new/", "export/", "exports/1/", "exports/1/file/"]
)
def test_an_outsider_sees_nothing(outsider_client, page):
    answer = outsider_client.get(f"/optouts/{page}")
    assert answer.status_code == 302
    assert answer.url.startswith("/login/")
