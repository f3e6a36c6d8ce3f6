"""Every part of a condition on emails, former values and new facts: by example."""

import base64
import datetime as dt
import zlib

import pytest
from django.db import connection
from django.urls import reverse

from consent.models import SubscriptionType
from consent.vocabulary import Grade
from contacts.models import Contact, PropertyDefinition
from deliveries.models import Event
from segments.models import Displaced, Segment
from segments.rules import BadRules
from tests.factories import ContactFactory, LinkFactory, agree
from tests.segments.test_builder import GROUP, form
from tests.segments.worlds import (
    ago,
    deliver,
    group,
    make_message,
    matching,
    parsed,
    people,
    where,
)

pytestmark = pytest.mark.django_db


def noted(mail, kind, verdict, at, link=None):
    Event.objects.create(
        delivery_id=mail.pk,
        message=mail.message,
        address_id=mail.address_id,
        kind=kind,
        verdict=verdict,
        at=at,
        link=link,
    )


def test_a_number_of_emails_counts_the_emails_in_which_it_happened():
    once, twice, never = people("once", "twice", "never")
    for n in range(2):
        message = make_message(str(n))
        for contact in (once, twice, never):
            did = contact is twice or (contact is once and n == 0)
            deliver(message, contact, clicked_at=ago(3) if did else None)

    def asked(operator, number):
        times = {"operator": operator, "value": number}
        return matching(where("email_event", "link_clicked", times=times))

    assert asked("at_least", 2) == {"twice"}
    assert asked("at_most", 1) == {"once", "never"}
    assert asked("exactly", 1) == {"once"}
    assert asked("exactly", 0) == {"never"}


def test_the_time_is_that_of_what_was_done():
    early, late = people("early", "late")
    message = make_message()
    deliver(message, early, clicked_at=ago(90), last_clicked_at=ago(90))
    deliver(message, late, clicked_at=ago(90), last_clicked_at=ago(2))
    recent = {"operator": "in_last", "value": 30, "unit": "days"}
    assert matching(where("email_event", "link_clicked", when=recent)) == {"late"}
    old = {"operator": "more_than_ago", "value": 30, "unit": "days"}
    found = matching(where("email_event", "link_clicked", when=old))
    assert found == {"early", "late"}


def test_one_link_of_several_is_asked_for_by_part_of_its_address():
    pricing, other = people("pricing", "other")
    message = make_message()
    links = [
        LinkFactory(message=message, position=n, url=f"https://shop.example/{path}")
        for n, path in enumerate(("pricing?a=1", "about"))
    ]
    for contact, link in zip((pricing, other), links, strict=True):
        mail = deliver(message, contact, clicked_at=ago(1))
        noted(mail, "click", "human", ago(1), link)
    asked = where("email_event", "link_clicked", link="/PRICING?")
    assert matching(asked) == {"pricing"}
    left = where("email_event", "received_but_not_clicked", link="/pricing")
    assert matching(left) == {"other"}
    assert matching(where("email_event", "link_clicked", link="%")) == set()


@pytest.mark.parametrize(
    ("by", "found"),
    [
        ("human", {"human"}),
        ("machine", {"machine"}),
        ("unverified", {"unverified"}),
        ("any", {"human", "machine", "unverified"}),
    ],
)
def test_it_can_be_chosen_whose_opens_count(by, found):
    message = make_message()
    for contact in people("human", "machine", "unverified", "pending"):
        mail = deliver(message, contact)
        noted(mail, "open", contact.first_name, ago(1))
        if contact.first_name == "human":
            mail.opened_at = ago(1)
            mail.save(update_fields=["opened_at"])
    assert matching(where("email_event", "opened", by=by)) == found


def test_all_emails_about_a_subscription_type_can_be_meant():
    got, _ = people("got", "other")
    message = make_message()
    deliver(message, got)
    kind = str(message.subscription_type_id)
    assert matching(where("email_event", "received", types=[kind])) == {"got"}
    assert matching(where("email_event", "received", types=["999"])) == set()


def test_a_value_is_remembered_however_it_was_replaced():
    city = PropertyDefinition.objects.create(name="p", label="P", kind="number")
    was, never = people("was", "never", company="Old Ltd")
    Contact.objects.filter(pk=was.pk).update(properties={city.key: 7})
    with connection.cursor() as cursor:  # as bulk updates do
        cursor.execute(
            "UPDATE contacts_contact SET company = 'New Ltd', properties = '{}'"
            " WHERE id = %s",
            [was.pk],
        )
        cursor.execute("UPDATE contacts_contact SET delivered = delivered + 1")
    assert matching(where("company", "ever_is", value="OLD LTD")) == {"was", "never"}
    assert matching(where("company", "never_is", value="New Ltd")) == {"never"}
    assert matching(where("company", "ever_contains", value="new")) == {"was"}
    asked = where(f"property:{city.pk}", "ever_is", value=7)
    assert matching(asked) == {"was"}
    kept = set(Displaced.objects.values_list("field", "value"))
    assert kept == {("company", "Old Ltd"), (f"property:{city.pk}", "7")}
    was.delete()
    assert not Displaced.objects.exists()
    assert never.pk


