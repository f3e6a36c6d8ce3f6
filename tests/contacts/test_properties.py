"""Text as the value of a property."""

import pytest

from contacts import properties
from contacts.properties import BadValue, Kind


@pytest.mark.parametrize(
    ("text", "number"), [("12", 12), ("1,5", 1.5), ("1,234.5", 1234.5), ("-0", 0)]
)
def test_a_number_is_read_as_people_write_it(text, number):
    assert properties.parse(Kind.NUMBER, text) == number


def test_a_number_that_no_machine_can_hold_is_refused_at_once():
    with pytest.raises(BadValue, match="too large"):
        properties.parse(Kind.NUMBER, "1e999999999")
