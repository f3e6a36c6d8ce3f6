"""Approving, changing and sending at one moment: what is sent was approved."""

import pytest

from accounts.models import Account
from accounts.roles import Role
from campaigns.models import (
    Approval,
    EmailState,
    EmailVersion,
    MarketingEmail,
    Outdated,
)
from tests.campaigns.approving import asked
from tests.factories import MarketingEmailFactory, SegmentFactory, UserFactory
from tests.threads import halfway, together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def email():
    Account.current()
    Account.objects.update(second_person=True)
    return MarketingEmail.objects.get(pk=MarketingEmailFactory().pk)


@pytest.fixture
def question(email, author):
    return asked(email, author)


def reword(email, author):
    one = MarketingEmail.objects.get(pk=email.pk)
    words = {**one.content, "subject": "Other words"}
    try:
        EmailVersion.objects.save_content(one, one.version, author, **words)
    except Outdated:
        return False
    return True


def rechoose(email):
    return MarketingEmail.objects.get(pk=email.pk).choose([SegmentFactory()], [])


def send(email, author):
    return MarketingEmail.objects.get(pk=email.pk).launch(author)


def test_who_approves_while_it_is_reworded_waits_and_approves_nothing(
    email, author, second, question
):
    found = halfway(lambda: reword(email, author), lambda: question.approve(second))
    assert found is False


def test_who_approves_while_others_are_chosen_waits_and_approves_nothing(
    email, second, question
):
    assert halfway(lambda: rechoose(email), lambda: question.approve(second)) is False


def test_who_rewords_while_it_is_approved_voids_that(email, author, second, question):
    halfway(lambda: question.approve(second), lambda: reword(email, author))
    assert not send(email, author)


def test_who_sends_while_it_is_reworded_sends_nothing(email, author, second, question):
    question.approve(second)
    assert halfway(lambda: reword(email, author), lambda: send(email, author)) is False


def test_who_sends_while_others_are_chosen_sends_nothing(
    email, author, second, question
):
    question.approve(second)
    assert halfway(lambda: rechoose(email), lambda: send(email, author)) is False


def test_who_rewords_while_it_is_sent_changes_nothing(email, author, second, question):
    question.approve(second)
    assert halfway(lambda: send(email, author), lambda: reword(email, author)) is False
    assert MarketingEmail.objects.get().state == EmailState.SCHEDULED


def test_two_decide_and_one_decision_holds(email, second, question):
    other = UserFactory(role=Role.ADMIN)
    found = together(
        lambda: question.approve(second), lambda: question.send_back(other, "No.")
    )
    assert sorted(found) == [False, True]


def test_two_ask_and_one_question_stands(email, author, second):
    found = together(
        *(
            lambda who=who: Approval.objects.ask(email, email.revision, who)
            for who in (author, second)
        )
    )
    assert sorted(found) == [False, True]
