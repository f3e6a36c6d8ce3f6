"""Suppression lists of providers, read from a server that speaks as they do."""

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from bounces import feeding, global_blocks, provider_lists
from bounces.models import ProviderList
from bounces.provider_lists import ListAt
from bounces.tasks import read_suppression_lists
from consent.models import Suppression
from consent.vocabulary import Reason
from contacts.models import Contact
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db
KEY = "a-key-of-this-test"
GLOBAL = reverse("bounces:global")


class Providers:
    """A server of the tests' own. `lists[path]`: addresses; `fault`: a status, a
    header or octets instead of an answer, once `patience` requests were answered."""

    def __init__(self):
        self.lists, self.fault, self.asked = {}, None, []
        self.patience, self.retry_after = 0, ""
        self.origin = "Recipient"
        around = self

        class Answering(BaseHTTPRequestHandler):
            def do_GET(self):
                around.answer(self)

            def log_message(self, *words):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self.base = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=[0.05]).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def url(self, name, part=""):
        key = f"{KEY}:a%2Fsecret" if name == "amazon" else KEY
        return f"{name}+{self.base.replace('://', f'://{key}@')}/{part}"

    def answer(self, request):
        sent = {name.lower(): value for name, value in request.headers.items()}
        self.asked.append((request.path, sent))
        status, headers, octets = 200, {}, None
        self.patience -= 1
        if self.patience >= 0:
            pass
        elif isinstance(self.fault, int):
            status = self.fault
            headers = {"Retry-After": self.retry_after} if self.retry_after else {}
        elif isinstance(self.fault, str):
            status, headers = 302, {"Location": self.fault}
        elif self.fault is not None:
            octets = self.fault
        if octets is None:
            parts = urlsplit(request.path)
            rows = self.lists.get(parts.path, [])
            octets = json.dumps(self.page(parts, rows)).encode()
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(octets)))
        request.end_headers()
        request.wfile.write(octets)

    def page(self, parts, rows):
        """As the provider whose address this is answers."""
        asked = {name: words[0] for name, words in parse_qs(parts.query).items()}
        speak = next(one for begin, one in SPEAKERS if parts.path.startswith(begin))
        return speak(self, parts.path, asked, rows)

    def postmark(self, path, asked, rows):
        return {
            "Suppressions": [
                {
                    "EmailAddress": email,
                    "SuppressionReason": why or "HardBounce",
                    "Origin": self.origin,
                    "CreatedAt": "2026-10-10T08:58:33-05:00",
                }
                for email, why in rows
            ]
        }

    def mailgun(self, path, asked, rows):
        limit, start = 2, int(asked.get("address", 0))
        items = [
            {"address": email, "code": "550", "error": "No such mailbox"}
            for email, _ in rows[start : start + limit]
        ]
        following = f"{self.base}{path}?page=next&address={start + limit}&limit=2"
        return {"items": items, "paging": {"next": following, "previous": ""}}

    def sendgrid(self, path, asked, rows):
        start, limit = int(asked["offset"]), int(asked["limit"])
        some = rows[start : start + limit]
        return [{"created": 1, "email": email, "reason": "550 no"} for email, _ in some]

    def groups_of_sendgrid(self, path, asked, rows):
        group = {"group_id": 7, "group_name": "Offers", "created_at": 1_791_640_713}
        return [{"email": email} | group for email, _ in rows]

    def sparkpost(self, path, asked, rows):
        start = 0 if asked["cursor"] == "initial" else int(asked["cursor"])
        links = [{"href": f"{path}?cursor={start + 2}&per_page=2", "rel": "next"}]
        return {
            "results": [
                {"recipient": email, "source": why or "Bounce Rule", "type": "x"}
                for email, why in rows[start : start + 2]
            ],
            "links": links if start + 2 < len(rows) else [],
            "total_count": len(rows),
        }

    def brevo(self, path, asked, rows):
        start, limit = int(asked["offset"]), int(asked["limit"])
        return {
            "count": len(rows),
            "contacts": [
                {"email": email, "reason": {"code": why or "hardBounce"}}
                for email, why in rows[start : start + limit]
            ],
        }

    def amazon(self, path, asked, rows):
        start = int(asked.get("NextToken", "0+").rstrip("+"))
        following = f"{start + 2}+" if start + 2 < len(rows) else None
        return {
            "SuppressedDestinationSummaries": [
                {"EmailAddress": email, "Reason": why or "BOUNCE"}
                | {"LastUpdateTime": 1_585_868_938.5}
                for email, why in rows[start : start + 2]
            ],
            "NextToken": following,
        }

    def mailersend(self, path, asked, rows):
        start = int(asked.get("page", 1)) * 2 - 2
        following = f"{self.base}{path}?page={start // 2 + 2}"
        return {
            "data": [
                {"id": "1", "recipient": {"id": "2", "email": email}}
                for email, _ in rows[start : start + 2]
            ],
            "links": {"next": following if start + 2 < len(rows) else None},
        }


