from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import OperationalError

from deliveries.door import door, tracked
from deliveries.eventlog import EventLog, OwnConnection
from deliveries.links import public_url
from deliveries.models import Event, EventKind, LinkKind, Verdict
from deliveries.tokens import Purpose, Token, read, sign
from tests.factories import ContactFactory, DeliveryFactory, LinkFactory

pytestmark = pytest.mark.django_db

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36"


def path_of(delivery, position=0, purpose=Purpose.CLICK):
    token = Token(delivery.message_id, delivery.pk, delivery.address_id, position)
    return public_url(token, purpose).removeprefix(settings.BASE_URL)


@pytest.fixture
def delivery():
    return DeliveryFactory()


@pytest.fixture
def link(delivery):
    return LinkFactory(message=delivery.message, position=3)


class TestClick:
    def test_leads_to_the_stored_address(self, outsider_client, delivery, link):
        response = outsider_client.get(path_of(delivery, 3))
        assert response.status_code == 302
        assert response["Location"] == "https://shop.example/offer"

    def test_is_stored_and_waits_for_its_verdict(self, outsider_client, delivery, link):
        outsider_client.get(
            path_of(delivery, 3),
            headers={"user-agent": CHROME, "accept-language": "fi", "cookie": "a=b"},
        )
        event = Event.objects.get()
        assert (event.kind, event.verdict) == (EventKind.CLICK, Verdict.PENDING)
        assert (event.delivery_id, event.link_id) == (delivery.pk, link.pk)
        assert (event.ip, event.user_agent) == ("127.0.0.1", CHROME)
        assert event.traits == {"accept_language": "fi"}

    def test_changes_nothing_but_the_list_of_events(
        self, outsider_client, delivery, link
    ):
        outsider_client.get(path_of(delivery, 3))
        delivery.refresh_from_db()
        assert delivery.clicked_at is None
        assert delivery.unverified_click_at is None

    def test_sets_no_cookie_and_is_kept_nowhere(self, outsider_client, delivery, link):
        response = outsider_client.get(path_of(delivery, 3))
        assert not response.cookies
        assert "no-store" in response["Cache-Control"]
        assert response["Referrer-Policy"] == "no-referrer"

    def test_of_the_confirm_button_leads_to_our_own_page(
        self, outsider_client, delivery
    ):
        LinkFactory(message=delivery.message, position=1, kind=LinkKind.CONFIRM, url="")
        location = outsider_client.get(path_of(delivery, 1))["Location"]
        assert location.startswith("/y/")
        assert read(location[3:], Purpose.CONFIRM).delivery_id == delivery.pk

    def test_of_a_confirm_button_with_a_page_of_its_own_leads_there(
        self, outsider_client, delivery
    ):
        LinkFactory(
            message=delivery.message,
            position=1,
            kind=LinkKind.CONFIRM,
            url="https://shop.example/thanks",
        )
        location = outsider_client.get(path_of(delivery, 1))["Location"]
        assert location == "https://shop.example/thanks"

    @pytest.mark.parametrize(
        ("method", "headers"),
        [("head", {}), ("get", {"sec-purpose": "prefetch"}), ("get", {"x-moz": "p"})],
    )
    def test_that_nobody_looked_at_never_counts(
        self, outsider_client, delivery, link, method, headers
    ):
        getattr(outsider_client, method)(path_of(delivery, 3), headers=headers)
        assert Event.objects.get().verdict == Verdict.MACHINE

    def test_asking_for_options_stores_nothing(self, outsider_client, delivery, link):
        response = outsider_client.options(path_of(delivery, 3))
        assert response.status_code == 204
        assert not Event.objects.exists()

    def test_post_is_refused(self, outsider_client, delivery, link):
        assert outsider_client.post(path_of(delivery, 3)).status_code == 405
        assert not Event.objects.exists()

    def test_with_a_nul_in_a_header_is_stored(self, outsider_client, delivery, link):
        outsider_client.get(
            path_of(delivery, 3), headers={"user-agent": "a\x00b\\u0000"}
        )
        assert Event.objects.get().user_agent == "ab\\u0000"

    @pytest.mark.parametrize("spoil", [str.upper, lambda path: path])
    def test_letter_case_does_not_matter(self, outsider_client, delivery, link, spoil):
        token = path_of(delivery, 3).removeprefix("/c/")
        assert outsider_client.get(f"/c/{spoil(token)}").status_code == 302


