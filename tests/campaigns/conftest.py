"""Who writes an email, and who approves it."""

import pytest

from accounts.roles import Role
from tests.campaigns.approving import asked, fresh
from tests.factories import UserFactory


@pytest.fixture
def author():
    return UserFactory(role=Role.MARKETER, first_name="Ann")


@pytest.fixture
def second():
    return UserFactory(role=Role.HYGIENE, first_name="Bea")


@pytest.fixture
def approved(email, author, second):
    """The `email` of the module, as the second person approved it."""
    assert asked(email, author).approve(second)
    return fresh(email)
