"""The box of the preference page about being tracked."""

import pytest
from django.test import Client

from consent.models import (
    Brand,
    ConsentEvidence,
    ConsentRecord,
    Tracking,
    TrackingChoice,
)
from deliveries.models import Delivery
from deliveries.tokens import Purpose
from tests.factories import DeliveryFactory, MessageFactory
from tests.optouts.conftest import token_of

pytestmark = pytest.mark.django_db

BOX = "You may see what I open and click"


@pytest.fixture
def web():
    return Client(enforce_csrf_checks=True, headers={"user-agent": "Reader/1.0"})


@pytest.fixture
def url(ana, kind):
    return f"/p/{token_of(ana, kind, Purpose.PREFERENCES)}"


def said(answer):
    return " ".join(answer.content.decode().split())


def save(web, url, kind, **more):
    return web.post(url, {"kind": kind.pk, "tracking_asked": "1", "save": "1"} | more)


def test_it_is_ticked_as_it_stands(web, url, kind):
    assert f"checked><span>{BOX}" in said(web.get(url))
    Brand.objects.update(tracking_needs_consent=True)
    assert f'value="1"><span>{BOX}' in said(web.get(url))


def test_it_is_not_there_where_nobody_is_tracked(web, url):
    Brand.objects.update(tracking=Tracking.OFF)
    assert BOX not in said(web.get(url))


def test_hygiene_only_is_said(web, url):
    Brand.objects.update(tracking=Tracking.HYGIENE)
    assert "We keep only the day on which you last did." in said(web.get(url))


def test_consent_is_withdrawn_with_its_proof(web, url, kind, ana):
    page = said(save(web, url, kind))
    assert "we do not see what you open and click" in page
    assert not TrackingChoice.objects.get(address=ana).agreed
    record = ConsentRecord.objects.get(action="tracking_refused")
    assert record.mechanism == "preference_centre"
    assert ConsentEvidence.objects.filter(record=record).exists()


def test_what_she_gets_stays_as_it_is(web, url, kind):
    before = "Nothing changed."
    assert before not in said(save(web, url, kind))
    assert not ConsentRecord.objects.filter(action="withdrawn").exists()


def test_consent_is_given(web, url, kind, ana):
    Brand.objects.update(tracking_needs_consent=True)
    page = said(save(web, url, kind, tracking="1"))
    assert "From now on we see what you open and click." in page
    assert TrackingChoice.objects.get(address=ana).agreed


def test_saving_it_as_it_was_writes_nothing(web, url, kind):
    save(web, url, kind, tracking="1")
    assert not TrackingChoice.objects.exists()


def test_an_older_page_without_the_box_says_nothing(web, url, kind):
    web.post(url, {"kind": kind.pk, "save": "1"})
    assert not TrackingChoice.objects.exists()


def test_mail_of_before_goes_dark_with_it(web, url, kind, ana):
    DeliveryFactory(
        contact=None, address=ana, message=MessageFactory(subscription_type=kind)
    )
    save(web, url, kind)
    assert not Delivery.objects.filter(open_tracked=True).exists()
