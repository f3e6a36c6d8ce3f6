"""What the tests of bounces start from."""

import pytest

from accounts.models import Account
from consent.models import Brand
from deliveries.models import DomainState, SendingDomain
from tests.factories import ensure_defaults
from tests.nameserver import NameServer


@pytest.fixture
def names(settings):
    """A name server of the tests' own: every domain takes mail, unless it says else."""
    server = NameServer()
    server.otherwise = {"MX": ["10 mail.people.example."]}
    settings.DNS_SERVERS = [server.address]
    yield server
    server.stop()


@pytest.fixture
def sender(db, settings, names):
    """On a server: the brand's address is of a domain that is connected."""
    settings.LOCAL_MODE = False
    Account.current()
    ensure_defaults()
    Brand.objects.update(from_email="news@brand.example")
    return SendingDomain.objects.create(
        name="brand.example", state=DomainState.CONNECTED
    )
