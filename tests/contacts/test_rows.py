"""A row of a file as one person, whatever stands in it."""

import zoneinfo

import pytest

from consent.tables import Row
from contacts.importing import rows, told
from contacts.models import PropertyDefinition
from contacts.properties import Kind

NEW_YORK = zoneinfo.ZoneInfo("America/New_York")
ENDS = PropertyDefinition(pk=1, label="Ends", kind=Kind.DATETIME)


@pytest.mark.parametrize("target", ["property:1", "last_opened_at"])
def test_a_time_where_the_calendar_ends_is_left_out_and_the_rest_is_read(target):
    recipe = rows.recipe(
        ["Email", "Ends"],
        ["email", target],
        definitions=[ENDS],
        times={1: ("dmy", NEW_YORK)},
        owners={},
    )
    [line] = recipe.lines([Row(2, ["ana@people.example", "9999-12-31 23:59"])])
    number, fate, remarks, *_ = line.split("\t")
    assert (number, fate) == ("2", "ready")
    assert told.said(remarks).startswith("Ends was left out: “9999-12-31 23:59")
