"""A form, and people who fill it in."""

import pytest

from consent import addresses
from deliveries.links import public_url
from deliveries.models import Delivery
from deliveries.tokens import Purpose, Token
from signups.models import Submission
from signups.taking import Entry, Visitor, take
from tests.factories import FormFactory

BROWSER = {
    "HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux) Firefox/140.0",
    "HTTP_ACCEPT_LANGUAGE": "en",
    "REMOTE_ADDR": "203.0.113.9",
}


@pytest.fixture
def form():
    return FormFactory()


def sign_up(form, email="ana@people.example", types=None, **more):
    """Fill in `form`; the submission."""
    visitor = more.pop("visitor", Visitor(ip="198.51.100.7", gesture=True))
    entry = Entry(
        version=form.keep_words(),
        parsed=addresses.parse(email),
        email=email,
        types=types or form.offered(),
        visitor=visitor,
        **more,
    )
    return take(entry)


def path_of(submission, purpose=Purpose.SIGNUP):
    mail = Delivery.objects.get(pk=submission.delivery_id)
    token = Token(mail.message_id, mail.pk, mail.address_id)
    return "/" + public_url(token, purpose).split("/", 3)[3]


def filled(form, **more):
    """What a browser sends when somebody fills in the page."""
    boxes = {} if form.by_button else {"kind": [kind.pk for kind in form.offered()]}
    words = {"words": form.digest(), "email": "ana@people.example"}
    return {**words, **boxes, **more}


def only():
    return Submission.objects.get()
