"""Only what a change or the time concerns is asked about again, and nothing is lost."""

import datetime as dt
import threading
import time
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.db.utils import OperationalError
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.models import Contact, PropertyDefinition
from deliveries.models import Event
from segments.dates import Clock
from segments.freshness import Look, has_turned, turns
from segments.models import LoggedChange, Segment, current_clock
from segments.tasks import refresh_due
from segments.vocabulary import Vocabulary
from tests.factories import (
    ContactFactory,
    SegmentFactory,
    SubscriptionTypeFactory,
    agree,
)
from tests.segments.halfway import begun, taken, waiting
from tests.segments.worlds import NOW, ago, deliver, group, make_message, where
from tests.threads import PATIENCE, together

pytestmark = pytest.mark.django_db(transaction=True)


def firsts(segment):
    return set(segment.members().values_list("first_name", flat=True))


def kept(*rules):
    """A segment that has seen everything so far."""
    segment = SegmentFactory(rules=group("all", *rules))
    segment.refresh()
    assert segment.seen
    return segment


def full(segment):
    """How often everybody was asked about, told by the moment."""
    segment.refresh_from_db()
    return segment.full_at


SENDS = where("delivered", "greater", value=0)


def test_a_change_lets_somebody_join_and_leave_without_asking_about_everybody():
    leaves, _ = (ContactFactory(first_name=x, delivered=1) for x in ("leaves", "stays"))
    segment = kept(SENDS)
    before = segment.full_at
    Contact.objects.filter(pk=leaves.pk).update(delivered=0)
    ContactFactory(first_name="joins", delivered=2)
    assert refresh_due() == 1
    assert firsts(segment) == {"stays", "joins"}
    assert full(segment) == before
    assert segment.size == 2


def test_what_concerns_nobody_costs_nothing():
    segment = kept(SENDS)
    contact = ContactFactory(delivered=1)
    refresh_due()
    moment = Segment.objects.get(pk=segment.pk).refreshed_at
    Contact.objects.filter(pk=contact.pk).update(city="Turku")
    assert refresh_due() == 0
    segment.refresh_from_db()
    assert segment.refreshed_at == moment


def test_a_look_at_fifty_segments_is_a_handful_of_queries():
    for n in range(50):
        SegmentFactory(name=f"S{n}").refresh()
    with CaptureQueriesContext(connection) as queries:
        assert refresh_due() == 0
    assert len(queries) < 12


@pytest.mark.timeout(900)
def test_what_was_read_is_deleted_from_the_log():
    kept(SENDS)
    ContactFactory.create_batch(3, delivered=1)
    end = time.monotonic() + 600
    refresh_due()
    while LoggedChange.objects.exists() and time.monotonic() < end:
        time.sleep(0.1)  # somebody else's open transaction may hold it up
        refresh_due()
    assert not LoggedChange.objects.exists()


def test_segments_made_from_one_another_follow_in_order():
    source = kept(SENDS)
    middle = kept(where("segment", "member", values=[str(source.pk)]))
    last = kept(where("segment", "not_member", values=[str(middle.pk)]))
    before = full(last)
    contact = ContactFactory(first_name="through", delivered=1)
    refresh_due()
    assert firsts(middle) == {"through"}
    assert firsts(last) == set()
    Contact.objects.filter(pk=contact.pk).update(delivered=0)
    refresh_due()
    assert firsts(middle) == set()
    assert firsts(last) == {"through"}
    assert full(last) == before


def test_hand_made_changes_of_a_static_segment_reach_what_is_made_from_it():
    static = SegmentFactory(kind="static", rules=None)
    made = kept(where("segment", "member", values=[str(static.pk)]))
    contact = ContactFactory(first_name="chosen")
    static.add(Contact.objects.filter(pk=contact.pk))
    Segment.objects.filter(pk=made.pk).update(full_at=ago(0) - dt.timedelta(hours=1))
    refresh_due()
    assert firsts(made) == {"chosen"}


def test_a_row_that_is_written_early_and_committed_late_is_not_lost():
    """By the clock, or by the id, it would be."""
    segment = kept(SENDS)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(
                "INSERT INTO contacts_contact (first_name, email, delivered)"
                " VALUES ('late', '', 1)"
            )
            ContactFactory(first_name="early", delivered=1)
            refresh_due()
            assert firsts(segment) == {"early"}
            cursor.execute("COMMIT")
    finally:
        other.close()
    refresh_due()
    assert firsts(segment) == {"early", "late"}


@pytest.mark.parametrize("is_new", [True, False])
def test_what_commits_while_everybody_is_asked_about_is_not_lost(is_new):
    """Of a new segment, and of one whose rules are saved after a worker read it."""
    late, joins = ContactFactory(first_name="late"), ContactFactory()
    segment = SegmentFactory(rules=group("all", SENDS)) if is_new else kept(SENDS)
    Contact.objects.filter(pk=joins.pk).update(delivered=1)
    if not is_new:
        Segment.objects.get(pk=segment.pk).save_rules(None, version=segment.version)
    write = "UPDATE contacts_contact SET delivered = 1 WHERE id = %s"
    begin = threading.Event()
    current_clock()  # the account is there: nobody waits for its row

    def meanwhile():
        with begun(write, [late.pk]) as writer, taken(segment, joins):
            begin.set()
            while not waiting():
                time.sleep(0.05)
            writer.execute("COMMIT")
            refresh_due()  # and deletes of the log what nobody needs any more

    def refresh():
        begin.wait(PATIENCE)
        return segment.refresh()

    first, _ = together(refresh, meanwhile)
    assert first.joined == 1
    refresh_due()
    assert "late" in firsts(segment)


