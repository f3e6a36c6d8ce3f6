import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import Job, JobState
from consent.models import Batch, BatchKind, ConsentRecord, Suppression
from consent.models import batch as batch_module
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from tests.factories import UserFactory, make_address

pytestmark = pytest.mark.django_db
OWN = Act(
    action=Action.WITHDRAWN, mechanism=Mechanism.UNSUBSCRIBE_PAGE, actor=Actor.CONTACT
)


@pytest.fixture
def user():
    return UserFactory()


def made(days: int = 30) -> Batch:
    return Batch.objects.create(
        kind=BatchKind.OPT_OUT_IMPORT,
        label="expo.csv",
        undo_until=timezone.now() + dt.timedelta(days=days),
    )


def opt_out(batch: Batch, *names: str) -> list[int]:
    ids = [make_address(f"{name}@people.example").pk for name in names]
    act = Act(
        action=Action.WITHDRAWN,
        mechanism=Mechanism.OPT_OUT_IMPORT,
        actor=Actor.IMPORT,
        batch_id=batch.pk,
    )
    Suppression.objects.suppress(ids, Reason.IMPORTED_OPT_OUT, act)
    return ids


def test_undo_lifts_the_rows_of_its_batch_only(user):
    first, second = made(), made()
    opt_out(first, "ana", "ben")
    opt_out(second, "ana")

    assert first.undo(user, "Wrong file.") == 2
    assert Suppression.objects.active().get().batch == second


def test_undo_skips_whoever_acted_since(user):
    batch = made()
    ana, ben = opt_out(batch, "ana", "ben")
    Suppression.objects.suppress([ana], Reason.OWN_OPT_OUT, OWN)

    assert batch.undo(user, "Wrong file.") == 1
    left = Suppression.objects.active().values_list("address_id", "reason")
    assert set(left) == {(ana, Reason.IMPORTED_OPT_OUT), (ana, Reason.OWN_OPT_OUT)}
    assert not Suppression.objects.active().filter(address=ben).exists()


def test_undo_is_written_down_with_who_and_why(user):
    batch = made()
    opt_out(batch, "ana")
    batch.undo(user, "Wrong file.")

    record = ConsentRecord.objects.latest("id")
    assert (record.user, record.explanation) == (user, "Wrong file.")
    assert (record.action, record.batch) == (Action.RESTORED, batch)


def test_undo_happens_once(user):
    batch = made()
    opt_out(batch, "ana")

    assert batch.begin_undo(user, "Wrong file.")
    assert not batch.begin_undo(user, "Once more.")
    assert batch.undo_reason == "Wrong file."


def test_after_its_time_nothing_is_undone(user):
    batch = made(days=-1)
    opt_out(batch, "ana")

    assert not batch.may_undo()
    assert batch.undo(user, "Too late.") == 0
    assert Suppression.objects.active().count() == 1


def test_an_undo_goes_on_where_it_stopped(user, monkeypatch):
    monkeypatch.setattr(batch_module, "BATCH_SIZE", 2)
    batch = made()
    opt_out(batch, "ana", "ben", "cid", "dan", "eve")
    batch.begin_undo(user, "Wrong file.")
    first = next(batch.undo_pieces())

    rest = list(batch.undo_pieces(first.after))

    assert [first.lifted, *(piece.lifted for piece in rest)] == [2, 2, 1]
    assert list(batch.undo_pieces()) == []


def test_an_undo_that_broke_off_can_be_begun_again(user):
    batch = made()
    opt_out(batch, "ana")
    assert batch.begin_undo(user, "Wrong file.")

    broken = Job(state=JobState.FAILED)
    assert batch.begin_undo(user, "The rest.", broken)
    assert not batch.begin_undo(user, "Again.", Job(state=JobState.DONE))
    assert not batch.begin_undo(user, "Again.", Job(state=JobState.RUNNING))
    assert batch.undo_reason == "The rest."