def test_new_people_leave_no_former_values():
    ContactFactory.create_batch(3)
    assert not Displaced.objects.exists()


def test_two_dates_are_compared_by_the_day():
    same, before, _ = people("same", "before", "none")
    moment = dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC)
    hours = dt.timedelta(hours=5)
    for contact, opened in ((same, moment + hours), (before, moment + hours * 20)):
        Contact.objects.filter(pk=contact.pk).update(
            first_opened_at=moment, last_opened_at=opened
        )
    asked = where("first_opened_at", "before_other", value="last_opened_at")
    assert matching(asked) == {"before"}
    assert matching({**asked, "include_unknown": True}) == {"before", "none"}
    assert matching({**asked, "operator": "same_day"}) == {"same"}


def test_consent_is_asked_for_by_grade_and_age():
    strong, weak, _ = people("strong", "weak", "without")
    kind = SubscriptionType.objects.default()
    agree(strong, kind, Grade.DOUBLE_OPT_IN, occurred_at=ago(2))
    agree(weak, kind, Grade.STATED, occurred_at=ago(900))
    assert matching(where("consent_grade", "any_of", values=["double_opt_in"])) == {
        "strong"
    }
    assert matching(where("consent_grade", "any_of", values=["none"])) == {"without"}
    old = where("consent_given_at", "more_than_ago", value=2, unit="years")
    assert matching(old) == {"weak"}
    assert matching(where("consent_given_at", "unknown")) == {"without"}


def test_an_address_tells_provider_role_and_disposable():
    for email in ("a@gmail.com", "info@shop.example", "x@mailinator.com"):
        ContactFactory(email=email, first_name=email.partition("@")[0])
    ContactFactory(email="", first_name="without")
    assert matching(where("provider", "any_of", values=["gmail"])) == {"a"}
    assert matching(where("provider", "unknown")) == {"without"}
    assert matching(where("role_address", "is", value=True)) == {"info"}
    assert matching(where("disposable", "is", value=True)) == {"x"}
    no = where("disposable", "is_not", value=True)
    assert matching(no) == {"a", "info", "without"}


def test_it_can_be_asked_why_somebody_is_not_emailed():
    yes, _ = people("yes", "no")
    agree(yes, SubscriptionType.objects.default())
    asked = where("refusal", "any_of", values=["no_consent"])
    assert matching(asked) == {"no"}
    assert matching({**asked, "operator": "none_of"}) == {"yes"}
    assert matching({**asked, "type": "999"}) == set()


def test_bounces_are_asked_for_by_kind_and_category():
    hard, _ = people("hard", "fine")
    message = make_message()
    deliver(
        message,
        hard,
        state="refused",
        delivered_at=None,
        bounced_at=ago(1),
        bounce_kind="hard",
        bounce_category="unknown_user",
    )
    assert matching(where("bounce_kind", "any_of", values=["hard"])) == {"hard"}
    none = where("bounce_category", "none_of", values=["unknown_user"])
    assert matching(none) == {"fine"}


@pytest.mark.parametrize(
    ("narrowed", "sentence"),
    [
        ({"when": {"operator": "soon"}}, "choose when it was done."),
        ({"when": {"operator": "before", "value": "x"}}, "“x” is not a day."),
        ({"when": "x"}, "choose when it was done."),
        ({"times": {"operator": "at_least", "value": 0}}, "from 1 to 10000."),
        ({"times": {"operator": "often", "value": 1}}, "at least, at most or exactly"),
        ({"types": ["x'; --"]}, "is not the number of a subscription type."),
        ({"types": "1"}, "are lists."),
        ({"by": "ghosts"}, "“ghosts” is not one of: human"),
        ({"link": 7}, "type a text"),
    ],
)
def test_what_narrows_badly_is_refused(narrowed, sentence):
    with pytest.raises(BadRules) as caught:
        parsed(group("all", where("email_event", "link_clicked", **narrowed)))
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (where("email_event", "replied", link="x"), "does not take “link”."),
        (where("email_event", "sent", by="machine"), "does not take “by”."),
        (where("created_at", "before_other"), "choose the date to compare with."),
        (where("created_at", "same_day", value="created_at"), "another date"),
        (where("created_at", "same_day", value="company"), "“Company” is not a date."),
        (where("created_at", "same_day", value="x';--"), "there is no field"),
        (where("delivered", "ever_is", value=3), "is no way to ask"),
        (where("refusal", "any_of", values=["x"]), "is not there any more."),
        (where("refusal", "any_of", values=["no_consent"], type="x"), "subscription"),
        (where("import", "any_of", values=["1"]), "is not there any more."),
    ],
)
def test_what_does_not_fit_is_refused(rule, sentence):
    with pytest.raises(BadRules) as caught:
        parsed(group("all", rule))
    assert sentence in str(caught.value)


