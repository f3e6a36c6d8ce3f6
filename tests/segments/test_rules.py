"""What the parser refuses, with the place and a way out."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from contacts.models import Contact
from segments.activity import steps
from segments.compile import compile_rules, simplified
from segments.dates import Clock, Span
from segments.fields import STANDARD
from segments.operands import KEYS, OPERANDS
from segments.operators import OPERATORS, Operand, Type
from segments.rules import BadRules, Group, parse, read
from segments.vocabulary import Vocabulary
from segments.words import sentence
from tests.factories import ContactFactory, SegmentFactory
from tests.segments.worlds import NOW, group, make_message, where

pytestmark = pytest.mark.django_db

OK = where("delivered", "greater", value=11)


def complaint(*rules):
    with pytest.raises(BadRules) as caught:
        parse(group("any", group("all", *rules)), Vocabulary())
    return str(caught.value)


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ({}, "Group 1, condition 2: choose what to filter by."),
        (where("", ""), "choose what to filter by."),
        (where("shoe_size", "is"), "there is no field “shoe_size”."),
        (where("delivered", ""), "choose how to compare “Marketing emails delivered”"),
        (where("delivered", "contains"), "“contains” is no way to ask"),
        (where("delivered", "unknown"), "“unknown” is no way to ask"),
        (where("delivered", "greater"), "type a number to compare with."),
        (where("delivered", "greater", value="x"), "“x” is not a number."),
        (where("delivered", "greater", value="1e99"), "“1e99” is too large"),
        (where("delivered", "greater", value="NaN"), "“NaN” is too large"),
        (where("delivered", "greater", value=True), "type a number"),
        (where("delivered", "between", values=[1]), "type both numbers."),
        (where("company", "is", value="  "), "type a text to compare with."),
        (where("company", "is", value="a\0b"), "use a plain text"),
        (where("company", "is", value="a" * 501), "at most 500 characters"),
        (where("company", "any_of", values=[]), "type at least one text"),
        (where("company", "any_of", values=["x"] * 501), "choose 500 values at most."),
        (where("last_opened_at", "before"), "choose a day."),
        (where("last_opened_at", "before", value="soon"), "“soon” is not a day."),
        (where("last_opened_at", "before", value="0001-01-01"), "a day after 1800."),
        (
            where("last_opened_at", "in_last", value=1.5, unit="days"),
            "type a whole number from 0 to 9999.",
        ),
        (
            where("last_opened_at", "in_last", value=1, unit="moons"),
            "choose days, weeks, months or years.",
        ),
        (where("opted_out", "is"), "choose yes or no."),
        (where("hard_bounce_reason", "any_of", values=[]), "choose at least one."),
        (
            where("hard_bounce_reason", "any_of", values=["GHOST"]),
            "“GHOST” is not there any more.",
        ),
        (where("segment", "member", values=["999"]), "is not there any more."),
        (where("email_event", "sent", group="x'; --"), "is not an email."),
        (where("email_event", "sent", messages=["1 OR 1"]), "is not the number"),
        (where("email_event", "sent", window=30), "does not take “window”."),
        (where("last_opened_at", "unknown", value=1), "does not take “value”."),
        (where("company", "is_not", value="x", include_unknown=True), "does not take"),
        (group("all"), "the group is empty."),
        (group("some", OK), "choose whether all, any or none"),
        ({"match": "all", "rules": [OK], "x": 1}, "nothing else"),
        ("delivered > 11", "a rule is an object."),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(rule, sentence):
    told = complaint(OK, rule)
    assert "Group 1, condition 2: " in told
    assert sentence in told


def test_the_complete_part_is_read_while_the_rest_is_written():
    rules, complaints = read(group("any", group("all", OK, {})), Vocabulary())
    assert len(list(rules.filters())) == 1
    assert [one.place for one in complaints] == [(0, 1)]


@pytest.mark.parametrize("data", [None, [], "x", {}, {"field": "delivered"}])
def test_rules_without_a_group_are_refused(data):
    with pytest.raises(BadRules, match="add at least one condition"):
        parse(data, Vocabulary())


def nested(depth):
    return group("all", nested(depth - 1)) if depth else OK


def test_groups_nest_five_deep_and_no_deeper():
    """The outermost group, which every segment has, is not counted."""
    assert parse(nested(6), Vocabulary())
    with pytest.raises(BadRules, match="nest 5 deep at most"):
        parse(nested(7), Vocabulary())


def test_two_hundred_and_fifty_conditions_run_and_one_more_is_refused():
    ContactFactory(delivered=12)
    many = [group("any", *[OK] * 50) for _ in range(5)]
    rules = parse(group("all", *many), Vocabulary())
    clock = Clock(NOW, ZoneInfo("UTC"))
    assert Contact.objects.filter(compile_rules(rules, clock)).count() == 1
    with pytest.raises(BadRules, match="takes 250 conditions"):
        parse(group("all", *many, OK), Vocabulary())


@pytest.mark.parametrize(
    "text", ["'; DROP TABLE contacts_contact; --", "%s %(x)s", "\\", '"', "100%"]
)
@pytest.mark.parametrize("operator", ["is", "contains", "starts_with", "ends_with"])
def test_no_text_is_more_than_a_text(text, operator):
    ContactFactory(company=text)
    ContactFactory(company="other")
    found = SegmentFactory(
        rules=group("all", where("company", operator, value=text))
    ).matching()
    assert [one.company for one in found] == [text]


def test_the_tables_cover_one_another():
    keys = {one.key for one in OPERATORS[Type.ACTIVITY]}
    assert all(steps(key)[0] for key in keys)
    assert set(KEYS) == set(Operand) == {*OPERANDS, Operand.EMAILS}
    assert {one.type for one in STANDARD} <= set(OPERATORS)
    for operators in OPERATORS.values():
        known = {one.key for one in operators}
        assert all(one.negates in known for one in operators if one.negates)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (OK, "whose Marketing emails delivered is more than 11 (12 or more)"),
        (
            where("last_opened_at", "more_than_ago", value=52, unit="weeks"),
            "whose Last marketing email open date is more than 52 weeks ago",
        ),
        (
            where("last_opened_at", "in_last", value=1, unit="days"),
            "is in the last 1 day",
        ),
        (
            where("created_at", "between", values=["2026-02-01", "2026-01-01"]),
            "whose Created is between 1 January 2026 and 1 February 2026",
        ),
        (
            where("company", "any_of", values=list("abcde")),
            "whose Company is any of “a”, “b”, “c” or 2 more",
        ),
        (
            where("company", "is", value="x", include_unknown=True),
            "whose Company is “x” or has no value",
        ),
        (
            where("hard_bounce_reason", "any_of", values=["POLICY"]),
            "whose Email hard bounce reason is any of Policy",
        ),
        (where("email_event", "received"), "who received any marketing email"),
        (
            where("email_event", "sent_but_not_clicked", group="email:1"),
            "who was sent but did not click a link in “Autumn”",
        ),
        (
            where("email_event", "sent", group="email:2"),
            "who was sent “an email not sent yet”",
        ),
        (where("opted_out", "is", value=False), "Unsubscribed from all email is no"),
        (group("none", OK), "of whom none of this is true"),
    ],
)
def test_rules_are_said_in_plain_words(rule, words):
    make_message("Autumn", "email:1")
    vocabulary = Vocabulary()
    told = sentence(parse(group("all", rule), vocabulary), vocabulary)
    assert words in told


def test_what_both_branches_share_is_asked_once():
    a, b, c = (where("company", "is", value=one) for one in "abc")
    rules = parse(group("any", group("all", a, b), group("all", a, c)), Vocabulary())
    plain = simplified(rules)
    assert plain.match == "all"
    assert plain.rules[0].value == "a"
    assert isinstance(plain.rules[1], Group)
    absorbed = parse(group("any", group("all", a, b), group("all", a)), Vocabulary())
    assert [one.value for one in simplified(absorbed).rules] == ["a"]


@pytest.mark.parametrize(
    ("day", "span", "before"),
    [
        ("2026-03-31", Span(1, "months"), "2026-02-28"),
        ("2024-02-29", Span(1, "years"), "2023-02-28"),
        ("2026-01-15", Span(2, "weeks"), "2026-01-01"),
        ("2026-01-15", Span(1, "months"), "2025-12-15"),
        ("2026-12-31", Span(9999, "months"), "1193-09-30"),
    ],
)
def test_months_and_years_go_back_to_the_same_day_or_the_last(day, span, before):
    start = dt.date.fromisoformat(day)
    assert span.before(start) == dt.date.fromisoformat(before)
