"""Every operator of every type by example; nothing that is typed becomes SQL."""

import datetime as dt

import pytest

from consent.models import SubscriptionType
from contacts.models import Contact, PropertyDefinition
from segments.models import Segment, current_clock
from segments.operands import KEYS
from segments.operators import OPERATORS, Operand, Type
from segments.rules import BadRules
from segments.vocabulary import Vocabulary
from tests.factories import SegmentFactory, agree
from tests.segments.test_facts import opt_out
from tests.segments.worlds import (
    ago,
    deliver,
    group,
    make_message,
    matching,
    people,
    where,
)

pytestmark = pytest.mark.django_db


def check(kind, field, answers):
    """`answers`: {operator: (operand, who)}, for every operator there is."""
    assert set(answers) == {one.key for one in OPERATORS[kind]}
    found = {
        key: matching(where(field, key, **asked)) for key, (asked, _) in answers.items()
    }
    assert found == {key: who for key, (_, who) in answers.items()}


def own(kind, values, before=None, **more):
    """The key of a custom property that ada, bo and no have these values of."""
    one = PropertyDefinition.objects.create(name="p", label="P", kind=kind, **more)
    for contact in people("ada", "bo", "no"):
        name = contact.first_name
        for value in ((before or {}).get(name), values.get(name)):
            told = {} if value is None else {one.key: value}
            Contact.objects.filter(pk=contact.pk).update(properties=told)
    return f"property:{one.pk}"


KNOWN: dict[str, tuple[dict[str, str], set[str]]] = {
    "known": ({}, {"ada", "bo"}),
    "unknown": ({}, {"no"}),
}


@pytest.mark.parametrize("where_kept", ["column", "property"])
def test_text(where_kept):
    now = {"ada": "Acme Ltd", "bo": "Beta"}
    if where_kept == "property":
        field = own("string", now, {"bo": "Old Beta"})
    else:
        field = "company"
        ada, bo, _ = people("ada", "bo", "no", company="")
        Contact.objects.filter(pk=bo.pk).update(company="Old Beta")
        for one in (ada, bo):
            Contact.objects.filter(pk=one.pk).update(company=now[one.first_name])
    text = {"value": "BETA"}
    answers = {
        "is": (text, {"bo"}),
        "is_not": (text, {"ada", "no"}),
        "any_of": ({"values": ["beta", "gamma"]}, {"bo"}),
        "none_of": ({"values": ["beta", "gamma"]}, {"ada", "no"}),
        "contains": ({"value": "me l"}, {"ada"}),
        "not_contains": ({"value": "me l"}, {"bo", "no"}),
        "starts_with": ({"value": "acme"}, {"ada"}),
        "not_starts_with": ({"value": "acme"}, {"bo", "no"}),
        "ends_with": ({"value": "LTD"}, {"ada"}),
        "not_ends_with": ({"value": "LTD"}, {"bo", "no"}),
        "ever_is": ({"value": "old beta"}, {"bo"}),
        "never_is": ({"value": "old beta"}, {"ada", "no"}),
        "ever_contains": ({"value": "OLD"}, {"bo"}),
        "never_contains": ({"value": "OLD"}, {"ada", "no"}),
        **KNOWN,
    }
    check(Type.STRING, field, answers)


def test_numbers():
    field = own("number", {"ada": 12, "bo": 3}, {"bo": 7})
    answers = {
        "greater": ({"value": 3}, {"ada"}),
        "at_least": ({"value": 3}, {"ada", "bo"}),
        "less": ({"value": 12}, {"bo"}),
        "at_most": ({"value": 12}, {"ada", "bo"}),
        "is": ({"value": "12"}, {"ada"}),
        "is_not": ({"value": 12}, {"bo", "no"}),
        "between": ({"values": [12, 4]}, {"ada"}),
        "not_between": ({"values": [4, 12]}, {"bo"}),
        "ever_is": ({"value": 7}, {"bo"}),
        "never_is": ({"value": 7}, {"ada", "no"}),
        **KNOWN,
    }
    check(Type.NUMBER, field, answers)


def test_yes_and_no():
    field = own("boolean", {"ada": True, "bo": False}, {"bo": True})
    answers = {
        "is": ({"value": True}, {"ada"}),
        "is_not": ({"value": True}, {"bo", "no"}),
        "ever_is": ({"value": True}, {"ada", "bo"}),
        "never_is": ({"value": True}, {"no"}),
        **KNOWN,
    }
    check(Type.BOOLEAN, field, answers)


