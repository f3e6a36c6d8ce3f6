"""Members follow the rules by difference; one refresh at a time; nothing half done."""

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from accounts.models import Job, JobState
from contacts.models import Contact
from segments.models import Segment, SegmentMember, SegmentUse
from segments.tasks import fill, refresh_due
from tests.factories import ContactFactory, SegmentFactory, UserFactory
from tests.segments.worlds import ago, group, where
from tests.threads import together

pytestmark = pytest.mark.django_db


def firsts(segment):
    return set(segment.members().values_list("first_name", flat=True))


def test_a_refresh_writes_only_who_joined_and_who_left():
    stays, leaves = (
        ContactFactory(first_name=name, delivered=1) for name in ("stays", "leaves")
    )
    segment = SegmentFactory()
    segment.refresh()
    Contact.objects.filter(pk=leaves.pk).update(delivered=0)
    ContactFactory(first_name="joins", delivered=5)
    change = segment.refresh()
    assert (change.joined, change.left, change.size) == (1, 1, 2)
    assert firsts(segment) == {"stays", "joins"}
    assert segment.size == 2
    gone = SegmentMember.objects.get(contact=leaves)
    assert gone.left_at
    assert SegmentMember.objects.filter(contact=stays).count() == 1


def test_somebody_who_comes_back_has_two_stays():
    contact = ContactFactory(delivered=1)
    segment = SegmentFactory()
    for delivered in (1, 0, 1):
        Contact.objects.filter(pk=contact.pk).update(delivered=delivered)
        segment.refresh()
    assert [one.left_at is None for one in segment.stays.order_by("pk")] == [
        False,
        True,
    ]


def test_an_active_segment_takes_nobody_in_by_hand():
    with pytest.raises(ValueError, match="by its rules"):
        SegmentFactory().add(Contact.objects.all())


def test_a_static_segment_is_filled_once_and_then_changed_by_hand():
    first = ContactFactory(first_name="first", delivered=1)
    segment = SegmentFactory(kind="static")
    segment.refresh()
    ContactFactory(first_name="later", delivered=1)
    segment.refresh()
    assert firsts(segment) == {"first"}
    assert segment.add(Contact.objects.all()) == 1
    assert segment.remove(Contact.objects.filter(pk=first.pk)) == 1
    assert firsts(segment) == {"later"}


def test_making_a_segment_static_keeps_its_people(alice):
    contact = ContactFactory(delivered=1)
    segment = SegmentFactory()
    segment.refresh()
    assert segment.freeze(alice)
    Contact.objects.filter(pk=contact.pk).update(delivered=0)
    segment.refresh()
    assert segment.members().count() == 1
    assert not segment.freeze(alice)


def test_segments_are_refreshed_after_those_they_are_made_from():
    last = SegmentFactory(name="last")
    middle = SegmentFactory(name="middle")
    source = SegmentFactory(name="source")
    last.rules = group("all", where("segment", "member", values=[str(middle.pk)]))
    middle.rules = group("all", where("segment", "member", values=[str(source.pk)]))
    last.save()
    middle.save()
    ContactFactory(first_name="through", delivered=1)
    refresh_due()
    assert firsts(last) == {"through"}


def test_filling_a_segment_refreshes_what_is_made_from_it_and_ends_the_job(alice):
    source = SegmentFactory()
    made = SegmentFactory(
        rules=group("all", where("segment", "not_member", values=[str(source.pk)]))
    )
    made.refresh()
    ContactFactory(first_name="out", delivered=0)
    fill(source.request_fill(alice).pk)
    assert firsts(made) == {"out"}
    job = Job.objects.get()
    assert job.state == JobState.DONE
    assert job.result == {"joined": 0, "left": 0, "size": 0}


def test_rules_that_no_longer_work_are_told_and_nobody_leaves(alice):
    ContactFactory(delivered=1)
    segment = SegmentFactory()
    segment.refresh()
    rules = group("all", where("property:99", "known"))
    Segment.objects.filter(pk=segment.pk).update(rules=rules, full_at=ago(1))
    refresh_due()
    segment.refresh_from_db()
    assert segment.state == "broken"
    assert "there is no field “property:99”" in segment.problem
    assert segment.members().count() == 1
    fill(segment.request_fill(alice).pk)
    assert Job.objects.get().state == JobState.FAILED