class TestUnknownLink:
    @pytest.mark.parametrize(
        "token", ["nonsense", "k1-", "k1-aaaa", "-", "k9-me======"]
    )
    def test_is_a_page_that_says_so(self, outsider_client, token):
        response = outsider_client.get(f"/c/{token}")
        assert response.status_code == 404
        assert "This link does not work" in response.content.decode()
        assert not Event.objects.exists()

    def test_token_cut_in_half(self, outsider_client, delivery, link):
        path = path_of(delivery, 3)
        assert outsider_client.get(path[: len(path) // 2]).status_code == 404

    def test_position_that_the_message_does_not_have(
        self, outsider_client, delivery, link
    ):
        assert outsider_client.get(path_of(delivery, 4)).status_code == 404
        assert not Event.objects.exists()

    def test_token_made_for_something_else(self, outsider_client, delivery, link):
        token = Token(delivery.message_id, delivery.pk, delivery.address_id, 3)
        path = f"/c/{sign(token, Purpose.UNSUBSCRIBE)}"
        assert outsider_client.get(path).status_code == 404

    def test_leads_nowhere_that_the_visitor_names(
        self, outsider_client, delivery, link
    ):
        path = path_of(delivery, 3) + "?url=https://evil.example&next=//evil.example"
        assert outsider_client.get(path)["Location"] == "https://shop.example/offer"


class TestPersonalTarget:
    @pytest.fixture
    def where(self, outsider_client):
        def follow(url, **fields):
            delivery = DeliveryFactory(contact=ContactFactory(**fields))
            LinkFactory(message=delivery.message, position=0, url=url)
            return outsider_client.get(path_of(delivery, 0))["Location"]

        return follow

    def test_carries_the_value(self, where):
        url = "https://shop.example/?name={{ first_name }}"
        assert where(url, first_name="Åsa & Co") == (
            "https://shop.example/?name=%C3%85sa%20%26%20Co"
        )

    def test_carries_the_fallback_where_there_is_no_value(self, where):
        url = "https://shop.example/{{ city | anywhere }}"
        assert where(url, city="") == "https://shop.example/anywhere"

    def test_cannot_lead_to_another_site(self, where):
        url = "https://shop.example/{{ company }}"
        found = where(url, company="@evil.example//..")
        assert found == "https://shop.example/%40evil.example%2F%2F.."

    def test_never_fills_the_site_itself(self, where):
        url = "https://{{ company }}.shop.example/x"
        assert "evil.example" not in where(url, company="evil.example/")


class TestOpen:
    def test_answers_with_a_pixel(self, outsider_client, delivery):
        response = outsider_client.get(path_of(delivery, purpose=Purpose.OPEN))
        assert response["Content-Type"] == "image/gif"
        assert response.content.startswith(b"GIF89a")
        assert Event.objects.get().kind == EventKind.OPEN

    def test_answers_with_a_pixel_for_nonsense_too(self, outsider_client):
        assert outsider_client.get("/o/nonsense.gif").status_code == 200
        assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestDoor:
    """The same addresses as the web server asks for them, before Django is."""

    @pytest.fixture
    def own_connection(self):
        own_connection = OwnConnection()
        yield own_connection
        own_connection.close()

    @pytest.fixture
    def ask(self, own_connection):
        def django(environ, start_response):
            start_response("200 OK", [("X-From", "django")])
            return [b"django"]

        application = door(django, EventLog(own_connection))

        def ask(path, method="GET"):
            said = {}
            body = application(
                {"REQUEST_METHOD": method, "PATH_INFO": path},
                lambda status, headers: said.update(headers, status=status),
            )
            return said | {"body": b"".join(body)}

        return ask

    def test_redirects_without_django(self, ask, delivery, link):
        answer = ask(path_of(delivery, 3))
        assert answer["status"] == "302 Found"
        assert answer["Location"] == "https://shop.example/offer"
        assert "Set-Cookie" not in answer
        assert Event.objects.get().link == link

    def test_answers_a_head_without_a_body(self, ask, delivery):
        answer = ask(path_of(delivery, purpose=Purpose.OPEN), "HEAD")
        assert (answer["status"], answer["body"]) == ("200 OK", b"")

    def test_connects_anew_when_the_server_was_restarted(
        self, ask, own_connection, delivery, link
    ):
        ask(path_of(delivery, 3))
        own_connection.opened.connection.close()
        assert ask(path_of(delivery, 3))["status"] == "302 Found"
        assert Event.objects.count() == 2

    def test_stores_what_comes_at_the_same_time(self, ask, delivery, link):
        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(ask, [path_of(delivery, 3)] * 200))
        assert {answer["status"] for answer in answers} == {"302 Found"}
        assert Event.objects.count() == 200

    def test_says_come_back_later_when_the_database_is_away(self, delivery, link):
        def away(statement, rows):
            raise OperationalError("away")

        answer = tracked(
            {"REQUEST_METHOD": "GET", "PATH_INFO": path_of(delivery, 3)}, EventLog(away)
        )
        assert answer.status == 503

    @pytest.mark.parametrize("path", ["/c/nonsense", "/o/x.png", "/login/", "/"])
    def test_leaves_everything_else_to_django(self, ask, path):
        assert ask(path)["X-From"] == "django"
