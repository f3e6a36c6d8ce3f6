"""A message with readers, and a mail server that takes what is sent."""

import pytest

from contacts.models import Contact
from deliveries import audience
from deliveries.models import SendingDomain
from tests.factories import ContactFactory, MessageFactory, agree
from tests.nameserver import NameServer
from tests.sink import Sink


@pytest.fixture
def sink(settings):
    server = Sink().start()
    settings.LISTWELL_SMTP = {
        "host": "127.0.0.1",
        "port": server.controller.port,
        "user": "",
        "password": "",
        "starttls": False,
        "tls": False,
    }
    yield server
    server.stop()


@pytest.fixture
def message(db):
    return MessageFactory()


@pytest.fixture
def queue_for(message):
    """`queue_for(n)`: n readers of `message`, all waiting for it."""

    def fill(number, **fields):
        for _ in range(number):
            contact = ContactFactory(**fields)
            agree(contact, message.subscription_type)
        audience.fix(message, Contact.objects.all())
        return list(Contact.objects.order_by("pk"))

    return fill


@pytest.fixture
def names(settings):
    """A name server without records, asked by a console that is on a server."""
    server = NameServer()
    settings.DNS_SERVERS = [server.address]
    settings.LOCAL_MODE = False
    settings.BOUNCE_DOMAIN = "bounce.brand.example"
    yield server
    server.stop()


@pytest.fixture
def domain(names, alice):
    """brand.example, added a moment ago."""
    return SendingDomain.objects.connect("brand.example", alice)
