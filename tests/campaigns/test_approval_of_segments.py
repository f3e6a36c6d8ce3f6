"""An approval is of the people too: it ends with a change of the segments behind it."""

import pytest
from django.utils import timezone

from accounts.models import Account, Job
from campaigns import launching
from campaigns.approving import unapproved
from campaigns.models import EmailState, MarketingEmail
from contacts.models import Contact
from deliveries import audience
from segments.models import Segment
from tests.campaigns.approving import asked, draft_of, fresh
from tests.factories import (
    ContactFactory,
    SubscriptionTypeFactory,
    make_segment,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def email():
    return draft_of(SubscriptionTypeFactory())


def where(**condition):
    return {"match": "all", "rules": [condition]}


def active(name, rules=None):
    few = where(field="email", operator="ends_with", value="@a.example")
    one = Segment(name=name, rules=rules or few)
    assert one.save_rules(None)
    return one


def made_from(segment):
    rules = where(field="segment", operator="member", values=[str(segment.pk)])
    return active("Made of another", rules)


def widen(segment):
    one = Segment.objects.get(pk=segment.pk)
    one.rules = where(field="email", operator="ends_with", value="example")
    assert one.save_rules(None, version=one.version)


def put_in(segment):
    segment.add(Contact.objects.filter(pk=ContactFactory().pk))


def goes_to(email, segment):
    email.choose([segment], [])
    return segment


def leaves_out(email, segment):
    email.choose(email.include.all(), [segment])
    return segment


def goes_to_what_is_made_from(email, segment):
    email.choose([made_from(segment)], [])
    return segment


WAYS = [goes_to, leaves_out, goes_to_what_is_made_from]


@pytest.mark.parametrize("way", WAYS)
def test_other_rules_of_its_segments_void_the_approval(email, author, second, way):
    segment = way(email, active("VIP"))
    assert asked(email, author).approve(second)
    widen(segment)
    assert unapproved(fresh(email)) == [
        "The segment “VIP” was changed after Bea approved it. Ask for approval again."
    ]
    assert not email.launch(author)


def test_other_rules_void_the_question(email, author, second):
    segment = goes_to(email, active("VIP"))
    question = asked(email, author)
    widen(segment)
    assert not question.approve(second)


def test_people_put_into_a_static_segment_void_the_approval(approved, author):
    segment = approved.include.get()
    put_in(segment)
    assert unapproved(fresh(approved)) == [
        f"The segment “{segment}” was changed after Bea approved it."
        " Ask for approval again."
    ]


def test_as_many_others_as_were_deleted_void_the_approval(email, author, second):
    segment = goes_to(email, make_segment(ContactFactory(), ContactFactory()))
    assert asked(email, author).approve(second)
    Contact.objects.filter(pk=segment.members()[0].pk).delete()
    put_in(segment)
    assert fresh(email).include.get().size == 2
    assert unapproved(fresh(email)) == [
        f"The segment “{segment}” was changed after Bea approved it."
        " Ask for approval again."
    ]


@pytest.mark.parametrize("way", [leaves_out, goes_to_what_is_made_from])
def test_who_is_taken_out_of_what_keeps_others_out_voids_the_approval(
    email, author, second, way
):
    segment = way(email, make_segment(ContactFactory()))
    assert asked(email, author).approve(second)
    segment.remove(segment.members())
    assert unapproved(fresh(email)) == [
        f"The segment “{segment}” was changed after Bea approved it."
        " Ask for approval again."
    ]


def test_who_is_taken_out_of_a_static_segment_needs_no_other_approval(approved):
    segment = approved.include.get()
    segment.remove(segment.members())
    assert unapproved(fresh(approved)) == []


def test_who_joins_by_the_same_rules_needs_no_other_approval(email, author, second):
    segment = goes_to(email, active("VIP"))
    assert asked(email, author).approve(second)
    ContactFactory(email="new@a.example")
    segment.refresh(fully=True)
    assert segment.size == 1
    assert unapproved(fresh(email)) == []


def test_a_segment_that_it_does_not_use_may_change(approved):
    widen(active("Others"))
    put_in(make_segment())
    assert unapproved(fresh(approved)) == []


def begin(email):
    MarketingEmail.objects.update(scheduled_at=timezone.now())
    (job,) = MarketingEmail.objects.start_due()
    launching.prepare(Job.objects.claim(job))
    return fresh(email)


def test_a_segment_changed_after_it_was_scheduled_keeps_it_from_being_sent(
    email, author, second
):
    segment = goes_to(email, active("VIP"))
    assert asked(email, author).approve(second)
    assert fresh(email).launch(author)
    widen(segment)
    halted = begin(email)
    assert halted.state == EmailState.DRAFT
    assert "“VIP” was changed after Bea approved it." in halted.halted


def meanwhile(monkeypatch, happens):
    """`happens` once the recipients are chosen, before it is sent."""
    fix = audience.fix

    def fix_while_it_happens(*args, **kwargs):
        happens()
        return fix(*args, **kwargs)

    monkeypatch.setattr(audience, "fix", fix_while_it_happens)


def test_a_segment_changed_while_the_recipients_are_chosen_keeps_it_back(
    approved, author, monkeypatch
):
    segment = approved.include.get()
    meanwhile(monkeypatch, lambda: put_in(segment))
    assert approved.launch(author)
    halted = begin(approved)
    assert halted.state == EmailState.DRAFT
    assert halted.halted == (
        "It was not sent: something changed while the recipients were chosen. The"
        f" segment “{segment}” was changed after Bea approved it."
        " Ask for approval again."
    )


def test_a_second_person_asked_for_while_they_are_chosen_is_told_as_such(
    email, author, monkeypatch
):
    Account.objects.update(second_person=False)
    assert email.launch(author)
    meanwhile(monkeypatch, lambda: Account.objects.update(second_person=True))
    assert begin(email).halted == (
        "It was not sent: something changed while the recipients were chosen. A second"
        " person has to approve it. Ask for it on the page Approval."
    )
