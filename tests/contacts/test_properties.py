"""Text as the value of a property."""

from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from contacts import properties
from contacts.properties import BadValue, Kind


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *(("12", 12), ("-0", 0), ("1,5", 1.5), ("1,2345", 1.2345)),
        *(("1,234", 1234), ("1,234.5", 1234.5), ("-1,234,567", -1234567)),
        *(("1.234,56", 1234.56), ("1\u202f234,5", 1234.5)),
        *(("0,125", 0.125), ("-0,500", -0.5), ("00,750", 0.75), ("0.125", 0.125)),
    ],
)
def test_a_number_is_read_as_people_write_it(text, number):
    assert properties.parse(Kind.NUMBER, text) == number


def test_a_number_that_no_machine_can_hold_is_refused_at_once():
    with pytest.raises(BadValue, match="too large"):
        properties.parse(Kind.NUMBER, "1e999999999")


@pytest.mark.parametrize("text", ["1,2,3", "1,23,456", "1.2,3", "1,234,5"])
def test_a_number_that_could_mean_anything_is_refused(text):
    with pytest.raises(BadValue, match="not a number"):
        properties.parse(Kind.NUMBER, text)


def test_separators_alone_name_no_choice():
    with pytest.raises(BadValue, match="names nothing"):
        properties.parse(Kind.CHOICES, " ; ", ["Ice"])


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-07-01 09:00", "2026-07-01T06:00:00+00:00"),
        ("2026-07-01T09:00+02:00", "2026-07-01T07:00:00+00:00"),
    ],
)
def test_a_time_without_an_offset_is_where_its_author_is(text, moment):
    with timezone.override(ZoneInfo("Europe/Helsinki")):
        assert properties.parse(Kind.DATETIME, text) == moment


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("9999-12-31 23:59", "America/New_York"),
        ("0001-01-01 00:00", "Europe/Helsinki"),
        ("9999-12-31T23:59-05:00", "UTC"),
    ],
)
def test_a_time_that_is_in_no_year_of_utc_is_refused(text, zone):
    with (
        timezone.override(ZoneInfo(zone)),
        pytest.raises(BadValue, match="where the calendar ends"),
    ):
        properties.parse(Kind.DATETIME, text)


def test_a_day_is_the_same_everywhere():
    with timezone.override(ZoneInfo("Pacific/Auckland")):
        assert properties.parse(Kind.DATE, "2026-07-01 23:30") == "2026-07-01"