def test_a_restored_database_is_looked_at_as_a_whole():
    segment = kept(SENDS)
    before = segment.full_at
    Segment.objects.filter(pk=segment.pk).update(seen_in="another/1")
    segment.refresh()
    assert full(segment) > before


def test_mails_clicks_and_consent_are_noticed():
    got = kept(where("email_event", "link_clicked"))
    agreed = kept(where("consent_grade", "any_of", values=["evidenced"]))
    contact = ContactFactory(first_name="ada")
    kind = SubscriptionTypeFactory(is_default=True)
    message = make_message(subscription_type=kind, brand=kind.brand)
    mail = deliver(message, contact)
    agree(contact, kind)
    refresh_due()
    assert (firsts(got), firsts(agreed)) == (set(), {"ada"})
    mail.clicked_at = timezone.now()
    mail.save(update_fields=["clicked_at"])
    Event.objects.create(
        delivery_id=mail.pk,
        message=message,
        address_id=contact.address_id,
        kind="click",
        verdict="human",
    )
    refresh_due()
    assert firsts(got) == {"ada"}


def test_a_statement_over_very_many_people_is_one_row_of_the_log():
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO contacts_contact (email, delivered)"
            " SELECT '', 1 FROM generate_series(1, 20001)"
        )
    rows = LoggedChange.objects.values_list("contacts", "fields")
    assert list(rows) == [(None, ["*"])]
    LoggedChange.objects.all().delete()
    Contact.objects.update(delivered=2, city="Turku")
    rows = LoggedChange.objects.values_list("contacts", "fields")
    assert [(pk, sorted(fields)) for pk, fields in rows] == [
        (None, ["city", "delivered"])
    ]


def test_a_changed_property_is_named_in_the_log():
    one = PropertyDefinition.objects.create(name="p", label="P", kind="string")
    contact = ContactFactory(properties={one.key: "a", "99": "same"})
    LoggedChange.objects.all().delete()
    Contact.objects.filter(pk=contact.pk).update(properties={"99": "same"})
    fields = LoggedChange.objects.get().fields
    assert fields == [f"property:{one.key}"]


def test_when_somebody_was_updated_is_named_in_the_log():
    contact = ContactFactory()
    LoggedChange.objects.all().delete()
    Contact.objects.filter(pk=contact.pk).update(updated_at=timezone.now())
    assert LoggedChange.objects.get().fields == ["updated_at"]


def test_a_refresh_that_dies_half_way_has_seen_nothing():
    segment = kept(SENDS)
    seen = segment.seen
    ContactFactory(first_name="joins", delivered=1)
    with pytest.raises(OperationalError), transaction.atomic():
        segment.refresh()
        raise OperationalError
    segment.refresh_from_db()
    assert (segment.seen, firsts(segment)) == (seen, set())
    refresh_due()
    assert firsts(segment) == {"joins"}


def test_inside_a_transaction_nothing_is_taken_as_seen():
    segment = SegmentFactory()
    with transaction.atomic():
        segment.refresh()
        assert segment.seen == ""
        with transaction.atomic():
            assert Look.now().snapshot == ""


RELATIVE = where("last_opened_at", "more_than_ago", value=52, unit="weeks")
RECENT = where("last_opened_at", "in_last", value=7, unit="days")


@pytest.mark.parametrize(
    ("rule", "turn"),
    [
        (SENDS, ""),
        (RELATIVE, "day"),
        (RECENT, "hour"),
        (where("email_event", "opened", when={"operator": "in_last"}), "hour"),
        (where("email_event", "opened", when={"operator": "more_than_ago"}), "day"),
        (where("last_opened_at", "before", value="2026-01-01"), ""),
    ],
)
def test_what_the_time_changes_is_known(rule, turn):
    assert turns(group("any", group("all", rule)), Vocabulary()) == turn


def test_a_day_turns_in_the_time_zone_of_the_account():
    clock = Clock(NOW, ZoneInfo("Pacific/Auckland"))
    hours = dt.timedelta(hours=1)
    assert not has_turned("day", NOW - hours * 10, clock)
    assert has_turned("day", NOW - hours * 23, clock)
    assert has_turned("hour", NOW - hours, clock)
    assert not has_turned("", NOW - hours * 999, clock)


def test_who_lapses_with_the_day_joins_without_any_change():
    ContactFactory(first_name="lapsed", last_opened_at=ago(400))
    segment = kept(RELATIVE)
    Segment.objects.filter(pk=segment.pk).update(full_at=ago(1))
    segment.stays.all().delete()
    refresh_due()
    assert firsts(segment) == {"lapsed"}


def test_somebody_who_is_deleted_is_no_longer_counted():
    contacts = ContactFactory.create_batch(3, delivered=1)
    segment = kept(SENDS)
    before = segment.full_at
    contacts[0].delete()
    ContactFactory(delivered=1)
    assert refresh_due() == 1
    assert full(segment) == before
    assert segment.size == segment.members().count() == 3


def test_a_statement_is_one_row_of_the_log_and_another_for_each_set_of_fields():
    people = ContactFactory.create_batch(5)
    ids = sorted(one.pk for one in people)
    LoggedChange.objects.all().delete()
    Contact.objects.update(delivered=7)
    one = LoggedChange.objects.get()
    assert (sorted(one.contacts), one.fields) == (ids, ["delivered"])
    one.delete()
    Contact.objects.filter(pk=ids[0]).update(city="Turku", delivered=8)
    Contact.objects.update(city="Turku", delivered=8)
    rows = LoggedChange.objects.order_by("pk").values_list("contacts", "fields")
    assert [(sorted(who), sorted(fields)) for who, fields in rows] == [
        (ids[:1], ["city", "delivered"]),
        (ids[1:], ["city", "delivered"]),
    ]
