"""The feed of changes is forgotten from its beginning on, and nobody misses any of it
without being told."""

import datetime as dt

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import Retention
from accounts.retention import Kept
from consent.models import (
    ConsentChange,
    ConsentRecord,
    Forgetting,
    OtherHistory,
    Place,
    Suppression,
    TooOld,
)
from consent.models import changes as feed
from consent.tasks import forget_changes
from consent.vocabulary import Reason
from tests.factories import make_address, no_because
from tests.threads import settled, together

pytestmark = pytest.mark.django_db(transaction=True)

OLD = dt.timedelta(days=91)


def block(name):
    address = make_address(f"{name}@people.example")
    no = no_because(Reason.OWN_OPT_OUT)
    Suppression.objects.suppress([address.pk], Reason.OWN_OPT_OUT, no)


def behind(place, count=100):
    settled()
    return ConsentChange.objects.behind(place, count)


def read_all():
    """The place behind everything there is."""
    return behind(None)[-1].place


def age(by=OLD):
    """Time goes by for the changes there are."""
    for row in ConsentChange.objects.all():
        ConsentChange.objects.filter(pk=row.pk).update(written_at=row.written_at - by)


def forget():
    settled()
    forget_changes()


def test_what_is_old_goes_and_the_ledger_stays():
    block("ada")
    age()
    block("bob")
    forget()
    assert ConsentChange.objects.count() == 1
    assert ConsentRecord.objects.count() == 2


def test_it_is_kept_for_as_long_as_is_set():
    Retention.objects.create(kept=Kept.CHANGES, days=100)
    block("ada")
    age()
    forget()
    assert ConsentChange.objects.count() == 1


def test_who_has_not_read_that_far_is_told():
    block("ada")
    place = read_all()
    block("bob")
    age()
    forget()
    with pytest.raises(TooOld, match="too old"):
        behind(place)


def test_who_began_when_nothing_was_there_is_told_too():
    settled()
    place = ConsentChange.objects.here()
    block("ada")
    age()
    forget()
    with pytest.raises(TooOld):
        behind(place)


def test_who_had_read_everything_goes_on_from_there():
    """However quiet it was: her last change is forgotten, and she missed nothing."""
    block("ada")
    place = read_all()
    age()
    forget()
    assert behind(place) == []
    block("bob")
    assert len(behind(place)) == 1


def test_who_had_read_half_of_one_statement_is_told():
    emails = [make_address(f"{name}@people.example").pk for name in ("ada", "bob")]
    no = no_because(Reason.OWN_OPT_OUT)
    Suppression.objects.suppress(emails, Reason.OWN_OPT_OUT, no)
    place = behind(None, 1)[0].place
    age()
    forget()
    with pytest.raises(TooOld):
        behind(place)


def test_without_a_place_it_begins_with_the_first_that_is_kept():
    block("ada")
    age()
    block("bob")
    forget()
    (only,) = behind(None)
    assert ConsentRecord.objects.get(pk=only.record).address.key == "bob@people.example"


def test_a_place_that_never_was_is_another_history_still():
    block("ada")
    place = read_all()
    age()
    forget()
    block("bob")
    later = read_all()
    wrong = Place(place.database, place.timeline, later.transaction, later.change + 9)
    with pytest.raises(OtherHistory, match="another history"):
        behind(wrong)


def test_what_somebody_still_writes_among_is_kept():
    """Whose transaction began first may commit behind what is old by then."""

    def meanwhile():
        block("bob")
        age()
        forget_changes()

    with transaction.atomic():
        block("cyd")
        together(meanwhile)
    assert ConsentChange.objects.count() == 2


def test_a_younger_change_keeps_all_behind_it():
    """The clock may go backwards: what is forgotten is one whole beginning."""
    block("ada")
    block("bob")
    block("cyd")
    first, _, last = ConsentChange.objects.order_by("id")
    old = timezone.now() - OLD
    ConsentChange.objects.filter(pk__in=[first.pk, last.pk]).update(written_at=old)
    forget()
    assert not ConsentChange.objects.filter(pk=first.pk).exists()
    assert ConsentChange.objects.count() == 2


def test_it_goes_piece_by_piece(monkeypatch):
    monkeypatch.setattr(feed, "PIECE", 1)
    for name in ("ada", "bob", "cyd"):
        block(name)
    place = read_all()
    age()
    forget()
    assert not ConsentChange.objects.exists()
    assert Place.read(Forgetting.objects.get().upto) == place


def test_of_the_database_that_this_was_copied_from_it_goes_by_its_age():
    block("ada")
    ConsentChange.objects.update(database=1)
    age()
    forget()
    assert not ConsentChange.objects.exists()
    assert not Forgetting.objects.exists()
