"""Somebody looks at the rescue report and leaves a person blocked; it can be undone."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from bounces import keeping, releasing, rescue
from bounces.models import Kept
from bounces.unbouncing import NotUnbounced
from consent.models import Suppression
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from contacts.models import Contact
from tests.bounces.test_rescue import (
    TestRescue,
    judge_anew,
    lost,
    may_be_mailed,
    rule_of,
    say,
)
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
judged_anew = TestRescue().judged_anew
KEEP, KEPT = reverse("bounces:keep"), reverse("bounces:kept")


@pytest.fixture
def rosa(db):
    return UserFactory(role="admin")


@pytest.fixture
def ana(alice):
    """Somebody in the report."""
    return judged_anew(alice)


def in_the_report(count, user):
    """So many whom one changed rule would not block any more."""
    for n in range(count):
        contact = lost(f"p{n}@firm.example")
    say(rule_of(contact), "policy", user)
    judge_anew()


def keep(contact, user):
    block = Suppression.objects.get(address=contact.address_id)
    return keeping.keep(user, [block.pk])


def test_who_is_kept_leaves_the_report_and_stays_blocked(ana, rosa):
    assert keep(ana, rosa) == 1
    assert not rescue.candidates().exists()
    assert rescue.release(rosa) == 0
    assert not may_be_mailed(ana)


def block_once_more(contact):
    """Failed too often besides."""
    act = Act(
        action=Action.SUPPRESSED,
        mechanism=Mechanism.BOUNCE,
        actor=Actor.MAILBOX_PROVIDER,
    )
    Suppression.objects.suppress([contact.address_id], Reason.BOUNCED, act)


def test_another_block_of_the_address_does_not_give_it_back(ana, rosa):
    keep(ana, rosa)
    block_once_more(ana)
    assert not rescue.candidates().exists()
    assert rescue.release(rosa) == 0


def test_all_blocks_of_an_address_are_put_back_together(ana, rosa):
    block_once_more(ana)
    keeping.keep(rosa, list(rescue.candidates().values_list("pk", flat=True)))
    keeping.take_back(Kept.objects.first(), rosa)
    assert rescue.candidates().count() == 2


@pytest.mark.parametrize("is_kept", [True, False])
def test_who_is_kept_gets_no_other_chance_after_ninety_days(ana, rosa, is_kept):
    if is_kept:
        keep(ana, rosa)
    before = timezone.now() - dt.timedelta(days=91)
    Suppression.objects.update(reason=Reason.BOUNCED, created_at=before)
    Contact.objects.update(hard_bounce_reason="OTHER")
    assert releasing.due().exists() is not is_kept


def test_it_is_written_down(ana, rosa):
    keep(ana, rosa)
    entry = AuditEntry.objects.get(verb="kept people blocked who were judged anew")
    assert (entry.actor, entry.subject) == (rosa, "ana@firm.example")


def test_judged_otherwise_once_more_it_is_in_the_report_again(ana, rosa):
    keep(ana, rosa)
    judge_anew()
    assert not rescue.candidates().exists()
    say(rule_of(ana), "content", rosa)
    judge_anew()
    assert rescue.candidates().count() == 1
    assert not Kept.objects.standing().exists()


def test_and_can_be_kept_once_more(ana, rosa):
    keep(ana, rosa)
    say(rule_of(ana), "content", rosa)
    judge_anew()
    assert keep(ana, rosa) == 1
    assert not rescue.candidates().exists()
    assert Kept.objects.standing().get().category == "content"


def test_taken_back_it_is_in_the_report_again(ana, rosa):
    keep(ana, rosa)
    kept = Kept.objects.get()
    assert keeping.take_back(kept, rosa)
    assert not keeping.take_back(kept, rosa)
    assert rescue.candidates().count() == 1
    verb = "put somebody who was kept blocked back into the report"
    assert AuditEntry.objects.filter(verb=verb, actor=rosa).count() == 1


def test_who_is_not_in_the_report_is_not_kept(ana, rosa):
    rescue.release(rosa)
    assert keep(ana, rosa) == 0
    assert not Kept.objects.exists()


def test_it_needs_the_permission(ana):
    with pytest.raises(NotUnbounced, match="administrator"):
        keep(ana, UserFactory())


def test_a_block_is_kept_once_at_a_time(ana, rosa):
    keep(ana, rosa)
    kept = Kept.objects.get()
    with pytest.raises(IntegrityError, match="once"), transaction.atomic():
        Kept.objects.create(block=kept.block, category="policy", user=rosa)


class TestPages:
    def test_keep_one_and_put_it_back(self, client, ana):
        block = rescue.candidates().get()
        answer = client.post(KEEP, {"only": block.pk}, follow=True)
        assert "Kept 1 blocked" in answer.content.decode()
        assert "1 kept blocked" in answer.content.decode()
        assert "refuses our mail by a rule" in client.get(KEPT).content.decode()
        url = reverse("bounces:take_back", args=[Kept.objects.get().pk])
        told = client.post(url, follow=True).content.decode()
        assert "ana@firm.example is in the report again" in told
        assert rescue.candidates().exists()

    def test_those_selected_are_kept_together(self, client, alice):
        in_the_report(3, alice)
        ids = list(rescue.candidates().values_list("pk", flat=True))[:2]
        client.post(KEEP, {"id": ids})
        assert Kept.objects.standing().count() == 2
        assert rescue.candidates().count() == 1

    def test_nobody_chosen_says_so(self, client, ana):
        told = client.post(KEEP, follow=True).content.decode()
        assert "Tick those to be kept blocked" in told
        assert not Kept.objects.exists()

    def test_others_do_not_decide(self, outsider_client, ana, rosa):
        keep(ana, rosa)
        kept = Kept.objects.get()
        outsider_client.force_login(UserFactory())
        url = reverse("bounces:take_back", args=[kept.pk])
        assert outsider_client.post(url).status_code == 403
        assert Kept.objects.standing().exists()

    def test_an_empty_list_says_how_it_is_filled(self, client):
        assert "Nobody was kept blocked" in client.get(KEPT).content.decode()

    def test_the_list_costs_the_same_for_many(
        self, client, alice, django_assert_num_queries
    ):
        in_the_report(3, alice)
        ids = list(rescue.candidates().values_list("pk", flat=True))
        keeping.keep(alice, ids)
        with django_assert_num_queries(3):
            client.get(KEPT)

    def test_looking_changes_nothing(self, client, ana):
        assert client.get(KEEP).status_code == 405
        assert client.get(reverse("bounces:take_back", args=[1])).status_code == 405

    def test_an_outsider_is_sent_to_sign_in(self, outsider_client):
        pages = [KEPT, KEEP, reverse("bounces:take_back", args=[1])]
        for page in pages:
            assert "/login/" in outsider_client.get(page)["Location"]
