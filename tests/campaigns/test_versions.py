"""Earlier versions of an email: what changed, how it looked, brought back."""

import copy

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.differences import Difference, differences
from campaigns.models import EmailState, EmailVersion, MarketingEmail
from campaigns.models.versions import KEPT_VERSIONS
from tests.factories import MarketingEmailFactory, UserFactory

A = {"id": "a", "kind": "heading", "text": "One", "level": 1, "align": "left"}
B = {"id": "b", "kind": "text", "html": "<p>Two</p>", "align": "left"}


def content(*blocks, **words):
    return {"subject": "S", "preview_text": "P", "blocks": list(blocks), **words}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (content(A), content(A), []),
        (
            content(subject="Old"),
            content(subject="New"),
            [Difference("Subject", "Old", "New")],
        ),
        (
            content(A),
            content({**A, "text": "Other"}),
            [Difference("Heading", "One", "Other")],
        ),
        (content(A), content(A, B), [Difference("Text", "Not there", "Two")]),
        (content(A, B), content(A), [Difference("Text", "Two", "Not there")]),
        (
            content(A, B),
            content(B, A),
            [Difference("Order", "Heading, Text", "Text, Heading")],
        ),
        (content({"id": "a", "kind": "heading", "text": "One"}), content(A), []),
    ],
)
def test_what_differs_is_told_in_words(before, after, told):
    assert differences(before, after) == told


@pytest.fixture
def email(db):
    return MarketingEmailFactory(subject="First")


def address(name, email, *more):
    return reverse(f"campaigns:{name}", args=[email.pk, *more])


def saved(email, **words):
    words = {**copy.deepcopy(email.content), **words}
    EmailVersion.objects.save_content(email, email.version, UserFactory(), **words)


def test_a_long_sitting_pushes_no_version_out(email):
    user = UserFactory()
    for _ in range(KEPT_VERSIONS + 5):
        EmailVersion.objects.save_content(
            email, email.version, user, automatic=True, **email.content
        )
    saved(email, subject="Second")
    assert email.versions.filter(number=1).exists()


def test_as_many_versions_are_kept_as_undo_reaches_back(email):
    for number in range(KEPT_VERSIONS + 5):
        saved(email, subject=str(number))
    assert email.versions.count() == KEPT_VERSIONS


def test_each_version_tells_what_changed_in_it(client, email):
    saved(email, subject="Second")
    entries = client.get(address("versions", email)).context["entries"]
    assert [changes for _, changes in entries] == [
        [Difference("Subject", "First", "Second")],
        [],
    ]


def test_an_email_that_was_never_changed_says_so(client, email):
    page = client.get(address("versions", email)).content.decode()
    assert "Nothing has been changed yet" in page


def test_an_earlier_version_is_drawn_as_it_was(client, email):
    heading = {**email.blocks[0], "text": "Quite another heading"}
    saved(email, blocks=[heading, *email.blocks[1:]])
    shown = client.get(address("preview", email), {"version": 1}).content.decode()
    assert "Quite another heading" not in shown
    assert (
        "Quite another heading"
        in client.get(address("preview", email)).content.decode()
    )


def test_a_version_that_is_not_kept_is_not_found(client, email):
    assert client.get(address("preview", email), {"version": 9}).status_code == 404


def test_a_version_is_brought_back_and_undo_takes_that_back(client, email):
    for words in ("Second", "Third"):
        saved(email, subject=words)
    client.post(address("bring_back", email, 1))
    email.refresh_from_db()
    assert email.subject == "First"
    assert stepped(client, email, "undo") == "Third"


def test_nothing_is_brought_back_into_what_was_sent(client, email):
    saved(email, subject="Second")
    MarketingEmail.objects.update(state=EmailState.STOPPED)
    page = client.post(address("bring_back", email, 1), follow=True)
    assert "Nothing was changed" in page.content.decode()
    email.refresh_from_db()
    assert email.subject == "Second"


def test_an_outsider_brings_nothing_back(outsider_client, email):
    saved(email, subject="Second")
    outsider_client.post(address("bring_back", email, 1))
    email.refresh_from_db()
    assert email.subject == "Second"


def test_the_list_of_versions_asks_a_fixed_number_of_questions(
    client, email, django_assert_num_queries
):
    for number in range(8):
        saved(email, subject=str(number))
    # session, user, email, versions, account
    with django_assert_num_queries(5):
        client.get(address("versions", email))


def test_an_author_who_was_late_sees_what_differs(client, email):
    order = ",".join(f"{one['id']}:{one['kind']}" for one in email.blocks)
    mine = {"version": 1, "order": order, "subject": "Mine", "preview_text": "P"}
    saved(email, subject="Theirs")
    page = client.post(address("content", email), mine)
    assert Difference("Subject", "Theirs", "Mine") in page.context["differing"]


def stepped(client, email, name, **seen):
    client.post(address(name, email), seen)
    email.refresh_from_db()
    return email.subject


def test_undo_and_redo_begin_at_the_newest_version(client, email):
    for words in ("Second", "Third"):
        saved(email, subject=words)
    steps = [stepped(client, email, name) for name in ("undo", "undo", "redo", "redo")]
    assert steps == ["Second", "First", "Second", "Third"]


def test_what_was_written_over_an_undo_is_what_redo_goes_on_to(client, email):
    saved(email, subject="Abandoned")
    stepped(client, email, "undo")
    saved(email, subject="Written instead")
    assert stepped(client, email, "undo") == "First"
    assert stepped(client, email, "redo") == "Written instead"


def test_the_editor_asks_as_much_after_many_undone_steps_as_after_one(client, email):
    for number in range(8):
        saved(email, subject=str(number))
    asked = []
    for _ in range(7):
        stepped(client, email, "undo")
        with CaptureQueriesContext(connection) as queries:
            client.get(address("content", email))
        asked.append(len(queries))
    assert max(asked) == asked[0]


@pytest.mark.parametrize("name", ["undo", "redo"])
def test_where_there_is_no_step_nothing_changes(client, email, name):
    assert stepped(client, email, name) == "First"


def test_undo_does_not_take_back_what_somebody_else_saved_meanwhile(client, email):
    saved(email, subject="Mine")
    seen = email.version
    saved(email, subject="Theirs")
    page = client.post(address("undo", email), {"version": seen}, follow=True)
    assert "Somebody saved meanwhile" in page.content.decode()
    email.refresh_from_db()
    assert email.subject == "Theirs"