SPEAKERS = (
    ("/message-streams/", Providers.postmark),
    ("/v3/suppression/", Providers.sendgrid),
    ("/v3/asm/", Providers.groups_of_sendgrid),
    ("/v3/smtp/", Providers.brevo),
    ("/v3/", Providers.mailgun),
    ("/api/", Providers.sparkpost),
    ("/v1/", Providers.mailersend),
    ("/v2/", Providers.amazon),
)


@pytest.fixture
def providers():
    server = Providers()
    yield server
    server.stop()


def emails(count, domain="firm.example", why=""):
    return [(f"p{n}@{domain}", why) for n in range(count)]


# provider, its part, the path of the list, what is sent to prove oneself
BASIC = base64.b64encode(f"api:{KEY}".encode()).decode()
SPOKEN = [
    (
        *("postmark", "outbound", "/message-streams/outbound/suppressions/dump"),
        ("X-Postmark-Server-Token", KEY),
    ),
    (
        *("mailgun", "mg.brand.example", "/v3/mg.brand.example/bounces"),
        ("Authorization", f"Basic {BASIC}"),
    ),
    ("sendgrid", "", "/v3/suppression/bounces", ("Authorization", f"Bearer {KEY}")),
    ("sparkpost", "", "/api/v1/suppression-list", ("Authorization", KEY)),
    ("brevo", "", "/v3/smtp/blockedContacts", ("api-key", KEY)),
    (
        *("mailersend", "", "/v1/suppressions/hard-bounces"),
        ("Authorization", f"Bearer {KEY}"),
    ),
    (
        *("amazon", "eu-west-1", "/v2/email/suppression/addresses"),
        ("Authorization", f"AWS4-HMAC-SHA256 Credential={KEY}/"),
    ),
]


def test_every_provider_of_the_table_is_spoken_here():
    assert {one[0] for one in SPOKEN} == provider_lists.PROVIDERS.keys()


@pytest.mark.parametrize(("name", "part", "path", "proof"), SPOKEN)
def test_a_list_of_several_pages_is_read_whole(providers, name, part, path, proof):
    providers.lists[path] = emails(5)
    found = feeding.read(ListAt.of(providers.url(name, part)))
    assert (found.listed, found.added, found.problem) == (5, 5, "")
    assert global_blocks.listed().count() == 5
    told = [head[proof[0].lower()] for _, head in providers.asked]
    assert all(one.startswith(proof[1]) for one in told)


COMPLAINED = [
    ("postmark", "/message-streams/outbound/suppressions/dump", "SpamComplaint"),
    ("mailgun", "/v3/outbound/complaints", ""),
    ("sendgrid", "/v3/suppression/spam_reports", ""),
    ("sparkpost", "/api/v1/suppression-list", "Spam Complaint"),
    ("brevo", "/v3/smtp/blockedContacts", "contactFlaggedAsSpam"),
    ("mailersend", "/v1/suppressions/spam-complaints", ""),
    ("amazon", "/v2/email/suppression/addresses", "COMPLAINT"),
]


@pytest.mark.parametrize(("name", "path", "why"), COMPLAINED)
def test_who_reported_spam_there_has_complained(providers, name, path, why):
    providers.lists[path] = emails(1, why=why)
    feeding.read(ListAt.of(providers.url(name, "outbound")))
    assert Suppression.objects.get().reason == Reason.COMPLAINT


def test_more_than_a_page_of_offsets_is_asked_for(providers):
    providers.lists["/v3/smtp/blockedContacts"] = emails(250)
    assert feeding.read(ListAt.of(providers.url("brevo"))).added == 250


