"""Every call, asked with whatever its description allows and forbids.

No accident, and no answer that the description does not name.
"""

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from tests.factories import ContactFactory, SegmentFactory

pytestmark = [pytest.mark.django_db, pytest.mark.property]

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
]


schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", WSGIHandler())


@pytest.fixture
def program(program, settings):
    """Finds something behind the smallest number of each kind."""
    settings.API_REQUESTS_PER_MINUTE = 10**6
    for factory in (ContactFactory, SegmentFactory):
        if factory().pk != 1:
            factory(pk=1)
    for signal in (request_started, request_finished):  # one transaction for all
        signal.disconnect(close_old_connections)
    yield program
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@schema.parametrize()
@settings(
    max_examples=20,
    derandomize=True,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_is_answered_as_described(case, program):
    bearer = {"Authorization": f"Bearer {program.secret}"}
    case.call_and_validate(headers=bearer, checks=CHECKS)