def about_days(today):
    """ada: ten days ago, bo: in five days, no: unknown; everybody was made today."""

    def day(n):
        return (today + dt.timedelta(days=n)).isoformat()

    week = {"value": 7, "unit": "days"}
    both = {"values": [day(-9), day(-11)]}
    other = {"value": "created_at"}
    return {
        "more_than_ago": (week, {"ada"}),
        "less_than_ago": ({"value": 2, "unit": "weeks"}, {"ada"}),
        "in_last": ({"value": 1, "unit": "months"}, {"ada"}),
        "in_next": (week, {"bo"}),
        "before": ({"value": day(0)}, {"ada"}),
        "after": ({"value": day(0)}, {"bo"}),
        "on": ({"value": day(5)}, {"bo"}),
        "between": (both, {"ada"}),
        "not_between": (both, {"bo"}),
        "before_other": (other, {"ada"}),
        "after_other": (other, {"bo"}),
        "same_day": (other, set()),
        **KNOWN,
    }


def test_dates():
    today = current_clock().today
    past, soon = (today + dt.timedelta(days=n) for n in (-10, 5))
    field = own("date", {"ada": past.isoformat(), "bo": soon.isoformat()})
    check(Type.DATE, field, about_days(today))


@pytest.mark.parametrize("where_kept", ["column", "property"])
def test_moments(where_kept):
    past, soon = ago(10), ago(-5)
    if where_kept == "property":
        field = own("datetime", {"ada": past.isoformat(), "bo": soon.isoformat()})
    else:
        field = "last_opened_at"
        ada, bo, _ = people("ada", "bo", "no")
        Contact.objects.filter(pk=ada.pk).update(last_opened_at=past)
        Contact.objects.filter(pk=bo.pk).update(last_opened_at=soon)
    check(Type.DATETIME, field, about_days(current_clock().today))


def test_a_date_is_compared_with_when_the_contact_was_updated():
    ada, bo = people("ada", "bo")
    Contact.objects.filter(pk=ada.pk).update(last_opened_at=ago(9), updated_at=ago(3))
    Contact.objects.filter(pk=bo.pk).update(last_opened_at=ago(1), updated_at=ago(3))
    later = where("updated_at", "after_other", value="last_opened_at")
    assert matching(later) == {"ada"}
    assert matching(where("updated_at", "in_last", value=2, unit="days")) == set()


def test_one_of_a_list():
    choices = {"choices": ["red", "green", "blue"]}
    field = own("choice", {"ada": "red", "bo": "green"}, {"bo": "blue"}, **choices)
    some = {"values": ["red", "blue"]}
    answers = {
        "any_of": (some, {"ada"}),
        "none_of": (some, {"bo", "no"}),
        "ever_any_of": (some, {"ada", "bo"}),
        "never_any_of": (some, {"no"}),
        **KNOWN,
    }
    check(Type.CHOICE, field, answers)


def test_several_of_a_list():
    choices = {"choices": ["red", "green", "blue"]}
    field = own("choices", {"ada": ["red", "green"], "bo": ["red"]}, **choices)
    both = {"values": ["red", "green"]}
    answers = {
        "any_of": ({"values": ["green", "blue"]}, {"ada"}),
        "none_of": ({"values": ["green", "blue"]}, {"bo", "no"}),
        "all_of": (both, {"ada"}),
        "not_all_of": (both, {"bo", "no"}),
        "exactly": ({"values": ["red"]}, {"bo"}),
        "not_exactly": ({"values": ["red"]}, {"ada", "no"}),
        **KNOWN,
    }
    check(Type.CHOICES, field, answers)


def test_what_happened_with_emails():
    def at(*columns):
        return dict.fromkeys(columns, ago(5))

    mails = {
        "lost": {"delivered_at": None, "state": "expired"},
        "quiet": {},
        "opened": at("opened_at", "last_opened_at"),
        "clicked": at("clicked_at", "last_clicked_at"),
        "replied": at("opened_at", "last_opened_at", "replied_at"),
        "bounced": at("bounced_at") | {"delivered_at": None, "state": "refused"},
        "left": at("unsubscribed_at"),
        "angry": at("complained_at"),
        "stayed": at("confirmed_at", "clicked_at", "last_clicked_at"),
    }
    message = make_message()
    people("nobody")
    for contact in people(*mails):
        deliver(message, contact, **mails[contact.first_name])
    everybody = set(mails)
    got = everybody - {"lost", "bounced"}
    clicked, opened = {"clicked", "stayed"}, {"opened", "replied", "clicked", "stayed"}
    answers = {
        "sent": everybody,
        "received": got,
        "opened": opened,
        "link_clicked": clicked,
        "confirmed": {"stayed"},
        "replied": {"replied"},
        "bounced": {"bounced"},
        "unsubscribed": {"left"},
        "marked_spam": {"angry"},
        "received_but_not_opened": got - opened,
        "received_but_not_clicked": got - clicked,
        "opened_but_not_clicked": opened - clicked,
        "opened_but_not_replied": opened - {"replied"},
        "sent_but_not_clicked": everybody - clicked,
        "sent_but_not_received": {"lost", "bounced"},
    }
    plain = {key: ({}, who) for key, who in answers.items()}
    check(Type.ACTIVITY, "email_event", plain)


