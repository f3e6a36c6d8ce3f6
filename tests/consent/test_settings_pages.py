"""The settings pages: brand and subscription types."""

import pytest
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from consent.models import Brand, SubscriptionType
from tests.factories import BrandFactory, SubscriptionTypeFactory

pytestmark = pytest.mark.django_db

BRAND = {
    "name": "Northwind",
    "legal_name": "Northwind Oy",
    "postal_address": "1 Example Street\n00100 Helsinki",
    "from_name": "Northwind",
    "from_email": "news@northwind.example",
    "reply_to": "",
    "website": "",
    "tracking": "full",
}


@pytest.mark.parametrize("name", ["consent:brand", "consent:types"])
def test_an_outsider_has_to_sign_in(outsider_client, name):
    response = outsider_client.get(reverse(name))
    assert response.status_code == 302
    assert reverse("login") in response.url


def test_the_default_brand_is_saved(client):
    response = client.post(reverse("consent:brand"), BRAND, follow=True)
    assert response.status_code == 200
    assert Brand.objects.default().legal_name == "Northwind Oy"


def test_a_brand_without_a_postal_address_is_not_saved(client):
    response = client.post(reverse("consent:brand"), {**BRAND, "postal_address": " "})
    assert response.status_code == 422
    assert Brand.objects.default().name != "Northwind"


def test_how_a_brand_tracks_is_saved_and_noted(client):
    strict = {"tracking": "hygiene", "tracking_needs_consent": "on"}
    client.post(reverse("consent:brand"), BRAND | strict)
    brand = Brand.objects.default()
    assert (brand.tracking, brand.tracking_needs_consent) == ("hygiene", True)
    noted = AuditEntry.objects.get(verb="saved brand").detail
    assert noted["only_who_agreed"] is True


def test_what_is_kept_of_the_settings_is_in_english_whoever_saves_them(
    client, in_finnish
):
    promise = {"name": "News", "promised_mails": "2", "promised_days": "30"}
    client.post(reverse("consent:brand"), BRAND | {"tracking": "off"})
    brand = Brand.objects.default().pk
    client.post(reverse("consent:type_create"), promise | {"brand": brand})
    assert AuditEntry.objects.get(verb="saved brand").detail["tracking"] == (
        "Off: nothing"
    )
    kept = SubscriptionType.objects.get(name="News").frequency
    assert kept == "at most 2 emails a month"


def test_a_version_of_no_privacy_policy_is_refused_with_a_sentence(client):
    answer = client.post(reverse("consent:brand"), BRAND | {"privacy_version": "2"})
    assert "Say where this privacy policy is." in answer.content.decode()


def test_the_privacy_policy_of_a_brand_is_saved(client):
    policy = {"privacy_url": "https://northwind.example/p", "privacy_version": "2"}
    client.post(reverse("consent:brand"), BRAND | policy)
    assert Brand.objects.default().privacy == "https://northwind.example/p (2)"


def test_a_second_brand_gets_a_slug_of_its_own(client):
    for name in ("Südwind", "Sudwind"):
        client.post(reverse("consent:brand_create"), {**BRAND, "name": name})
    slugs = set(Brand.objects.filter(is_default=False).values_list("slug", flat=True))
    assert slugs == {"sudwind", "sudwind-2"}


def test_a_type_is_made_for_a_brand(client):
    brand = Brand.objects.default()
    client.post(
        reverse("consent:type_create"),
        {"name": "Product updates", "brand": brand.pk, "frequency": "once a month"},
    )
    made = SubscriptionType.objects.get(name="Product updates")
    assert (made.slug, made.brand) == ("product-updates", brand)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({}, "at most 2 emails a month"),
        (
            {"promised_mails": "1", "promised_days": "14"},
            "at most 1 email in two weeks",
        ),
        ({"frequency": "now and then"}, "now and then"),
    ],
)
def test_a_promise_in_numbers_is_told_in_words(client, typed, told):
    promise = {"promised_mails": "2", "promised_days": "30"}
    brand = Brand.objects.default().pk
    client.post(
        reverse("consent:type_create"),
        {"name": "News", "brand": brand, **promise, **typed},
    )
    assert SubscriptionType.objects.get(name="News").frequency == told


def test_half_a_promise_is_told(client):
    answer = client.post(
        reverse("consent:type_create"),
        {"name": "News", "brand": Brand.objects.default().pk, "promised_mails": "2"},
    )
    assert "in what time" in answer.content.decode()


def test_two_types_of_one_name_are_refused_with_a_sentence(client):
    one = SubscriptionTypeFactory()
    response = client.post(
        reverse("consent:type_create"),
        {"name": one.name.upper(), "brand": one.brand.pk},
    )
    assert "Choose another name" in response.content.decode()


def test_two_types_in_use_never_have_one_name():
    one = SubscriptionTypeFactory(name="Offers")
    with pytest.raises(IntegrityError, match="name_once_in_use"):
        SubscriptionTypeFactory(name="OFFERS", brand=one.brand)


def test_what_a_type_is_for_is_saved_and_told(client):
    one = SubscriptionTypeFactory(description="Our letter", frequency="monthly")
    client.post(
        reverse("consent:type_edit", args=[one.pk]),
        {
            "name": one.name,
            "description": "Our letter",
            "purpose": "to sell hats",
            "frequency": "monthly",
        },
    )
    told = SubscriptionType.objects.get(pk=one.pk).words.details
    assert told == "Our letter, monthly · What for: to sell hats"


