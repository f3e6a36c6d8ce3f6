import pytest

from tests.api.asking import Program


@pytest.fixture
def program(alice):
    """May do everything."""
    return Program(alice)
