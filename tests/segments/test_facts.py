"""Activity, membership and consent: what is asked of other tables, by example."""

import pytest
from django.db.models import FloatField, Func, TextField, Value
from django.db.models.functions import Cast
from django.db.models.lookups import Exact
from django.urls import reverse

from consent.models import SubscriptionType, Suppression
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from segments.counting import Counted, count, count_each, sample
from segments.operators import OPERATORS, Type
from tests.factories import (
    ContactFactory,
    SegmentFactory,
    SubscriptionTypeFactory,
    agree,
    make_address,
)
from tests.segments.test_builder import GROUP, NEW, form
from tests.segments.worlds import deliver, group, make_message, matching, people, where

pytestmark = pytest.mark.django_db


def opt_out(contact, reason=Reason.OWN_OPT_OUT, **scope):
    act = Act(
        action=Action.WITHDRAWN,
        mechanism=Mechanism.UNSUBSCRIBE_PAGE,
        actor=Actor.CONTACT,
    )
    Suppression.objects.suppress([contact.address_id], reason, act, **scope)


@pytest.fixture
def news():
    return SubscriptionType.objects.default()


def test_can_be_emailed_is_decided_by_the_table_of_refusals(news):
    yes, _never_asked, left, bounced = people("yes", "never_asked", "left", "bounced")
    for contact in (yes, left, bounced):
        agree(contact, news)
    opt_out(left)
    opt_out(bounced, Reason.BOUNCED)
    ContactFactory(first_name="no_address", email="", address=None)
    can = where("mailable", "can", values=[str(news.pk)])
    cannot = where("mailable", "cannot", values=[str(news.pk)])
    assert matching(can) == {"yes"}
    assert matching(cannot) == {"never_asked", "left", "bounced", "no_address"}
    assert matching(group("none", can)) == matching(cannot)


def test_the_status_is_told_per_subscription_type(news):
    other = SubscriptionTypeFactory()
    a, b, c, d = people("a", "b", "c", "d")
    agree(a, news)
    agree(b, news)
    opt_out(b, subscription_type=news)
    opt_out(c, subscription_type=other)
    opt_out(d, brand=news.brand)

    def status(operator, *types):
        values = [str(one.pk) for one in types]
        return matching(where("subscription", operator, values=values))

    assert status("subscribed", news) == {"a"}
    assert status("unsubscribed", news) == {"b", "d"}
    assert status("not_specified", news) == {"c"}
    assert status("unsubscribed", news, other) == {"b", "c", "d"}


def test_a_bounce_is_no_opt_out(news):
    left, bounced = people("left", "bounced")
    opt_out(left)
    opt_out(bounced, Reason.BOUNCED)
    assert matching(where("opted_out", "is", value=True)) == {"left"}
    assert matching(where("opted_out", "is_not", value=True)) == {"bounced"}


def test_activity_belongs_to_the_address_not_to_the_row_of_the_contact():
    """Who changed her address did not get what the old one got."""
    (moved,) = people("moved")
    deliver(make_message("One", "email:1"), moved)
    moved.address = make_address("new@people.example")
    moved.email = "new@people.example"
    moved.save(update_fields=["address", "email"])
    assert matching(where("email_event", "received")) == set()


@pytest.mark.parametrize(
    ("operator", "field"),
    [
        ("confirmed", "confirmed_at"),
        ("replied", "replied_at"),
        ("unsubscribed", "unsubscribed_at"),
        ("marked_spam", "complained_at"),
        ("bounced", "bounced_at"),
        ("opened", "opened_at"),
        ("link_clicked", "clicked_at"),
    ],
)
def test_what_somebody_did_with_a_mail_is_found(operator, field):
    did, did_not = people("did", "did_not")
    message = make_message("One", "email:1")
    deliver(message, did, **{field: message.created_at})
    deliver(message, did_not)
    assert matching(where("email_event", operator)) == {"did"}
    assert matching(where("email_event", operator, group="email:1")) == {"did"}
    assert matching(where("email_event", operator, group="email:2")) == set()


def test_mail_of_another_channel_is_no_marketing_email():
    (she,) = people("she")
    deliver(make_message("Receipt", channel="service"), she)
    assert matching(where("email_event", "received")) == set()


def test_whom_tracking_cannot_tell_about_is_counted_apart(client):
    seen, unseen = people("seen", "unseen")
    message = make_message("One", "email:1")
    deliver(message, seen)
    deliver(message, unseen, click_tracked=False)
    event = {"field": "email_event", "op": "received_but_not_clicked", "v": "email:1"}
    answer = client.post(NEW, form(GROUP, (2, 1, "filter", event), do="count"))
    draft = answer.context["draft"]
    assert (draft.total.number, draft.missing) == (1, {2: 1})
    assert "nobody can know" in answer.content.decode()


def test_single_messages_and_groups_are_chosen_together(client):
    message = make_message("Loose")
    make_message("One", "email:1")
    event = {
        "field": "email_event",
        "op": "sent",
        "v": ["email:1", f"message:{message.pk}"],
    }
    answer = client.post(NEW, form(GROUP, (2, 1, "filter", event), do="count"))
    draft = answer.context["draft"]
    assert draft.data["rules"][0]["rules"] == [
        where("email_event", "sent", groups=["email:1"], messages=[str(message.pk)])
    ]
    assert "was sent “One” or “Loose”" in draft.sentence


def test_every_operator_of_activity_can_be_drawn(client):
    for operator in OPERATORS[Type.ACTIVITY]:
        event = {"field": "email_event", "op": operator.key}
        answer = client.post(NEW, form(GROUP, (2, 1, "filter", event), do="count"))
        assert answer.context["draft"].total == Counted(0)


def slow():
    pause = Func(Value(0.3), function="pg_sleep", output_field=FloatField())
    return Exact(Cast(pause, TextField()), "")


def test_what_takes_too_long_is_estimated():
    ContactFactory.create_batch(3)
    found = count(slow(), patience_ms=50)
    assert found.about
    assert str(found).startswith("≈ ")
    assert count_each({1: slow()}, patience_ms=50) == {}
    assert sample(slow(), 0, patience_ms=50) == []


def test_the_sample_begins_elsewhere_for_another_seed():
    made = [one.pk for one in ContactFactory.create_batch(20)]
    everybody = Exact(Value(1), 1)
    first = [one.pk for one in sample(everybody, 0)]
    assert first == made[:5]
    assert [one.pk for one in sample(everybody, 999)] != first
    assert len(sample(everybody, 999)) == 5


def test_testing_a_segment_that_is_broken_says_what_is_wrong(client):
    people("she")
    segment = reverse("segments:test", args=[broken().pk])
    answer = client.get(segment, {"email": "she@people.example"})
    assert "there is no field" in answer.content.decode()
    page = client.get(reverse("segments:detail", args=[broken().pk]))
    assert "could not be refreshed" in page.content.decode()


def broken():
    return SegmentFactory(rules=group("all", where("property:99", "known")))
