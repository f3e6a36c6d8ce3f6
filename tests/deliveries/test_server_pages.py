"""The settings pages of mail servers and providers."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry
from deliveries.models import Relay, SendingDomain
from deliveries.transports.table import PROVIDERS
from tests import interfaces
from tests.factories import UserFactory
from tests.receiver import Receiver

pytestmark = pytest.mark.django_db
LIST = "/settings/servers/"
ADD = "/settings/servers/add/?kind="
FIELDS = {"name": "Ours", "weight": 2, "secret": "the-key", "user": "an-id"}


@pytest.fixture
def provider(settings):
    with Receiver() as server:
        settings.MAIL_API_URLS = dict.fromkeys(PROVIDERS, server.base)
        server.answer = lambda got: interfaces.mailgun(got, 1)
        yield server


@pytest.fixture
def relay():
    Relay.objects.main()
    one = Relay.objects.create(
        kind="mailgun", name="Ours", host="127.0.0.1", option="brand.example"
    )
    one.set_password("the-key")
    return one


def text(response):
    return " ".join(response.content.decode().split())


def pages(relay):
    own = [reverse(f"deliveries:{name}", args=[relay.pk]) for name in ("relay",)]
    acts = [f"relay_{one}" for one in ("test", "remove")]
    own += [reverse(f"deliveries:{name}", args=[relay.pk]) for name in acts]
    return [LIST, ADD, *own]


def test_outsiders_have_to_sign_in(outsider_client, relay):
    for page in pages(relay):
        assert outsider_client.post(page).status_code == 302
    assert Relay.objects.filter(pk=relay.pk).exists()


def test_who_is_no_administrator_sees_none_of_it(relay):
    colleague = Client()
    colleague.force_login(UserFactory())
    for page in pages(relay):
        assert colleague.post(page).status_code in {403, 405}
        assert colleague.get(page).status_code in {403, 405}


def test_reading_changes_nothing(client, relay):
    for name in ("relay_test", "relay_remove"):
        page = reverse(f"deliveries:{name}", args=[relay.pk])
        assert client.get(page).status_code == 405


def test_the_list_names_each_with_what_is_wrong(
    client, relay, django_assert_max_num_queries
):
    relay.failed("Mailgun (401): Forbidden.")
    Relay.objects.filter(pk=relay.pk).update(per_hour=20_000)
    with django_assert_max_num_queries(12):
        page = text(client.get(LIST))
    assert "EMAIL_URL" in page
    assert "Mailgun (401): Forbidden." in page
    assert "20,000 an hour" in page


@pytest.mark.parametrize("kind", [one for one in PROVIDERS if one != "postal"])
def test_every_provider_is_added_with_what_it_asks_for(client, kind):
    place = next(iter(PROVIDERS[kind].places))
    option = "7" if PROVIDERS[kind].option else ""
    answer = client.post(ADD + kind, FIELDS | {"host": place, "option": option})
    relay = Relay.objects.get(name="Ours")
    assert answer.url == relay.get_absolute_url()
    assert (relay.kind, relay.host, relay.secret()) == (kind, place, "the-key")
    assert Relay.objects.filter(host="").exists()


def test_a_host_that_is_not_the_provider_s_is_refused_and_nothing_lost(client):
    answer = client.post(ADD + "mailgun", FIELDS | {"host": "evil.example"})
    assert answer.status_code == 422
    assert "Ours" in text(answer)
    assert not Relay.objects.filter(name="Ours").exists()


def test_what_a_provider_needs_is_asked_for_by_its_own_name(client):
    answer = client.post(ADD + "mailgun", {"name": "Ours", "weight": 1})
    assert set(answer.context["form"].errors) == {"host", "option", "secret"}
    page = text(client.get(ADD + "postmark"))
    assert "Server API token" in page
    assert "Message stream" in page


def test_a_server_of_one_s_own_is_named_by_the_environment(client, settings):
    assert "MAIL_API_URLS" in text(client.get(ADD + "postal"))
    settings.MAIL_API_URLS = {"postal": "https://postal.brand.example"}
    client.post(ADD + "postal", FIELDS | {"host": "postal.brand.example"})
    assert Relay.objects.get(name="Ours").host == "postal.brand.example"


def test_a_provider_without_a_key_for_its_webhook_is_shown_as_unheard(client, relay):
    assert "Nobody learns of its bounces" in text(client.get(LIST))
    page = text(client.get(relay.get_absolute_url()))
    assert "<code>MAILGUN_WEBHOOK_SIGNING_KEY</code>" in page
    assert "/hooks/mailgun/" in page


def test_with_a_key_the_address_for_its_webhook_stands_there(client, settings):
    settings.ANYMAIL = {"WEBHOOK_SECRET": "provider:a-word-of-a-test"}
    page = text(client.get(ADD + "postmark"))
    assert "NAME:PASSWORD@" in page
    assert "Listened to" in page
    assert "a-word-of-a-test" not in page


def test_a_mail_server_has_no_webhook(client):
    assert "Its webhook" not in text(client.get(ADD + "smtp"))


@pytest.mark.parametrize("act", ["relay", "relay_remove"])
def test_the_records_of_all_domains_are_looked_up_again_after_a_change(
    client, relay, act
):
    domain = SendingDomain.objects.create(name="brand.example", check_wanted_at=None)
    fields = FIELDS | {"host": relay.host, "option": "x.example", "secret": ""}
    if act == "relay":
        fields |= {"host": "api.mailgun.net"}
    client.post(reverse(f"deliveries:{act}", args=[relay.pk]), fields)
    domain.refresh_from_db()
    assert domain.check_wanted_at is not None


def test_a_kind_that_nobody_knows_is_not_found(client):
    assert client.get(ADD + "pigeon").status_code == 404


def test_a_change_keeps_the_key_and_forgets_what_was_wrong(client, relay):
    relay.failed("It was away.")
    changed = FIELDS | {"host": "api.eu.mailgun.net", "option": "x.example"}
    client.post(relay.get_absolute_url(), changed | {"secret": ""})
    relay.refresh_from_db()
    assert (relay.secret(), relay.problem) == ("the-key", "")
    assert "the-key" not in text(client.get(relay.get_absolute_url()))
    assert AuditEntry.objects.filter(verb="changed mail server").exists()


def test_that_of_email_url_is_given_a_share_and_limits_alone(client):
    main = Relay.objects.main()
    page = main.get_absolute_url()
    assert set(client.get(page).context["form"].fields) == {
        *("name", "weight", "connections", "per_second", "per_hour", "per_day"),
    }
    client.post(page, {"name": "Main", "weight": 0, "per_day": 500})
    main.refresh_from_db()
    assert (main.weight, main.limits) == (0, {"day": 500})


def test_a_mail_server_needs_a_host_and_is_added_with_its_password(client):
    fields = FIELDS | {"port": 587, "security": "starttls"}
    assert client.post(ADD + "smtp", fields).status_code == 422
    client.post(ADD + "smtp", fields | {"host": "mail.example"})
    assert Relay.objects.get(name="Ours").settings()["password"] == "the-key"


def test_a_test_goes_to_who_asks_and_says_what_was_answered(
    client, alice, relay, provider
):
    page = reverse("deliveries:relay_test", args=[relay.pk])
    answer = client.post(page, follow=True)
    assert alice.email in interfaces.words_in(provider.got[0])
    assert "Mailgun took it as mailgun-1@brand.example." in text(answer)


def test_a_test_that_fails_says_why(client, relay, provider):
    provider.say(401, b"Forbidden")
    page = reverse("deliveries:relay_test", args=[relay.pk])
    answer = text(client.post(page, follow=True))
    assert "The test was not sent. Mailgun (401): Forbidden" in answer


def test_a_test_goes_over_smtp_as_well(client, alice, sink):
    page = reverse("deliveries:relay_test", args=[Relay.objects.main().pk])
    client.post(page)
    assert sink.recipients == [alice.email]


def test_one_is_removed_and_that_of_email_url_stays(client, relay):
    main = Relay.objects.main()
    for one, status in ((relay, 302), (main, 404)):
        page = reverse("deliveries:relay_remove", args=[one.pk])
        assert client.post(page).status_code == status
    assert list(Relay.objects.all()) == [main]