class TestReading:
    PATH = "/message-streams/outbound/suppressions/dump"

    @pytest.fixture(autouse=True)
    def _one(self, providers, settings):
        self.server = providers
        providers.lists[self.PATH] = emails(2)
        settings.SUPPRESSION_LISTS = [ListAt.of(providers.url("postmark"))]

    def test_twice_adds_nothing_new(self):
        feeding.read_all()
        feeding.read_all()
        found = ProviderList.objects.get()
        assert (found.listed, found.added) == (2, 0)
        assert Suppression.objects.count() == 2

    def test_blocks_those_who_come_later(self):
        feeding.read_all()
        contact = ContactFactory(email="p1@firm.example")
        assert contact.suppressions().get().reason == Reason.GLOBAL_BLOCK

    def test_passes_over_what_is_no_address(self):
        self.server.lists[self.PATH].append(("nobody", ""))
        feeding.read_all()
        assert Suppression.objects.count() == 2

    def test_leaves_what_an_administrator_took_off_only_until_the_next_time(
        self, alice
    ):
        feeding.read_all()
        block = global_blocks.listed("p1@").get()
        global_blocks.remove(block, alice, "They use it again")
        feeding.read_all()
        assert global_blocks.listed().count() == 2

    @pytest.mark.parametrize(
        ("fault", "told"),
        [
            (401, "The key was refused (401)"),
            (429, "asked too often"),
            (500, "answered with an error (500)"),
            (b"<html>Sign in</html>", "no list"),
            (b'{"Errors": []}', "not what its documentation says"),
            (b"[]", "not what its documentation says"),
        ],
    )
    def test_that_fails_says_why_and_blocks_nobody(self, fault, told):
        self.server.fault = fault
        feeding.read_all()
        assert told in ProviderList.objects.get().problem
        assert not Suppression.objects.exists()

    def test_from_a_server_that_is_away_says_so(self):
        self.server.stop()
        feeding.read_all()
        assert "could not be reached" in ProviderList.objects.get().problem

    def test_gives_the_key_to_no_other_machine(self):
        other = Providers()
        self.server.fault = other.base + self.PATH
        feeding.read_all()
        other.stop()
        assert other.asked == []
        assert "error (302)" in ProviderList.objects.get().problem

    def test_follows_no_page_on_another_machine(self, settings):
        url = self.server.url("mailgun", "brand.example")
        settings.SUPPRESSION_LISTS = [ListAt.of(url)]
        page = {
            "items": [{"address": "ana@firm.example"}],
            "paging": {"next": "https://thief.example/v3/brand.example/bounces"},
        }
        self.server.fault = json.dumps(page).encode()
        feeding.read_all()
        assert "on another machine" in ProviderList.objects.get().problem

    def test_after_a_failure_tells_of_the_last_that_went_well(self):
        feeding.read_all()
        self.server.fault = 500
        feeding.read_all()
        found = ProviderList.objects.get()
        assert (found.listed, bool(found.read_at)) == (2, True)
        assert found.problem

    def test_by_hand_tells_what_was_found(self):
        told = StringIO()
        call_command("read_suppression_lists", stdout=told)
        assert "Postmark outbound: 2 listed, 2 new." in told.getvalue()

    def test_by_hand_ends_with_a_fault_where_there_was_one(self):
        self.server.fault = 401
        with pytest.raises(CommandError, match="The key was refused"):
            call_command("read_suppression_lists", stdout=StringIO())

    def test_by_hand_without_a_list_says_how_one_is_named(self, settings):
        settings.SUPPRESSION_LISTS = []
        with pytest.raises(CommandError, match="SUPPRESSION_LISTS"):
            call_command("read_suppression_lists", stdout=StringIO())

    def test_stands_on_the_page_of_global_blocks(self, client):
        feeding.read_all()
        text = client.get(GLOBAL).content.decode()
        assert "Postmark outbound" in text
        assert "Suppression list of Postmark" in text
        self.server.fault = 401
        feeding.read_all()
        assert "The key was refused" in client.get(GLOBAL).content.decode()


def test_a_list_is_read_once_an_hour(providers, settings):
    settings.SUPPRESSION_LISTS = [ListAt.of(providers.url("postmark"))]
    for _ in range(2):
        read_suppression_lists()
    assert len(providers.asked) == 1


@pytest.mark.parametrize(
    "url",
    [
        "postmark+http://KEY@api.postmark.example/outbound",
        "unknown+https://KEY@api.example/",
        "postmark+https://api.postmark.example/outbound",
        "https://KEY@api.postmark.example/outbound",
        "amazon+https://ID@email.eu-west-1.amazonaws.example/eu-west-1",
        "amazon+https://ID:SECRET@email.eu-west-1.amazonaws.example/",
    ],
)
def test_a_list_that_cannot_be_used_is_refused(url):
    with pytest.raises(ValueError, match=r"is written as .*\+https"):
        ListAt.of(url)


def test_a_contact_on_the_list_is_shown_as_blocked_globally(providers, client):
    contact = ContactFactory(email="p0@firm.example")
    providers.lists[TestReading.PATH] = emails(1)
    feeding.read(ListAt.of(providers.url("postmark")))
    text = client.get(contact.get_absolute_url()).content.decode()
    assert "Blocked globally" in text
    assert Contact.objects.count() == 1
