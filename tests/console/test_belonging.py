"""Why is she in this segment, or not: from the record of a contact."""

import pytest
from django.urls import reverse

from contacts.models import Contact
from tests.factories import ContactFactory, SegmentFactory
from tests.segments.worlds import group, where

pytestmark = pytest.mark.django_db

QUIET = group(
    "any",
    group(
        "all", where("delivered", "greater", value=11), where("last_opened_at", "known")
    ),
)


@pytest.fixture
def ada():
    return ContactFactory(
        first_name="Ada", last_name="Ek", email="ada@people.example", delivered=40
    )


def ask(client, contact, segment):
    return client.get(
        reverse("contacts:why", args=[contact.pk]), {"segment": segment.pk}
    )


def test_outsiders_are_sent_to_the_sign_in(outsider_client, ada):
    answer = outsider_client.get(reverse("contacts:why", args=[ada.pk]))
    assert "/login/" in answer.url


def test_the_condition_that_keeps_her_out_is_named(client, ada):
    answer = ask(client, ada, SegmentFactory(rules=QUIET))
    assert str(answer.context["answer"]) == "Ada Ek is not in"
    told = [(one.words, one.holds) for one in answer.context["answer"].verdicts]
    assert told == [
        ("Group 1: all of these", False),
        ("Marketing emails delivered is more than 11 (12 or more)", True),
        ("Last marketing email open date has a value", False),
    ]
    assert "Has never been in it." in answer.content.decode()


def test_somebody_without_an_address_can_be_asked_about(client):
    nobody = ContactFactory(email="", delivered=40)
    answer = ask(client, nobody, SegmentFactory())
    assert answer.context["answer"].holds


def test_it_is_told_when_the_next_refresh_changes_the_answer(client, ada):
    segment = SegmentFactory()
    segment.refresh()
    assert "since the last refresh" not in ask(client, ada, segment).content.decode()
    Contact.objects.filter(pk=ada.pk).update(delivered=0)
    page = ask(client, ada, segment).content.decode()
    assert "with the next one she leaves" in page


def test_since_when_she_was_in_and_is_no_more_is_told(client, ada):
    segment = SegmentFactory()
    segment.refresh()
    Contact.objects.filter(pk=ada.pk).update(delivered=0)
    segment.refresh()
    assert "Was in it until" in ask(client, ada, segment).content.decode()


def test_of_a_static_segment_it_is_told_that_people_change_by_hand(client, ada):
    segment = SegmentFactory(kind="static", rules=None)
    segment.add(Contact.objects.all())
    page = ask(client, ada, segment).content.decode()
    assert "put in and taken out by hand" in page
    assert "The conditions chose" not in page


def test_the_conditions_of_a_static_segment_take_nobody_out(client, ada):
    segment = SegmentFactory(kind="static")
    segment.add(Contact.objects.all())
    Contact.objects.filter(pk=ada.pk).update(delivered=0)
    page = ask(client, ada, segment).content.decode()
    assert "Asked today, they say:" in page
    assert "she leaves" not in page


def test_a_segment_that_is_gone_is_refused_with_a_sentence(client, ada):
    segment = SegmentFactory()
    segment.archive()
    answer = ask(client, ada, segment)
    assert answer.status_code == 422
    assert "This segment is not there any more." in answer.content.decode()


def test_the_record_leads_to_the_answers(client, ada):
    segment = SegmentFactory()
    segment.refresh()
    page = client.get(ada.get_absolute_url()).content.decode()
    why = reverse("contacts:why", args=[ada.pk])
    assert f'href="{why}?segment={segment.pk}"' in page
    assert f'href="{why}"' in page


def test_asking_costs_the_same_for_many_segments(
    client, ada, django_assert_num_queries
):
    segment = SegmentFactory(rules=QUIET)
    SegmentFactory.create_batch(10)
    ask(client, ada, segment)
    with django_assert_num_queries(8):
        ask(client, ada, segment)
