"""What people said to a provider, and what its list must not do to anybody."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bounces import feeding, provider_lists
from bounces.models import ProviderList
from bounces.provider_lists import Entry, ListAt, Said
from consent.models import Address, SubscriptionType, Suppression
from consent.vocabulary import Action, Grade, LiftedBy, Mechanism, Reason, Scope
from tests.bounces.test_suppression_lists import KEY, emails, providers
from tests.factories import ContactFactory, SubscriptionTypeFactory, agree

__all__ = ["providers"]
pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
POSTMARK = "/message-streams/outbound/suppressions/dump"
SPARKPOST = "/api/v1/suppression-list"
BREVO = "/v3/smtp/blockedContacts"


@pytest.mark.parametrize(
    ("name", "path", "why"),
    [
        ("postmark", POSTMARK, "ManualSuppression"),
        ("sparkpost", SPARKPOST, "List Unsubscribe"),
        ("sparkpost", SPARKPOST, "Unsubscribe Link"),
        ("brevo", BREVO, "unsubscribedViaMA"),
        ("brevo", BREVO, "unsubscribedViaEmail"),
        ("brevo", BREVO, "unsubscribedViaApi"),
        ("mailersend", "/v1/suppressions/unsubscribes", ""),
        ("mailgun", "/v3/mg.brand.example/unsubscribes", ""),
        ("sendgrid", "/v3/suppression/unsubscribes", ""),
        ("sendgrid", "/v3/asm/suppressions", ""),
    ],
)
def test_who_opted_out_there_has_opted_out_here(providers, name, path, why):
    providers.lists[path] = emails(1, why=why)
    part = "mg.brand.example" if name == "mailgun" else ""
    feeding.read(ListAt.of(providers.url(name, part)))
    found = Suppression.objects.get()
    assert (found.reason, found.scope) == (Reason.OWN_OPT_OUT, Scope.EVERYTHING)
    assert found.record.action == Action.WITHDRAWN


def test_who_left_a_group_of_sendgrid_did_so_on_the_day_that_it_names(providers):
    providers.lists["/v3/asm/suppressions"] = emails(600)
    found = feeding.read(ListAt.of(providers.url("sendgrid")))
    assert (found.listed, found.added, found.problem) == (600, 600, "")
    day = dt.datetime(2026, 10, 10, 13, 58, 33, tzinfo=dt.UTC)
    assert set(Suppression.objects.values_list("occurred_at", flat=True)) == {day}


def test_what_we_put_on_the_list_ourselves_is_no_opt_out(providers):
    providers.origin = "Customer"
    providers.lists[POSTMARK] = emails(1, why="ManualSuppression")
    feeding.read(ListAt.of(providers.url("postmark")))
    assert Suppression.objects.get().reason == Reason.GLOBAL_BLOCK


@pytest.mark.parametrize(
    "value",
    [
        1_791_640_713,
        "2026-10-10T08:58:33-05:00",
        "2026-10-10T13:58:33",
        "Sat, 10 Oct 2026 13:58:33 UTC",
    ],
)
def test_dates_of_lists_are_read(value):
    found = provider_lists.moment(value)
    assert found == dt.datetime(2026, 10, 10, 13, 58, 33, tzinfo=dt.UTC)


@pytest.mark.parametrize("value", [None, "", "soon", 1, 10**30])
def test_what_is_no_date_is_none(value):
    assert provider_lists.moment(value) is None


@pytest.mark.parametrize("said", [Said.COMPLAINED, Said.OPTED_OUT])
@pytest.mark.parametrize("dated", [True, False])
class TestASignUp:
    @pytest.fixture(autouse=True)
    def _ana(self, said, dated):
        self.ana = ContactFactory(email="ana@firm.example")
        self.letters = SubscriptionType.objects.default()
        self.offers = SubscriptionTypeFactory()
        said_at = timezone.now() - 2 * DAY if dated else None
        self.listed = [Entry("ana@firm.example", said, said_at)]

    def sign_up(self, days=0):
        fields = {
            "action": Action.GIVEN,
            "mechanism": Mechanism.DOUBLE_OPT_IN,
            "occurred_at": timezone.now() - days * DAY,
        }
        agree(self.ana, self.letters, Grade.DOUBLE_OPT_IN, **fields)
        record = self.ana.address.consentrecord_set.latest("pk")
        Suppression.objects.active().filter(address=self.ana.address).update(
            lifted_at=timezone.now(),
            lifted_by=LiftedBy.DOUBLE_OPT_IN,
            lifted_record=record,
        )

    def forbidden(self, kind):
        rows = Suppression.objects.active().filter(address=self.ana.address)
        return rows.covering(kind).exists()

    def test_after_it_is_not_undone(self):
        feeding.take(self.listed, "postmark")
        self.sign_up()
        assert feeding.take(self.listed, "postmark") == 0
        assert not self.forbidden(self.letters)

    def test_after_it_gives_back_nothing_else(self):
        feeding.take(self.listed, "postmark")
        self.sign_up()
        for _ in range(2):
            feeding.take(self.listed, "postmark")
        assert self.forbidden(self.offers)
        assert Suppression.objects.active().filter(scope=Scope.TYPE).count() == 1

    def test_before_it_does_not_help(self):
        self.sign_up(days=3)
        assert feeding.take(self.listed, "postmark") == 1
        assert self.forbidden(self.letters)


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("newest", [timezone.now() - DAY, None])
def test_who_left_one_sender_before_a_sign_up_and_one_after_it_is_not_mailed(
    newest, newest_first
):
    """A provider lists her once for every sender that she left."""
    ana = ContactFactory(email="ana@firm.example")
    letters = SubscriptionType.objects.default()
    sign_up = {
        "action": Action.GIVEN,
        "mechanism": Mechanism.DOUBLE_OPT_IN,
        "occurred_at": timezone.now() - 2 * DAY,
    }
    agree(ana, letters, Grade.DOUBLE_OPT_IN, **sign_up)
    moments = [newest, timezone.now() - 3 * DAY]
    listed = [Entry("ana@firm.example", Said.OPTED_OUT, at) for at in moments]
    feeding.take(listed if newest_first else listed[::-1], "brevo")
    assert Suppression.objects.active().covering(letters).exists()


def listing(number):
    """An opt-out each, one a day."""
    now = timezone.now()
    return [
        Entry(f"p{n}@firm.example", Said.OPTED_OUT, now - (n + 1) * DAY)
        for n in range(number)
    ]


def test_a_list_with_dates_takes_as_many_statements_however_long_it_is():
    asked = []
    for number in (2, 20):
        with CaptureQueriesContext(connection) as queries:
            feeding.take(listing(number), "brevo")
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_each_opt_out_of_a_list_keeps_its_day():
    listed = listing(3)
    feeding.take(listed, "brevo")
    noes = Suppression.objects.order_by("address__key")
    days = list(noes.values_list("occurred_at", "record__occurred_at"))
    assert days == [(one.at, one.at) for one in listed]


@pytest.mark.parametrize("said", Said)
def test_an_erased_address_does_not_come_back(said):
    ContactFactory(email="ben@firm.example")
    ana = ContactFactory(email="ana@firm.example").address
    Address.objects.filter(pk=ana.pk).update(key=None)
    listed = [Entry(f"{name}@firm.example", said, None) for name in ("ana", "eve")]
    assert feeding.take(listed, "postmark") == 1
    ana.refresh_from_db()
    assert ana.key is None
    assert Suppression.objects.get().address.key == "eve@firm.example"


class TestSeveralLists:
    def test_of_one_provider_are_told_apart(self, providers, settings):
        one = ListAt.of(providers.url("brevo"))
        settings.SUPPRESSION_LISTS = [one, one]
        feeding.read_all()
        names = ProviderList.objects.order_by("name").values_list("name", flat=True)
        assert list(names) == ["Brevo", "Brevo (2)"]

    def test_are_read_though_the_first_cannot_be_stored(self, providers, settings):
        with connection.cursor() as cursor:
            cursor.execute(
                "ALTER TABLE consent_suppression ADD CONSTRAINT full_disk"
                " CHECK (reason <> 'complaint') NOT VALID"
            )
        providers.lists[POSTMARK] = emails(1, why="SpamComplaint")
        providers.lists[BREVO] = emails(1)
        urls = [providers.url("postmark"), providers.url("brevo")]
        settings.SUPPRESSION_LISTS = [ListAt.of(url) for url in urls]
        brevo, postmark = sorted(feeding.read_all(), key=str)
        assert "could not be stored" in postmark.problem
        assert (brevo.added, brevo.problem) == (1, "")

    def test_do_not_show_their_keys(self, providers):
        assert KEY not in repr(ListAt.of(providers.url("brevo")))

    def test_a_next_page_that_is_no_address_is_noted(self, providers, settings):
        settings.SUPPRESSION_LISTS = [ListAt.of(providers.url("mailgun", "x.example"))]
        providers.fault = (
            b'{"items": [{"address": "ana@firm.example"}],'
            b' "paging": {"next": "https://[broken/"}}'
        )
        assert feeding.read_all()[0].problem
