"""The settings pages of sending domains, and what a review page says."""

import pytest
from django.test import Client
from django.urls import reverse

from consent.models import Brand
from deliveries.models import SendingDomain
from tests.factories import (
    ContactFactory,
    MarketingEmailFactory,
    UserFactory,
    agree,
    make_segment,
)
from tests.nameserver import publish

pytestmark = pytest.mark.django_db

ACTIONS = ("check", "loop", "rotate", "allow", "remove")


def text(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def email(db):
    """Ready to be sent to one person, if its sender may."""
    draft = MarketingEmailFactory(from_email="news@brand.example")
    reader = ContactFactory()
    agree(reader, draft.subscription_type)
    draft.choose([make_segment(reader)], [])
    return draft


@pytest.fixture
def colleague(db):
    """Signed in, and no administrator."""
    one = Client()
    one.force_login(UserFactory())
    return one


def test_outsiders_have_to_sign_in(outsider_client, domain):
    pages = [reverse("deliveries:domains"), domain.get_absolute_url()]
    for page in pages:
        assert outsider_client.get(page).status_code == 302
    posts = [reverse("deliveries:domain_add")]
    posts += [reverse(f"deliveries:domain_{one}", args=[domain.pk]) for one in ACTIONS]
    for page in posts:
        assert reverse("login") in outsider_client.post(page).url
    assert SendingDomain.objects.get() == domain


def test_reading_changes_nothing(client, domain):
    for one in ACTIONS:
        page = reverse(f"deliveries:domain_{one}", args=[domain.pk])
        assert client.get(page).status_code == 405
    assert client.get(reverse("deliveries:domain", args=[999])).status_code == 404


def test_a_domain_is_added_checked_and_shows_the_records_to_set(client, names):
    response = client.post(
        reverse("deliveries:domain_add"), {"name": " News@Brand.Example. "}, follow=True
    )
    domain = SendingDomain.objects.get()
    assert domain.name == "brand.example"
    assert "Looking them up" in text(response)
    domain.check_records()
    page = text(client.get(domain.get_absolute_url()))
    assert "lw1._domainkey.brand.example" in page
    assert domain.keys.get().public_key in page
    assert "There is no DMARC record at _dmarc.brand.example" in page
    assert 'data-copy="value-1"' in page


def test_check_now_asks_for_a_check(client, domain):
    domain.check_records()
    assert domain.check_wanted_at is None
    client.post(reverse("deliveries:domain_check", args=[domain.pk]))
    assert SendingDomain.objects.due().get() == domain


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "required"),
        ("no domain", "This is not a domain"),
        ("gmail.com", "belongs to Gmail"),
        ("brand.example", "in the list already"),
        ("x" * 300, "at most 254"),
    ],
)
def test_what_cannot_be_added_is_said(client, domain, typed, words):
    response = client.post(reverse("deliveries:domain_add"), {"name": typed})
    assert response.status_code == 422
    assert words in text(response)


def test_only_administrators_act(colleague, domain):
    assert "Send for tests" not in text(colleague.get(domain.get_absolute_url()))
    for one in ("rotate", "allow", "remove"):
        page = reverse(f"deliveries:domain_{one}", args=[domain.pk])
        assert colleague.post(page, {"reason": "let me"}).status_code == 403
    colleague.post(reverse("deliveries:domain_add"), {"name": "other.example"})
    domain.refresh_from_db()
    assert domain.keys.count() == 1
    assert not domain.is_allowed
    assert SendingDomain.objects.get() == domain


def test_an_administrator_lets_a_domain_send_with_a_reason(client, domain):
    page = reverse("deliveries:domain_allow", args=[domain.pk])
    assert client.post(page, {"reason": " "}).status_code == 422
    response = client.post(page, {"reason": "Layout test"}, follow=True)
    assert "May send for tests until" in text(response)


def test_a_domain_is_removed_with_its_keys(client, domain):
    client.post(reverse("deliveries:domain_remove", args=[domain.pk]))
    assert not SendingDomain.objects.exists()


def test_the_list_names_brands_whose_domain_is_missing(client, domain):
    Brand.objects.update(from_email="hello@missing.example")
    page = text(client.get(reverse("deliveries:domains")))
    assert "missing.example is not connected" in page
    assert "brand.example" in page


def test_the_list_costs_the_same_for_many(
    client, domain, django_assert_max_num_queries
):
    for n in range(5):
        SendingDomain(name=f"d{n}.example").save()
    with django_assert_max_num_queries(6):
        client.get(reverse("deliveries:domains"))


def test_a_review_page_refuses_an_unconnected_domain_and_says_why(
    client, domain, names, email
):
    domain.check_records()
    page = text(client.get(reverse("campaigns:review", args=[email.pk])))
    assert "brand.example is not connected. There is no DKIM record" in page
    assert domain.get_absolute_url() in page
    client.post(reverse("campaigns:launch", args=[email.pk]))
    email.refresh_from_db()
    assert email.is_draft
    publish(names, domain)
    domain.check_records()
    page = text(client.get(reverse("campaigns:review", args=[email.pk])))
    assert "It cannot be sent yet" not in page


def test_the_settings_of_an_email_say_whether_its_domain_is_connected(
    client, domain, email
):
    page = text(client.get(reverse("campaigns:settings", args=[email.pk])))
    assert "brand.example is not connected: nothing is sent" in page
