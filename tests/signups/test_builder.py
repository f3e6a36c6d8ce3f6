"""Forms in the console."""

import pytest
from django.test import Client

from accounts.models import AuditEntry
from consent.models import Brand
from deliveries.models import Delivery
from signups.models import Form, Submission, Version
from tests.factories import ContactFactory, FormFactory, SubscriptionTypeFactory
from tests.signups.conftest import BROWSER, sign_up

pytestmark = pytest.mark.django_db

FEW = 4
PAGES = ("/forms/", "/forms/new/", "/forms/1/", "/forms/1/edit/", "/forms/1/preview/")


@pytest.fixture
def kind():
    brand = Brand.objects.default()
    brand.from_email, brand.postal_address = "news@brand.example", "1 Street"
    brand.save()
    return SubscriptionTypeFactory(brand=brand)


def built(kind, **more):
    return {
        "name": "Footer",
        "brand": kind.brand_id,
        "title": "Subscribe",
        "types": [kind.pk],
        "consent": "Please send me:",
        "button": "Subscribe",
        "double_opt_in": "on",
        "forget_after_days": "7",
        "language": "en",
        **more,
    }


@pytest.mark.parametrize("path", [*PAGES, "/contacts/1/invite/"])
def test_nobody_sees_it_without_signing_in(outsider_client, path):
    response = outsider_client.get(path)
    assert response.status_code == 302
    assert response["Location"].startswith("/login/")


@pytest.mark.parametrize("verb", ["archive", "restore"])
def test_nobody_acts_without_signing_in(outsider_client, form, verb):
    outsider_client.post(f"/forms/{form.pk}/{verb}/")
    assert Form.objects.get().archived_at is None
    assert not AuditEntry.objects.filter(subject=str(form)).exists()


def test_a_form_is_made_with_its_first_wording(client, kind):
    asked = {"asked": ["first_name", "city"], "required_answers": ["city"]}
    sites = {"sites": "https://shop.example\nhttps://www.shop.example"}
    response = client.post("/forms/new/", built(kind, **asked, **sites))
    form = Form.objects.get()
    assert response["Location"] == f"/forms/{form.pk}/"
    assert form.questions == [
        {"name": "first_name", "required": False},
        {"name": "city", "required": True},
    ]
    assert form.frame_ancestors == ["https://shop.example", "https://www.shop.example"]
    assert Version.objects.get().text.body == form.words()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"types": []}, "This field is required"),
        ({"sites": "shop.example/page"}, "is not a site"),
        ({"sites": "https://a.example; script-src *"}, "is not a site"),
        ({"forget_after_days": "30"}, "1 to 14 days"),
    ],
)
def test_what_cannot_be_is_told(client, kind, wrong, told):
    response = client.post("/forms/new/", built(kind, **wrong))
    assert response.status_code == 422
    assert told in response.content.decode()
    assert not Form.objects.exists()


def test_the_button_alone_is_a_yes_to_one_type_only(client, kind):
    two = [kind.pk, SubscriptionTypeFactory(brand=kind.brand).pk]
    wrong = built(kind, by_button="on", types=two)
    assert client.post("/forms/new/", wrong).status_code == 422
    assert client.post("/forms/new/", built(kind, by_button="on")).status_code == 302


def test_a_type_of_another_brand_is_refused(client, kind):
    wrong = built(kind, types=[SubscriptionTypeFactory().pk])
    assert "Choose only types of" in client.post("/forms/new/", wrong).content.decode()


def test_changed_words_are_a_new_version_and_the_old_one_stays(client, kind):
    client.post("/forms/new/", built(kind))
    form = Form.objects.get()
    client.post(f"/forms/{form.pk}/edit/", built(kind, consent="Yes, send me:"))
    client.post(f"/forms/{form.pk}/edit/", built(kind, consent="Yes, send me:"))
    assert form.versions.count() == 2


def test_the_list_and_the_page_count_what_happened(client, form):
    Client(**BROWSER).get(f"/f/{form.key}")
    sign_up(form)
    page = client.get(f"/forms/{form.pk}/").content.decode()
    assert "ana@people.example" in page
    assert "Confirmation email: waiting" in page
    assert form.name in client.get("/forms/").content.decode()


def test_the_list_costs_the_same_for_many(client, django_assert_num_queries):
    sign_up(FormFactory())
    client.get("/forms/")
    with django_assert_num_queries(FEW):
        client.get("/forms/")
    for number in range(5):
        sign_up(FormFactory(), f"person{number}@people.example")
    with django_assert_num_queries(FEW):
        client.get("/forms/")


def test_the_copied_html_can_be_sent_from_elsewhere(client, form):
    page = client.get(f"/forms/{form.pk}/")
    snippet = page.context["snippet"]
    assert f'action="{form.public_url}"' in snippet
    assert form.digest() in snippet
    assert "checked" not in snippet
    assert "csrf" not in snippet


def test_a_preview_counts_nothing(client, form):
    page = client.get(f"/forms/{form.pk}/preview/").content.decode()
    form.refresh_from_db()
    assert "This is a preview" in page
    assert form.shown == 0


def test_a_closed_form_can_be_opened_again(client, form):
    client.post(f"/forms/{form.pk}/archive/")
    assert Client().get(f"/f/{form.key}").status_code == 404
    assert form.name in client.get("/forms/?archived=1").content.decode()
    client.post(f"/forms/{form.pk}/restore/")
    assert Client().get(f"/f/{form.key}").status_code == 200


def test_a_get_closes_nothing(client, form):
    assert client.get(f"/forms/{form.pk}/archive/").status_code == 405
    assert Form.objects.get().archived_at is None


class TestInviting:
    def test_sends_the_link(self, client, kind):
        contact = ContactFactory()
        page = f"/contacts/{contact.pk}/invite/"
        assert contact.email in client.get(page).content.decode()
        client.post(page, {"subscription_type": kind.pk, "asked": "on"})
        assert Submission.objects.get().mail.address_id == contact.address_id

    def test_only_to_who_asked_for_it(self, client, kind):
        contact = ContactFactory()
        page = f"/contacts/{contact.pk}/invite/"
        assert client.post(page, {"subscription_type": kind.pk}).status_code == 422
        assert not Delivery.objects.exists()

    def test_says_when_it_was_often_enough(self, client, kind):
        page = f"/contacts/{ContactFactory().pk}/invite/"
        asked = {"subscription_type": kind.pk, "asked": "on"}
        client.post(page, asked)
        response = client.post(page, asked)
        assert response.status_code == 422
        assert "Try again later" in response.content.decode()
