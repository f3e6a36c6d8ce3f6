"""Every call, asked with whatever its description allows and forbids.

No accident, and no answer that the description does not name.
"""

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from api.urls import api
from tests.factories import ContactFactory, SegmentFactory

pytestmark = [pytest.mark.django_db, pytest.mark.property]

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]


schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", WSGIHandler())
FOUND = [one.ok() for one in schema.get_all_operations() if isinstance(one, Ok)]
CALLS = {one.label: one for one in FOUND}


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


def test_none_is_left_out():
    assert len(CALLS) == len(api.calls())


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("label", CALLS)
def test_is_answered_as_described(program, label, mode):
    """By what is allowed, and by what is forbidden."""
    # words in an address that no call knows are passed over
    strict = [] if label.startswith("GET") else [negative_data_rejection]
    checks = CHECKS + strict
    bearer = {"Authorization": f"Bearer {program.secret}"}

    @given(case=CALLS[label].as_strategy(generation_mode=mode))
    @settings(
        max_examples=15,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case):
        case.call_and_validate(headers=bearer, checks=checks)

    ask()
