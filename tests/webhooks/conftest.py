import pytest

from consent.models import Suppression
from consent.vocabulary import Reason
from tests.factories import ContactFactory, UserFactory, ensure_defaults, no_because
from tests.receiver import Receiver
from webhooks.models import Endpoint, Reading
from webhooks.vocabulary import CHOOSABLE, EventType


def add_endpoint(url, by=None, **fields):
    """An endpoint that is told everything, and its secret."""
    Reading.objects.begin()
    usual = {"name": "CRM", "events": [one.value for one in CHOOSABLE]}
    endpoint = Endpoint(url=url, **usual | fields)
    secret = endpoint.begin(by or UserFactory(role="admin"))
    return endpoint, secret


def opt_out(*people):
    """They leave."""
    Suppression.objects.suppress(
        [one.address_id for one in people],
        Reason.OWN_OPT_OUT,
        no_because(Reason.OWN_OPT_OUT),
    )


def to_send(endpoint, count):
    """As many events that wait."""
    return [endpoint.notices.create(kind=EventType.TEST) for _ in range(count)]


@pytest.fixture
def internal(settings):
    settings.WEBHOOKS_INTERNAL = True


@pytest.fixture
def receiver():
    with Receiver() as running:
        yield running


@pytest.fixture
def endpoint(db, internal, receiver):
    return add_endpoint(receiver.url)[0]


@pytest.fixture
def committing(transactional_db):
    """The feed tells what is committed and nothing else."""
    ensure_defaults()


@pytest.fixture
def ann(committing):
    return ContactFactory(email="ann@people.example")