def test_what_other_tables_know():
    kind = SubscriptionType.objects.default()
    ada, bo, _ = people("ada", "bo", "no")
    agree(ada, kind)
    agree(bo, kind)
    opt_out(bo)
    deliver(make_message(), bo, bounced_at=ago(1), bounce_kind="hard")
    segment = SegmentFactory(kind="static", rules=None)
    segment.add(Contact.objects.filter(pk=ada.pk))
    news = {"values": [str(kind.pk)]}
    check(
        Type.MEMBERSHIP,
        "segment",
        {
            "member": ({"values": [str(segment.pk)]}, {"ada"}),
            "not_member": ({"values": [str(segment.pk)]}, {"bo", "no"}),
        },
    )
    statuses = {
        "subscribed": (news, {"ada"}),
        "unsubscribed": (news, {"bo"}),
        "not_specified": (news, {"no"}),
    }
    check(Type.SUBSCRIPTION, "subscription", statuses)
    can = {"can": (news, {"ada"}), "cannot": (news, {"bo", "no"})}
    check(Type.MAILABLE, "mailable", can)
    hard = {"values": ["hard"]}
    bounces = {"any_of": (hard, {"bo"}), "none_of": (hard, {"ada", "no"})}
    check(Type.KIND, "bounce_kind", bounces)
    out = {"values": ["own_opt_out"]}
    reasons = {"any_of": (out, {"bo"}), "none_of": (out, {"ada", "no"})}
    check(Type.REASON, "refusal", reasons)
    yes = {"value": True}
    flags = {"is": (yes, {"bo"}), "is_not": (yes, {"ada", "no"})}
    check(Type.FLAG, "opted_out", flags)


NASTY = ["'; DROP TABLE contacts_contact; --", "%s%(x)s", '"\\', "1) OR (1=1", "$$;"]
LISTS = ("values", "groups", "messages", "types")


def spelt(operand, narrows, text):
    """Rules with `text` in one place after the other, and in all at once."""
    keys = [*KEYS[operand], *narrows]
    good = {"value": 1, "unit": "days"} if operand is Operand.SPAN else {}
    for key in keys:
        yield good | {key: [text, text] if key in LISTS else text}
    if operand is Operand.EMAILS:
        yield {"when": {"operator": text}}
        yield {"when": {"operator": "in_last", "value": 1, "unit": text}}
        yield {"times": {"operator": text, "value": text}}


@pytest.mark.parametrize("text", NASTY)
def test_nothing_typed_is_ever_a_part_of_the_statement(text):
    """Each place of each operator of each field: refused, or compared as a text."""
    PropertyDefinition.objects.create(name="p", label="P", kind="string")
    people("ada")
    refused = asked = 0
    for field in Vocabulary().fields.values():
        for operator in field.operators:
            for more in spelt(operator.operand, operator.narrows, text):
                rule = where(field.key, operator.key, **more)
                try:
                    found = Segment(rules=group("all", rule)).matching()
                    assert found.count() in (0, 1), rule
                    asked += 1
                except BadRules:
                    refused += 1
    assert refused > 300
    assert asked > 100
    assert Contact.objects.get().first_name == "ada"


@pytest.mark.parametrize("text", NASTY)
@pytest.mark.parametrize("key", ["field", "operator", "match", "another key"])
def test_no_name_is_more_than_a_name(text, key):
    rule = where("company", "is", value="x")
    rule |= {text: 1} if key == "another key" else {key: text}
    with pytest.raises(BadRules):
        matching(rule)


@pytest.mark.parametrize("text", NASTY)
def test_no_property_is_named_by_what_was_typed(text):
    with pytest.raises(BadRules, match="there is no field"):
        matching(where(f"property:{text}", "is", value="x"))