def test_a_job_of_a_deleted_segment_ends(alice):
    segment = SegmentFactory()
    job = segment.request_fill(alice)
    segment.delete()
    fill(job.pk)
    job.refresh_from_db()
    assert job.error == "The segment was deleted before it was filled."


def test_a_database_that_fails_is_told_and_nobody_leaves():
    ContactFactory(delivered=1)
    segment = SegmentFactory()
    segment.refresh()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE contacts_contact RENAME delivered TO gone")
        assert segment.try_refresh() is None
        cursor.execute("ALTER TABLE contacts_contact RENAME gone TO delivered")
    assert segment.state == "broken"
    assert segment.members().count() == 1


def test_a_segment_rests_after_a_refresh():
    segment = SegmentFactory()
    assert refresh_due() == 1
    assert refresh_due() == 0
    Segment.objects.filter(pk=segment.pk).update(full_at=ago(1))
    assert refresh_due() == 1


def test_archived_and_static_segments_are_left_alone():
    SegmentFactory(kind="static")
    SegmentFactory(archived_at=timezone.now())
    assert refresh_due() == 0


def test_the_audience_has_everybody_once_and_nobody_excluded():
    for name, delivered, clicked in (("a", 1, 0), ("b", 1, 1), ("c", 0, 1)):
        ContactFactory(first_name=name, delivered=delivered, clicked=clicked)
    got, clicked, a = (
        SegmentFactory(rules=group("all", rule))
        for rule in (
            where("delivered", "greater", value=0),
            where("clicked", "greater", value=0),
            where("first_name", "is", value="a"),
        )
    )
    for one in (got, clicked, a):
        one.refresh()
    found = Segment.objects.audience([got, clicked], [a])
    assert sorted(found.values_list("first_name", flat=True)) == ["b", "c"]
    assert Segment.objects.audience([], [a]).count() == 0


def test_a_used_segment_cannot_be_deleted_behind_the_pages():
    segment = SegmentFactory()
    SegmentUse.objects.note("email:1", [segment], label="Email", url="/")
    with pytest.raises(IntegrityError), transaction.atomic():
        segment.delete()
    SegmentUse.objects.note("email:1", [], label="Email", url="/")
    segment.delete()
    assert not SegmentMember.objects.exists()


def test_who_is_asked_about_by_another_segment_is_in_use():
    source = SegmentFactory()
    made = Segment(
        name="Made",
        rules=group("all", where("segment", "member", values=[str(source.pk)])),
    )
    made.save_rules(UserFactory())
    assert [str(use) for use in source.uses.all()] == ["Segment “Made”"]


def test_the_database_takes_nobody_in_twice():
    segment, contact = SegmentFactory(), ContactFactory()
    segment.stays.create(contact=contact, joined_at=timezone.now())
    with pytest.raises(IntegrityError, match="segment_member_once"):
        segment.stays.create(contact=contact, joined_at=timezone.now())


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"kind": "odd"}, "segment_kind_is_known"),
        ({"state": "odd"}, "segment_state_is_known"),
        ({"rules": None}, "segment_active_has_rules"),
        ({"name": ""}, "segment_has_a_name"),
    ],
)
def test_the_database_refuses_what_a_segment_cannot_be(values, name):
    with pytest.raises(IntegrityError, match=name):
        SegmentFactory(**values)


@pytest.mark.django_db(transaction=True)
def test_of_two_refreshes_at_once_one_works_and_the_other_leaves_it_alone():
    ContactFactory(delivered=1)
    segment = SegmentFactory()
    with transaction.atomic():
        Segment.objects.select_for_update(no_key=True).get(pk=segment.pk)
        assert together(Segment.objects.get(pk=segment.pk).refresh) == [None]
    assert segment.refresh().size == 1


def test_a_refresh_that_dies_leaves_the_members_whole():
    ContactFactory(delivered=1)
    segment = SegmentFactory()
    segment.refresh()
    ContactFactory(delivered=1)
    with pytest.raises(ProgrammingError), transaction.atomic():
        segment.refresh()
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM a_table_that_is_not_there")
    assert segment.members().count() == 1