@pytest.mark.parametrize("text", ["'; DROP TABLE x; --", "%s", "\\", '"', "{}", "100%"])
def test_no_text_is_more_than_a_text_in_former_values_and_links(text):
    [one] = people("one", company=text)
    Contact.objects.filter(pk=one.pk).update(company="other")
    assert matching(where("company", "ever_is", value=text)) == {"one"}
    assert matching(where("email_event", "link_clicked", link=text)) == set()
    with pytest.raises(BadRules, match="there is no field"):
        parsed(group("all", where(text, "is", value="x")))


def test_the_form_says_the_same_as_the_rules_it_was_drawn_from(client):
    rule = where(
        "email_event",
        "link_clicked",
        groups=["email:12"],
        types=[str(SubscriptionType.objects.default().pk)],
        when={"operator": "between", "values": ["2026-01-01", "2026-02-01"]},
        times={"operator": "at_least", "value": "3"},
        link="/pricing",
        by="any",
    )
    refusal = where("refusal", "any_of", values=["no_consent"], type="1")
    dates = where("created_at", "same_day", value="last_opened_at")
    rules = group("any", group("all", rule, refusal, dates))
    segment = Segment.objects.create(name="All of it", rules=rules)
    page = client.get(reverse("segments:edit", args=[segment.pk]))
    assert page.context["draft"].data == rules
    assert "at least 3 of them, between 1 January 2026" in page.content.decode()


CITY = (2, 1, "filter", {"field": "city", "op": "is", "v": "Turku"})
OSLO = (2, 1, "filter", {"field": "city", "op": "is", "v": "Oslo"})
NEW = reverse("segments:create")


def test_undo_stands_in_the_head_of_the_page_and_belongs_to_the_form(client):
    head = client.get(NEW).content.decode().partition('<form id="segment"')[0]
    assert 'form="segment" name="do" value="undo"' in head
    assert 'form="segment" name="do" value="redo"' in head


def test_a_change_is_undone_and_done_again(client):
    first = client.post(NEW, form(GROUP, CITY, do="count"))
    past = {"past": first.context["past"].packed, "at": "0"}
    second = client.post(NEW, form(GROUP, OSLO, do="count", **past))
    assert second.context["past"].can_undo
    past = {"past": second.context["past"].packed, "at": "1"}
    back = client.post(NEW, form(GROUP, OSLO, do="undo", **past))
    assert back.context["draft"].tree.node(2).value == "Turku"
    past = {"past": back.context["past"].packed, "at": "0"}
    again = client.post(NEW, form(GROUP, CITY, do="redo", **past))
    assert again.context["draft"].tree.node(2).value == "Oslo"


DEEP = base64.b64encode(zlib.compress(b"[" * 100_000)).decode()


@pytest.mark.parametrize("past", ["x", "eJw=", "AAAA", "é", "W10=", DEEP])
def test_damaged_states_are_passed_over(client, past):
    answer = client.post(NEW, form(GROUP, CITY, do="undo", past=past, at="7"))
    assert answer.context["draft"].tree.node(2).value == "Turku"


def test_of_very_many_forged_states_only_the_first_are_read(client):
    states = b"[" + b"[]," * 1_000_000 + b"[[]]]"  # the last is none
    past = base64.b64encode(zlib.compress(states)).decode()
    answer = client.post(NEW, form(GROUP, CITY, do="count", past=past, at="0"))
    assert len(answer.context["past"].states) == 2


def test_a_group_is_wrapped_and_taken_away_again(client):
    wrapped = client.post(NEW, form(GROUP, CITY, do="wrap:2")).context["draft"].tree
    inner = next(one for one in wrapped.nodes if one.is_group and one.parent)
    assert wrapped.node(2).parent == inner.id
    assert wrapped.do(f"ungroup:{inner.id}") == 2
    assert wrapped.node(2).parent == 1
    assert wrapped.do("ungroup:1") == 1


def test_it_is_told_which_condition_left_nobody(client):
    ContactFactory(city="Turku", delivered=0)
    sends = (3, 1, "filter", {"field": "delivered", "op": "greater", "v": "11"})
    answer = client.post(NEW, form(GROUP, CITY, sends, do="count"))
    assert answer.context["draft"].emptied == (
        "Group 1, condition 2 removed the last 1."
    )
