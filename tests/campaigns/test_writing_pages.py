"""The list, the editor and the settings, as somebody without script uses them."""

import pytest
from django.urls import reverse

from accounts.models import Account
from accounts.roles import Role
from campaigns.models import EmailState, EmailVersion, MarketingEmail
from tests.campaigns.posting import address, typed
from tests.factories import (
    ContactFactory,
    MarketingEmailFactory,
    SubscriptionTypeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def email():
    return MarketingEmailFactory()


PAGES = (
    *("content", "versions", "template_create", "missing"),
    *("settings", "recipients", "review", "preview"),
)


@pytest.mark.parametrize("name", PAGES)
def test_an_outsider_has_to_sign_in(outsider_client, email, name):
    response = outsider_client.get(address(name, email))
    assert response.status_code == 302
    assert reverse("login") in response.url


@pytest.mark.parametrize("name", PAGES)
def test_an_email_that_is_not_there_is_not_found(client, name):
    assert client.get(reverse(f"campaigns:{name}", args=[99])).status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_a_draft_opens(client, email, name):
    assert client.get(address(name, email)).status_code == 200


@pytest.mark.parametrize(
    "name", ["duplicate", "discard", "autosave", "block_add", "launch", "schedule"]
)
def test_nothing_is_done_by_looking(client, email, name):
    assert client.get(address(name, email)).status_code == 405


def test_a_new_email_begins_with_a_template(client):
    response = client.post(
        reverse("campaigns:create"), {"name": "Autumn", "starter": "reengagement"}
    )
    email = MarketingEmail.objects.get()
    assert response.url == address("content", email)
    assert email.is_reengagement
    assert [one["kind"] for one in email.blocks].count("confirm") == 1
    assert email.subscription_type is None


def test_a_new_email_needs_a_name(client):
    response = client.post(reverse("campaigns:create"), {"starter": "blank"})
    assert response.status_code == 422
    assert not MarketingEmail.objects.exists()


def test_the_list_shows_one_tab_and_its_counts(client, email):
    MarketingEmailFactory(name="Stopped one", state=EmailState.STOPPED)
    page = client.get(reverse("campaigns:list"), {"state": "stopped"}).content.decode()
    assert "Stopped one" in page
    assert email.name not in page


def test_the_list_asks_a_fixed_number_of_questions(client, django_assert_num_queries):
    MarketingEmailFactory.create_batch(12)
    # session, user, counts of the tabs, emails
    with django_assert_num_queries(4):
        client.get(reverse("campaigns:list"))


def test_the_list_goes_on_after_fifty(client):
    MarketingEmailFactory.create_batch(52, subscription_type=SubscriptionTypeFactory())
    page = client.get(reverse("campaigns:list"))
    assert len(page.context["page"].rows) == 50
    page = client.get(reverse("campaigns:list") + page.context["page"].next)
    assert len(page.context["page"].rows) == 2
    assert page.context["page"].next == ""


def test_what_is_typed_is_saved(client, email):
    response = client.post(
        address("content", email),
        typed(email, subject="New words", **{"block-a-text": "Hi", "block-a-level": 2}),
    )
    assert response.status_code == 302
    email.refresh_from_db()
    assert (email.subject, email.version) == ("New words", 2)
    words = {"text": "Hi", "level": 2, "align": "left"}
    assert email.blocks[0] == {"id": "a", "kind": "heading", **words}


def test_plain_writing_becomes_html(client, email):
    words = "Hello **you**,\n\n- one\n- two"
    client.post(address("content", email), typed(email, **{"block-b-text": words}))
    email.refresh_from_db()
    assert email.blocks[1]["html"] == (
        "<p>Hello <strong>you</strong>,</p><ul><li>one</li><li>two</li></ul>"
    )


def test_a_block_is_added_below_the_chosen_one_and_nothing_typed_is_lost(client, email):
    client.post(
        address("block_add", email),
        typed(email, subject="Typed", kind="divider", after="a"),
    )
    email.refresh_from_db()
    assert email.subject == "Typed"
    assert [one["kind"] for one in email.blocks] == [
        "heading",
        "divider",
        "text",
        "confirm",
    ]


def test_an_unknown_kind_of_block_is_not_found(client, email):
    response = client.post(address("block_add", email), typed(email, kind="script"))
    assert response.status_code == 404


def test_a_block_is_moved_and_copied(client, email):
    client.post(address("block_move", email, "c", "up"), typed(email))
    email.refresh_from_db()
    assert [one["id"] for one in email.blocks] == ["a", "c", "b"]
    client.post(address("block_duplicate", email, "b"), typed(email))
    email.refresh_from_db()
    assert [one["kind"] for one in email.blocks][-2:] == ["text", "text"]


def test_a_deleted_block_comes_back_by_undo(client, email):
    before = email.blocks
    page = client.post(address("block_delete", email, "b"), typed(email), follow=True)
    email.refresh_from_db()
    assert [one["id"] for one in email.blocks] == ["a", "c"]
    undo = address("restore", email, 1)
    assert undo in page.content.decode()
    client.post(undo)
    email.refresh_from_db()
    assert [one["id"] for one in email.blocks] == [one["id"] for one in before]


def test_a_deleted_block_takes_nothing_along_that_was_saved_since(client, email):
    client.post(address("block_delete", email, "b"), typed(email))
    email.refresh_from_db()
    client.post(address("content", email), typed(email, subject="Saved since"))
    page = client.post(address("restore", email, 1), follow=True).content.decode()
    assert "Somebody saved meanwhile" in page
    email.refresh_from_db()
    assert email.subject == "Saved since"


def test_undo_goes_back_step_by_step(client, email):
    for words in ("One", "Two"):
        client.post(address("content", email), typed(email, subject=words))
        email.refresh_from_db()
    for words in ("One", "Do you still want our newsletter?"):
        assert undone(client, email) == words
    assert client.get(address("content", email)).context["undo"] is None


def undone(client, email, name="undo"):
    client.post(address(name, email), {"version": email.version})
    email.refresh_from_db()
    return email.subject


def test_what_was_undone_is_done_again_step_by_step(client, email):
    first = email.subject
    for words in ("One", "Two"):
        client.post(address("content", email), typed(email, subject=words))
        email.refresh_from_db()
    assert [undone(client, email), undone(client, email)] == ["One", first]
    assert [undone(client, email, "redo") for _ in "12"] == ["One", "Two"]
    assert client.get(address("content", email)).context["redo"] is None


def test_who_writes_after_an_undo_has_nothing_to_redo(client, email):
    client.post(address("content", email), typed(email, subject="One"))
    email.refresh_from_db()
    undone(client, email)
    client.post(address("content", email), typed(email, subject="Other"))
    assert client.get(address("content", email)).context["redo"] is None


def test_two_authors_notice_each_other_and_nothing_is_lost(client, email):
    seen = typed(email, subject="Mine")
    client.post(address("content", email), typed(email, subject="Theirs"))
    response = client.post(address("content", email), seen)
    page = response.content.decode()
    assert response.status_code == 409
    assert "Keep mine" in page
    assert 'value="Mine"' in page
    email.refresh_from_db()
    assert email.subject == "Theirs"
    client.post(address("content", email), {**seen, "version": email.version})
    email.refresh_from_db()
    assert email.subject == "Mine"


def test_autosave_answers_with_the_version_and_the_checks(client, email):
    answer = client.post(address("autosave", email), typed(email, subject="")).json()
    assert answer["version"] == 2
    assert "Write a subject." in answer["checks"]


def test_autosave_tells_a_conflict(client, email):
    seen = typed(email)
    client.post(address("content", email), typed(email, subject="Theirs"))
    response = client.post(address("autosave", email), seen)
    assert response.status_code == 409
    assert "another version" in response.json()["sentence"]


def test_the_autosaves_of_one_sitting_are_one_version(client, email):
    for words in ("A", "Au", "Aut"):
        client.post(address("autosave", email), typed(email, subject=words))
        email.refresh_from_db()
    assert EmailVersion.objects.count() == 2
    assert EmailVersion.objects.latest("number").content["subject"] == "Aut"


@pytest.mark.parametrize(
    ("block", "value", "sentence"),
    [
        ("block-a-text", "Hello {{ first_na", "A token is cut"),
        ("block-a-text", "Hello {{ shoe_size }}", "is not a property"),
        ("block-c-url", "https://a.example/preferences", "preference page"),
        ("block-a-text", "", "The heading is empty"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence_and_kept(
    client, email, block, value, sentence
):
    page = client.post(
        address("content", email), typed(email, **{block: value}), follow=True
    )
    assert page.status_code == 200
    assert sentence in page.content.decode()


def test_what_is_too_long_is_not_saved_and_not_lost(client, email):
    response = client.post(address("content", email), typed(email, subject="x" * 301))
    assert response.status_code == 422
    assert "x" * 301 in response.content.decode()
    email.refresh_from_db()
    assert email.version == 1


def test_a_started_email_is_not_changed_any_more(client, email):
    MarketingEmail.objects.update(state=EmailState.STOPPED)
    page = client.post(
        address("content", email), typed(email, subject="Late"), follow=True
    )
    assert "Nothing was saved" in page.content.decode()
    email.refresh_from_db()
    assert email.subject != "Late"


def test_the_preview_can_do_nothing_and_is_framed_by_us_alone(client, email):
    response = client.get(address("preview", email))
    policy = response["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"


def test_the_preview_is_written_to_a_person(client, email):
    person = ContactFactory(first_name="Grace")
    page = client.get(address("preview", email), {"as": person.pk}).content.decode()
    assert "Hello Grace" in page
    assert "Hello there" in client.get(address("preview", email)).content.decode()


def test_who_may_see_nobody_sees_the_mail_to_nobody(client, email):
    person = ContactFactory(first_name="Grace")
    client.force_login(UserFactory(role=Role.VIEWER))
    page = client.get(address("preview", email), {"as": person.pk}).content.decode()
    assert "Hello there" in page


def test_the_preview_shows_dark_and_plain(client, email):
    dark = client.get(address("preview", email), {"view": "dark"}).content.decode()
    assert "prefers-color-scheme" not in dark
    plain = client.get(address("preview", email), {"view": "text"}).content.decode()
    assert "Do you still want our letters?" in plain
    assert "<table" not in plain


def test_what_an_author_types_is_not_run_in_the_plain_preview(client, email):
    email.blocks[0]["text"] = "<script>alert(1)</script>"
    email.save()
    page = client.get(address("preview", email), {"view": "text"}).content.decode()
    assert "<script>" not in page


def test_the_plain_preview_shows_markup_that_the_words_speak_of(client, email):
    email.blocks[0]["text"] = "Write &amp; in HTML"
    email.save()
    page = client.get(address("preview", email), {"view": "text"}).content.decode()
    assert "Write &amp;amp; in HTML" in page


SETTINGS = {"name": "Renamed", "from_name": "We", "from_email": "we@brand.example"}


def test_settings_are_saved(client, email):
    kind = SubscriptionTypeFactory()
    client.post(address("settings", email), {**SETTINGS, "subscription_type": kind.pk})
    email.refresh_from_db()
    assert (email.name, email.subscription_type) == ("Renamed", kind)
    assert not email.open_tracked


def test_a_type_must_be_chosen(client, email):
    response = client.post(address("settings", email), SETTINGS)
    assert response.status_code == 422
    assert "no default on purpose" in response.content.decode()


def test_a_bad_sender_is_told_in_a_sentence(client, email):
    response = client.post(
        address("settings", email), {**SETTINGS, "from_email": "we at brand"}
    )
    assert response.status_code == 422


def test_unengaged_people_stay_in_a_reengagement_email_whatever_is_posted(client):
    email = MarketingEmailFactory(kind="reengagement")
    posted = {**SETTINGS, "subscription_type": email.subscription_type.pk}
    client.post(address("settings", email), {**posted, "skip_unengaged": "on"})
    email.refresh_from_db()
    assert email.name == "Renamed"
    assert not email.skip_unengaged


def test_no_limit_holds_for_a_reengagement_email_and_the_form_says_so(client):
    Account.current()
    Account.objects.update(cap_mails=1, cap_days=7)
    email = MarketingEmailFactory(kind="reengagement", ignore_cap=False)
    page = client.get(address("settings", email)).content.decode()
    assert "No limit holds for a re-engagement email" in page


def test_an_exception_from_the_limit_is_kept(client, email):
    Account.current()
    Account.objects.update(cap_mails=1, cap_days=7)
    kind = SubscriptionTypeFactory().pk
    posted = {**SETTINGS, "subscription_type": kind, "ignore_cap": "on"}
    client.post(address("settings", email), posted)
    email.refresh_from_db()
    assert email.bound == "promise"


def test_without_a_limit_there_is_nothing_to_except_from(client, email):
    kind = SubscriptionTypeFactory().pk
    posted = {**SETTINGS, "subscription_type": kind, "ignore_cap": "on"}
    client.post(address("settings", email), posted)
    email.refresh_from_db()
    assert email.bound == "everything"


def test_a_copy_opens_in_the_editor(client, email):
    response = client.post(address("duplicate", email), follow=True)
    assert f"{email.name} (copy)" in response.content.decode()


def test_a_draft_is_deleted(client, email):
    client.post(address("discard", email))
    assert not MarketingEmail.objects.exists()
