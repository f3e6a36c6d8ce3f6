"""Every link behind a mail: forged, cut, swapped and old tokens, on each page alike."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from campaigns.models import SharedPreview
from consent.models import ConsentRecord, Suppression
from deliveries.links import PATHS
from deliveries.models import Event, LinkKind, Message
from deliveries.rendering import compile_message
from deliveries.tokens import Purpose, Token, sign
from signups.models import State, Submission
from tests.factories import (
    DeliveryFactory,
    FormFactory,
    LinkFactory,
    MarketingEmailFactory,
    MessageFactory,
    SubscriptionTypeFactory,
    UserFactory,
    agree,
)
from tests.signups.conftest import BROWSER, sign_up

pytestmark = pytest.mark.django_db

# where a bad token gets a page that says so; a pixel is a pixel for all
PAGES = [one for one in PATHS if one is not Purpose.OPEN]
# links for readers, which never expire; a preview for colleagues does
FOR_READERS = [one for one in PAGES if one is not Purpose.PREVIEW]
# not there, not in this way, not without the token of a form
CLOSED = {403, 404, 405}
ONE_CLICK = "List-Unsubscribe=One-Click"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def anybody():
    return Client(enforce_csrf_checks=True, **BROWSER)


@pytest.fixture
def delivery():
    kind = SubscriptionTypeFactory()
    message = MessageFactory(subscription_type=kind)
    LinkFactory(message=message, position=0, kind=LinkKind.CONFIRM, url="")
    delivery = DeliveryFactory(message=message)
    agree(delivery.contact, kind)
    return delivery


@pytest.fixture
def whole():
    """A mail whose words are still there."""
    message = MessageFactory()
    compile_message(message)
    Message.objects.update(frozen_at=timezone.now())
    return DeliveryFactory(message=message)


@pytest.fixture
def good(delivery, whole):
    """A good token for each purpose: of a mail, of a sign-up, of a shared preview."""
    waiting = sign_up(FormFactory())
    shared = SharedPreview.objects.share(MarketingEmailFactory(), 7, UserFactory())
    hers = (delivery.message_id, delivery.pk, delivery.address_id)
    asked = (waiting.message_id, waiting.delivery_id, waiting.address_id)
    kind = delivery.message.subscription_type_id
    tokens = {one: Token(*hers, kind) for one in Purpose}
    tokens |= dict.fromkeys(
        (Purpose.CLICK, Purpose.CONFIRM, Purpose.VIEW), Token(*hers)
    )
    tokens |= dict.fromkeys((Purpose.SIGNUP, Purpose.DISOWN), Token(*asked))
    tokens[Purpose.VIEW] = Token(whole.message_id, whole.pk, whole.address_id)
    signed = {purpose: sign(token, purpose) for purpose, token in tokens.items()}
    return signed | {Purpose.PREVIEW: shared.token}


def page_of(purpose, token):
    return PATHS[purpose].format(token)


def spoilt(token):
    """Forged, cut, lengthened, of a key that is none, and no token at all."""
    key, _, digits = token.partition("-")
    other = "b" if digits[5] != "b" else "c"
    yield f"{key}-{digits[:5]}{other}{digits[6:]}"
    yield from (token[:-4], token[: len(token) // 2], f"{key}-", f"{token}aaaaaaaa")
    yield f"no-{digits}"
    yield from (f"{key}-{'é' * 8}", f"{key}-{'%00' * 8}")


@pytest.mark.parametrize("purpose", FOR_READERS)
def test_a_link_still_works_after_more_than_a_year(anybody, good, purpose):
    with time_machine.travel(timezone.now() + dt.timedelta(days=400)):
        assert anybody.get(page_of(purpose, good[purpose])).status_code in {200, 302}


@pytest.mark.parametrize("method", ["get", "post", "head"])
@pytest.mark.parametrize("purpose", PAGES)
def test_a_spoilt_token_opens_nothing(anybody, good, purpose, method):
    records = ConsentRecord.objects.count()
    for token in spoilt(good[purpose]):
        answer = getattr(anybody, method)(page_of(purpose, token))
        assert answer.status_code in CLOSED, token
        assert not answer.cookies
    assert ConsentRecord.objects.count() == records
    assert not Event.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("purpose", PAGES)
def test_a_token_for_anything_else_opens_nothing(anybody, good, purpose, method):
    for other in set(good) - {purpose}:
        answer = getattr(anybody, method)(page_of(purpose, good[other]))
        assert answer.status_code in CLOSED, other
    assert not Suppression.objects.exists()
    assert Submission.objects.get().state == State.PENDING


def test_a_pixel_with_a_spoilt_token_counts_nobody(anybody, good):
    for token in spoilt(good[Purpose.OPEN]):
        anybody.get(page_of(Purpose.OPEN, token))
    assert not Event.objects.exists()


@pytest.mark.parametrize("end", ["", "/"])
@pytest.mark.parametrize("append", [True, False])
def test_one_click_is_neither_redirected_nor_given_a_cookie(
    settings, anybody, good, end, append
):
    """As behind a proxy that speaks TLS, with everything on that could redirect."""
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.APPEND_SLASH = append
    answer = anybody.post(
        page_of(Purpose.UNSUBSCRIBE, good[Purpose.UNSUBSCRIBE]) + end,
        ONE_CLICK,
        content_type=FORM,
        headers={"x-forwarded-proto": "https", "accept-language": "fi"},
    )
    assert answer.status_code == 200
    assert "Location" not in answer
    assert not answer.cookies
    assert Suppression.objects.active().count() == 1
