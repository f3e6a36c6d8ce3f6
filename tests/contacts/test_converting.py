"""What becomes of a value when its property becomes one of another kind."""

import pytest

from contacts.converting import Target
from contacts.properties import BadValue, Kind

CHOICES = ("Basic", "Pro")
READ = [
    (Kind.NUMBER, "1 234", 1234),
    (Kind.NUMBER, True, 1),
    (Kind.STRING, 2.5, "2.5"),
    (Kind.STRING, False, "No"),
    (Kind.STRING, ["Basic", "Pro"], "Basic; Pro"),
    (Kind.BOOLEAN, "yes", True),
    (Kind.BOOLEAN, 0, False),
    (Kind.DATE, "2026-11-22T09:15:00+00:00", "2026-11-22"),
    (Kind.DATETIME, "2026-11-22", "2026-11-22T00:00:00+00:00"),
    (Kind.CHOICE, "pro", "Pro"),
    (Kind.CHOICE, ["Pro"], "Pro"),
    (Kind.CHOICES, "pro; basic", ["Basic", "Pro"]),
    (Kind.CHOICES, "Pro", ["Pro"]),
]


@pytest.mark.parametrize(("kind", "value", "read"), READ)
def test_a_value_is_read_as_one_of_the_kind(kind, value, read):
    found = Target(kind, CHOICES).read(value)
    assert (found, type(found)) == (read, type(read))


@pytest.mark.parametrize(("kind", "value", "read"), READ)
def test_what_was_converted_is_not_changed_by_another_time(kind, value, read):
    target = Target(kind, CHOICES)
    again = target.read(read)
    assert (again, type(again)) == (read, type(read))


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.NUMBER, "plenty"),
        (Kind.BOOLEAN, 7),
        (Kind.DATE, "soon"),
        (Kind.CHOICE, "Gold"),
        (Kind.CHOICE, ["Basic", "Pro"]),
        (Kind.CHOICES, ["Basic", "Gold"]),
    ],
)
def test_what_is_none_of_the_kind_gets_a_sentence(kind, value):
    with pytest.raises(BadValue, match=r"“.+” "):
        Target(kind, CHOICES).read(value)


@pytest.mark.parametrize("blank", ["", "  ", []])
def test_nothing_stays_nothing(blank):
    assert Target(Kind.NUMBER).read(blank) is None
