"""The segments of the re-engagement walk-throughs, exactly as people build them."""

import pytest

from segments.models import Segment
from tests.factories import ContactFactory, SegmentFactory
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

SILENT = group(
    "any",
    group(
        "all",
        where("last_opened_at", "unknown"),
        where("delivered", "greater", value=11),
    ),
)


def test_more_than_eleven_delivered_and_never_opened_begins_at_twelve():
    ContactFactory(first_name="eleven", delivered=11)
    ContactFactory(first_name="twelve", delivered=12)
    ContactFactory(first_name="opener", delivered=40, last_opened_at=ago(3))
    assert matching(*SILENT["rules"], match="any") == {"twelve"}


@pytest.fixture
def campaign():
    """One mailing to four people, each with a different past."""
    message = make_message("Autumn", group="email:12")
    never, long_ago, lately, opener = people("never", "long_ago", "lately", "opener")
    for contact, opened in ((long_ago, 400), (lately, 20), (opener, 400)):
        contact.last_opened_at = ago(opened)
        contact.save(update_fields=["last_opened_at"])
    for contact in (never, long_ago, lately):
        deliver(message, contact)
    deliver(message, opener, opened_at=ago(9))
    people("never_sent")
    return message


def test_based_on_one_campaign_a_and_b_or_a_and_c(campaign):
    unopened = where("email_event", "received_but_not_opened", group="email:12")
    rules = group(
        "any",
        group(
            "all",
            unopened,
            where("last_opened_at", "more_than_ago", value=52, unit="weeks"),
        ),
        group("all", unopened, where("last_opened_at", "unknown")),
    )
    assert matching(*rules["rules"], match="any") == {"never", "long_ago"}


def test_opted_out_are_those_who_received_it_and_are_no_members_of_the_clickers():
    message = make_message("Stay?", group="email:7")
    clicker, silent, bounced = people("clicker", "silent", "bounced")
    deliver(message, clicker, clicked_at=ago(2))
    deliver(message, silent)
    deliver(message, bounced, state="refused", delivered_at=None, bounced_at=ago(2))
    clicked = where("email_event", "link_clicked", group="email:7")
    clickers = SegmentFactory(name="Clickers", rules=group("all", clicked))
    received = where("email_event", "received", group="email:7")
    silent_ones = SegmentFactory(
        name="Silent",
        rules=group(
            "all",
            received,
            where("segment", "not_member", values=[str(clickers.pk)]),
        ),
    )
    Segment.objects.filter(pk__in=[clickers.pk, silent_ones.pk]).refresh_due()
    assert {one.first_name for one in clickers.members()} == {"clicker"}
    assert {one.first_name for one in silent_ones.members()} == {"silent"}


def test_sent_but_did_not_click_has_the_undelivered_and_not_the_untracked():
    message = make_message("Stay?", group="email:7")
    clicker, silent, bounced, untracked, waiting = people(
        "clicker", "silent", "bounced", "untracked", "waiting"
    )
    deliver(message, clicker, clicked_at=ago(2))
    deliver(message, silent, opened_at=ago(2))
    deliver(message, bounced, state="refused", delivered_at=None, bounced_at=ago(2))
    deliver(message, untracked, click_tracked=False)
    deliver(message, waiting, state="queued", delivered_at=None)
    event = where("email_event", "sent_but_not_clicked", group="email:7")
    assert matching(event) == {"silent", "bounced"}


def test_who_clicked_in_one_mail_of_several_is_not_one_who_did_not_click():
    first = make_message("One", group="reengagement:3")
    second = make_message("Two", group="reengagement:3")
    late, silent = people("late", "silent")
    for message in (first, second):
        deliver(message, silent)
    deliver(first, late)
    deliver(second, late, clicked_at=ago(1))
    event = where("email_event", "sent_but_not_clicked", group="reengagement:3")
    assert matching(event) == {"silent"}
