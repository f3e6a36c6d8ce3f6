"""Two people give the same name at one moment: the second one reads a sentence."""

import pytest
from django.urls import reverse

from accounts.models import User
from campaigns.models import EmailTemplate
from consent.models import Brand, SubscriptionType
from contacts.models import PropertyDefinition
from segments.models import Segment
from tests.factories import (
    BrandFactory,
    ContactFactory,
    MarketingEmailFactory,
    SegmentFactory,
    ensure_defaults,
)
from tests.segments.test_builder import GROUP, SENDS, form
from tests.threads import halfway

pytestmark = pytest.mark.django_db(transaction=True)
BRAND = {
    "name": "Hats",
    "legal_name": "Hats Oy",
    "postal_address": "1 Example Street",
    "from_name": "Hats",
    "from_email": "news@hats.example",
    "tracking": "full",
}


@pytest.fixture(autouse=True)
def _defaults():
    ensure_defaults()


def post(client, name, data, *args):
    return lambda: client.post(reverse(name, args=args), data)


def told(answer):
    assert answer.status_code == 422
    return answer.content.decode()


def test_a_brand(client):
    answer = halfway(
        lambda: Brand.objects.create(name="Hats", slug="hats"),
        post(client, "consent:brand_create", BRAND),
    )
    assert "There is a brand of this name already" in told(answer)


def test_a_brand_whose_short_name_was_just_taken_gets_another(client):
    halfway(
        lambda: Brand.objects.create(name="Hats!", slug="hats"),
        post(client, "consent:brand_create", BRAND),
    )
    assert Brand.objects.get(name="Hats").slug == "hats-2"


def test_a_subscription_type(client):
    brand = BrandFactory()
    answer = halfway(
        lambda: SubscriptionType.objects.create(
            name="Offers", slug="offers", brand=brand
        ),
        post(client, "consent:type_create", {"name": "Offers", "brand": brand.pk}),
    )
    assert "There is a type called “Offers” already" in told(answer)


def test_a_property(client):
    answer = halfway(
        lambda: PropertyDefinition.objects.create(
            name="age", label="Age", kind="number"
        ),
        post(client, "contacts:property_create", {"label": "Age", "kind": "number"}),
    )
    assert "There is a property of this name already" in told(answer)


def test_a_segment_from_the_builder(client):
    data = form(GROUP, SENDS, do="save")
    answer = halfway(
        lambda: SegmentFactory(name="Silent"), post(client, "segments:create", data)
    )
    assert "There is a segment “Silent” already" in told(answer)


def test_a_segment_from_pasted_addresses(client):
    data = {"name": "Silent", "addresses": "ana@people.example"}
    answer = halfway(
        lambda: SegmentFactory(name="Silent"), post(client, "segments:gather", data)
    )
    assert "There is a segment “Silent” already" in told(answer)


def test_a_segment_of_ticked_people(client):
    data = {"name": "Silent", "id": ContactFactory().pk, "step": "review"}
    answer = halfway(
        lambda: SegmentFactory(name="Silent"),
        post(client, "contacts:bulk_segment", data),
    )
    assert "There is a segment “Silent” already" in told(answer)


def test_a_copy_of_a_segment_has_the_next_name(client):
    segment = SegmentFactory(name="Silent")
    halfway(
        lambda: SegmentFactory(name="Silent (copy)"),
        post(client, "segments:clone", {}, segment.pk),
    )
    assert Segment.objects.filter(name="Silent (copy 2)").exists()


def test_a_segment_out_of_the_archive(client):
    segment = SegmentFactory(name="Silent")
    segment.archive()
    answer = halfway(
        lambda: SegmentFactory(name="Silent"),
        lambda: client.post(
            reverse("segments:restore", args=[segment.pk]), follow=True
        ),
    )
    assert "There is another segment “Silent” now" in answer.content.decode()


def test_a_template(client):
    email = MarketingEmailFactory()
    answer = halfway(
        lambda: EmailTemplate.objects.create(name="Letter"),
        post(client, "campaigns:template_create", {"name": "letter"}, email.pk),
    )
    assert "There is a template of this name" in told(answer)


def test_an_invitation(client):
    Brand.objects.filter(is_default=True).update(from_email="console@brand.example")
    answer = halfway(
        lambda: User.objects.create_user("bo@console.example"),
        post(
            client, "console:invite", {"email": "Bo@console.example", "role": "viewer"}
        ),
    )
    assert "Somebody signs in with this address already" in told(answer)


@pytest.mark.parametrize("row", [BrandFactory, SegmentFactory])
def test_a_name_in_the_admin(client, row):
    one = row()
    place = f"admin:{one._meta.label_lower.replace('.', '_')}_change"
    form = client.get(reverse(place, args=[one.pk])).context["adminform"].form
    typed = {one.name: one.initial for one in form if one.initial is not None}
    answer = halfway(
        lambda: row(name="Hats"), post(client, place, typed | {"name": "Hats"}, one.pk)
    )
    assert answer.status_code == 200
    assert "already" in str(answer.context["adminform"].errors)
