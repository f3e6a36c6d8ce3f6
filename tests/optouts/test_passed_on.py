"""A mail that was passed on: its links open for whoever has it now."""

import pytest

from consent.models import Address
from deliveries.tokens import Purpose
from tests.optouts.conftest import token_of
from tests.optouts.test_public import said, web

__all__ = ["web"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(ana, kind):
    return f"/u/{token_of(ana, kind)}"


@pytest.fixture
def preferences_url(ana, kind):
    return f"/p/{token_of(ana, kind, Purpose.PREFERENCES)}"


@pytest.mark.parametrize("page", ["url", "preferences_url"])
class TestAMailPassedOn:
    """Whoever it was passed on to holds the same link as she does."""

    def test_its_reader_does_not_learn_the_address(self, web, ana, page, request):
        answer = web.get(request.getfixturevalue(page))
        assert ana.key not in said(answer)

    def test_she_knows_it_as_hers(self, web, ana, page, request):
        answer = web.get(request.getfixturevalue(page))
        assert ana.masked in said(answer)

    def test_nor_is_it_told_after_a_press(self, web, ana, page, request):
        answer = web.post(request.getfixturevalue(page), {"everything": "1"})
        assert ana.key not in said(answer)


def test_a_masked_address_tells_little():
    assert Address(key="ana.bell@people.example").masked == "a…@people.example"


def test_an_erased_address_tells_nothing():
    assert Address(key=None).masked == ""