def test_a_type_never_changes_its_brand(client):
    one = SubscriptionTypeFactory()
    client.post(
        reverse("consent:type_edit", args=[one.pk]),
        {"name": "Renamed", "brand": Brand.objects.default().pk},
    )
    brand = one.brand
    one.refresh_from_db()
    assert (one.name, one.brand) == ("Renamed", brand)


def test_an_archived_type_can_be_restored(client):
    one = SubscriptionTypeFactory()
    client.post(reverse("consent:type_archive", args=[one.pk]))
    one.refresh_from_db()
    assert one.archived_at
    page = client.get(reverse("consent:types"), {"archived": ""})
    assert one.name in page.content.decode()
    client.post(reverse("consent:type_restore", args=[one.pk]))
    one.refresh_from_db()
    assert one.archived_at is None


def test_a_type_whose_name_is_taken_meanwhile_stays_in_the_archive(client):
    old = SubscriptionTypeFactory(name="News", archived_at=timezone.now())
    SubscriptionTypeFactory(name="news")
    page = client.post(reverse("consent:type_restore", args=[old.pk]), follow=True)
    assert "There is a type called “News” already" in page.content.decode()
    old.refresh_from_db()
    assert old.archived_at


@pytest.fixture
def three(db):
    """The default type, News and Tips of its brand, in this order."""
    default = SubscriptionType.objects.default()
    more = [
        SubscriptionTypeFactory(name=name, brand=default.brand)
        for name in ("News", "Tips")
    ]
    return [default, *more]


def names():
    return [one.name for one in SubscriptionType.objects.active()]


@pytest.mark.parametrize(("way", "order"), [("up", [1, 0, 2]), ("down", [0, 2, 1])])
def test_a_type_moves_by_one_place(client, three, way, order):
    client.post(reverse(f"consent:type_{way}", args=[three[1].pk]))
    assert names() == [three[at].name for at in order]
    noted = AuditEntry.objects.get(verb="moved subscription type")
    assert noted.subject == "News"


@pytest.mark.parametrize(("way", "at"), [("up", 0), ("down", 2)])
def test_at_the_end_of_the_list_a_type_stays(client, three, way, at):
    before = names()
    client.post(reverse(f"consent:type_{way}", args=[three[at].pk]))
    assert names() == before


def test_a_type_moves_past_those_in_use_and_not_past_the_archived(client, three):
    SubscriptionType.objects.filter(pk=three[1].pk).update(archived_at=timezone.now())
    client.post(reverse("consent:type_up", args=[three[2].pk]))
    assert names() == ["Tips", three[0].name]


def test_a_new_type_comes_last(client, three):
    three[2].move(-1)
    brand = Brand.objects.default()
    made = {"name": "Offers", "brand": brand.pk}
    client.post(reverse("consent:type_create"), made)
    assert names() == [three[0].name, "Tips", "News", "Offers"]


def test_a_type_moves_past_the_next_of_its_own_brand(client, three):
    alien = SubscriptionTypeFactory(name="Alien")
    last = SubscriptionTypeFactory(name="Last", brand=three[0].brand)
    client.post(reverse("consent:type_up", args=[last.pk]))
    mine = SubscriptionType.objects.active().filter(brand=last.brand)
    assert [one.name for one in mine] == [three[0].name, "News", "Last", "Tips"]
    assert not alien.move(-1)


def test_the_list_has_each_brand_together_and_moves_within_it(client, three):
    alien = SubscriptionTypeFactory(name="Alien")
    SubscriptionTypeFactory(name="Last", brand=three[0].brand)
    page = client.get(reverse("consent:types")).content.decode()
    assert page.index("Move Last up") < page.index(alien.brand.name)
    assert "Move Last down" not in page
    assert "Move Alien" not in page


@pytest.mark.parametrize("way", ["up", "down"])
def test_moving_needs_a_post(client, three, way):
    url = reverse(f"consent:type_{way}", args=[three[1].pk])
    assert client.get(url).status_code == 405


def test_the_default_type_cannot_be_archived(client):
    one = SubscriptionType.objects.default()
    page = client.post(reverse("consent:type_archive", args=[one.pk]), follow=True)
    assert "stays" in page.content.decode()
    one.refresh_from_db()
    assert one.archived_at is None


def test_archiving_needs_a_post(client):
    one = SubscriptionTypeFactory()
    url = reverse("consent:type_archive", args=[one.pk])
    assert client.get(url).status_code == 405


def test_the_list_of_types_asks_a_fixed_number_of_questions(
    client, django_assert_num_queries
):
    SubscriptionTypeFactory.create_batch(5)
    # session, user, types, archived count
    with django_assert_num_queries(4):
        client.get(reverse("consent:types"))


def test_nothing_archives_the_default_type():
    one = SubscriptionType.objects.filter(is_default=True)
    with pytest.raises(IntegrityError, match="default_is_offered"):
        one.update(archived_at=timezone.now())


def test_the_admin_cannot_hand_a_type_to_another_brand(client):
    one = SubscriptionTypeFactory()
    page = reverse("admin:consent_subscriptiontype_change", args=[one.pk])
    changed = {"name": "New name", "slug": one.slug, "position": 0}
    client.post(page, changed | {"brand": BrandFactory().pk})
    kept = SubscriptionType.objects.get(pk=one.pk)
    assert (kept.name, kept.brand) == ("New name", one.brand)
