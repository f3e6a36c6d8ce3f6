"""Single cells of a file as values."""

import datetime as dt
import zoneinfo

import pytest

from contacts.importing import cells
from contacts.properties import BadValue

HELSINKI = zoneinfo.ZoneInfo("Europe/Helsinki")


@pytest.mark.parametrize(
    "text",
    [
        "2026-04-03 09:15",
        "2026-04-03T09:15:00",
        "2026-04-03T06:15:00Z",
        "3.4.2026 9:15",
        "03/04/2026 09:15",
        "3 Apr 2026 9:15 AM",
        "April 3, 2026 09:15",
        "1775196900000",
    ],
)
def test_a_moment_is_understood_in_the_spellings_of_exports(text):
    found = cells.moment(text, cells.DAY_FIRST, HELSINKI)
    assert found == dt.datetime(2026, 4, 3, 9, 15, tzinfo=HELSINKI)


def test_the_order_decides_what_a_slashed_date_means():
    found = cells.moment("03/04/2026", cells.MONTH_FIRST, HELSINKI)
    assert (found.day, found.month) == (4, 3)


def test_a_date_with_points_is_day_first_whatever_the_order():
    assert cells.moment("03.04.2026", cells.MONTH_FIRST, HELSINKI).day == 3


@pytest.mark.parametrize("text", ["31/02/2026", "soon", "2026", "3 Foo 2026", "1/1/1"])
def test_what_is_no_date_is_refused_with_a_sentence(text):
    with pytest.raises(BadValue, match="is not a date"):
        cells.moment(text, cells.DAY_FIRST, HELSINKI)


def test_a_day_above_twelve_tells_the_order_of_its_column():
    assert cells.order_of(["03/04/2026", "25/12/2026"]) == (True, False, "03/04/2026")


def test_dates_that_could_be_either_tell_nothing():
    day_first, month_first, example = cells.order_of(["05/05/2026", "03/04/2026"])
    assert not day_first
    assert not month_first
    assert example == "03/04/2026"


@pytest.mark.parametrize(
    ("text", "number"), [("12", 12), ("1,234", 1234), ("1 234.00", 1234), ("7.0", 7)]
)
def test_a_count_is_read_with_separators(text, number):
    assert cells.count(text) == number


@pytest.mark.parametrize("text", ["-3", "many", "1.5", "3,0", "1,23,4", "99999999999"])
def test_what_cannot_be_a_count_is_refused(text):
    with pytest.raises(BadValue):
        cells.count(text)


@pytest.mark.parametrize("text", ["true", "Yes", "2024-01-03", "Opted out", "maybe"])
def test_an_opt_out_cell_opts_out_unless_it_says_no(text):
    assert cells.opts_out(text)


@pytest.mark.parametrize("text", ["", "false", "No", "0", "Opted in", "NOT_OPTED"])
def test_a_plain_no_in_an_opt_out_cell_opts_nobody_out(text):
    assert not cells.opts_out(text)


def test_an_unknown_bounce_reason_is_kept_as_other():
    assert cells.bounce_reason("Unknown user") == "UNKNOWN_USER"
    assert cells.bounce_reason("550 5.7.1 go away") == "OTHER"
