"""One email in several languages: written, checked, counted, sent, reported."""

import pytest

from campaigns import launching, missing, preview, readiness, report, shares
from campaigns.conditions import fit
from campaigns.models import EmailTemplate, MarketingEmail
from deliveries.languages import spoken
from deliveries.models import Channel, Delivery, Message
from tests.campaigns.posting import address, typed
from tests.campaigns.test_sending import start
from tests.factories import (
    ContactFactory,
    MarketingEmailFactory,
    SubscriptionTypeFactory,
    UserFactory,
    agree,
    make_segment,
)

pytestmark = pytest.mark.django_db

NAMED = {"field": "first_name", "operator": "known"}


def text(block_id, words, **more):
    return {"id": block_id, "kind": "text", "html": f"<p>{words}</p>", **more}


def said(subject, *blocks):
    return {"subject": subject, "preview_text": "More", "blocks": list(blocks)}


@pytest.fixture
def kind():
    return SubscriptionTypeFactory()


@pytest.fixture
def people(kind):
    """Two who read Finnish, one Swedish, one of whom nobody knows."""
    spoken_by = [("Aino", "fi"), ("", "fi-FI"), ("Sven", "sv"), ("Ada", "")]
    found = [ContactFactory(first_name=name, language=code) for name, code in spoken_by]
    for one in found:
        agree(one, kind)
    return found


@pytest.fixture
def email(kind, people):
    draft = MarketingEmailFactory(
        subscription_type=kind,
        subject="Letter",
        blocks=[text("own", "Hello")],
        variants={"fi": said("Kirje", text("finn", "Terve"))},
    )
    draft.choose([make_segment(*people)], [])
    return draft


def in_finnish(email, **changes):
    """What the browser posts from the tab of that language."""
    return {**typed(spoken(email, "fi"), **changes), "language": "fi"}


@pytest.mark.parametrize("language", ["", "fi"])
def test_the_page_of_a_language_saves_into_that_language(client, email, language):
    """Whatever the console speaks: its own language is none of the email's."""
    page = client.get(address("content", email), {"language": language})
    field = f'<input type="hidden" name="language" value="{language}">'
    assert field in page.content.decode()


@pytest.mark.parametrize(
    ("language", "read"),
    [
        ("fi", "fi"),
        ("FI", "fi"),
        ("fi-FI", "fi"),
        ("fi_FI", "fi"),
        ("fil", ""),
        ("pt-BR", "pt-br"),
        ("pt_BR", "pt-br"),
        ("pt-PT", "pt"),
        ("sv", ""),
        ("", ""),
    ],
)
def test_a_reader_gets_the_nearest_of_the_languages(email, language, read):
    email.variants = dict.fromkeys(["fi", "pt", "pt-br"], email.variants["fi"])
    assert fit(ContactFactory(language=language), email) == (None, read)


class TestWriting:
    def test_a_language_begins_with_a_copy(self, client, email):
        fields = {"new_language": "sv", "copy_from": "fi"}
        client.post(address("language_add", email), typed(email, **fields))
        email.refresh_from_db()
        assert email.variants["sv"]["subject"] == "Kirje"
        assert email.variants["sv"]["blocks"][0]["html"] == "<p>Terve</p>"

    def test_a_copy_has_blocks_of_its_own(self, client, email):
        fields = {"new_language": "sv", "copy_from": "fi"}
        client.post(address("language_add", email), typed(email, **fields))
        email.refresh_from_db()
        assert email.variants["sv"]["blocks"][0]["id"] != "finn"

    def test_what_was_typed_is_copied_and_saved(self, client, email):
        fields = {"new_language": "sv", "copy_from": "", "subject": "New words"}
        client.post(address("language_add", email), typed(email, **fields))
        email.refresh_from_db()
        assert email.variants["sv"]["subject"] == email.subject == "New words"

    @pytest.mark.parametrize("code", ["fi", "nonsense", ""])
    def test_a_language_that_is_there_or_none_is_not_added(self, client, email, code):
        posted = typed(email, new_language=code)
        assert client.post(address("language_add", email), posted).status_code == 404

    def test_the_tab_of_a_language_shows_its_words(self, client, email):
        page = client.get(address("content", email), {"language": "fi"})
        assert 'value="Kirje"' in page.content.decode()

    def test_what_is_typed_there_changes_that_language_alone(self, client, email):
        client.post(address("content", email), in_finnish(email, subject="Uusi"))
        email.refresh_from_db()
        assert (email.subject, email.variants["fi"]["subject"]) == ("Letter", "Uusi")

    def test_a_save_by_itself_does_the_same(self, client, email):
        client.post(address("autosave", email), in_finnish(email, subject="Uusi"))
        email.refresh_from_db()
        assert (email.subject, email.variants["fi"]["subject"]) == ("Letter", "Uusi")

    def test_a_block_is_added_there(self, client, email):
        client.post(address("block_add", email), in_finnish(email, kind="divider"))
        email.refresh_from_db()
        assert [one["kind"] for one in email.variants["fi"]["blocks"]] == [
            "text",
            "divider",
        ]
        assert len(email.blocks) == 1

    def test_another_tab_is_reached_with_everything_saved(self, client, email):
        posted = in_finnish(email, subject="Uusi", to="")
        response = client.post(address("content", email), posted)
        email.refresh_from_db()
        assert response.url == address("content", email)
        assert email.variants["fi"]["subject"] == "Uusi"

    def test_a_language_is_removed_and_undo_brings_it_back(self, client, email):
        client.post(address("language_remove", email), in_finnish(email))
        email.refresh_from_db()
        assert email.variants == {}
        client.post(address("undo", email), typed(email))
        email.refresh_from_db()
        assert email.variants["fi"]["subject"] == "Kirje"

    def test_who_was_quicker_is_told_in_that_language(self, client, email):
        posted = in_finnish(email, subject="Mine")
        client.post(address("content", email), in_finnish(email, subject="Theirs"))
        page = client.post(address("content", email), posted)
        assert page.status_code == 409
        assert "Theirs" in page.content.decode()
        assert "Mine" in page.content.decode()

    def test_the_versions_say_what_changed_in_which_language(self, client, email):
        client.post(address("content", email), in_finnish(email, subject="Uusi"))
        page = client.get(address("versions", email)).content.decode()
        assert "Finnish: Subject" in page

    @pytest.mark.parametrize("name", ["language_add", "language_remove"])
    def test_an_outsider_has_to_sign_in(self, outsider_client, email, name):
        assert outsider_client.post(address(name, email)).status_code == 302

    @pytest.mark.parametrize("name", ["language_add", "language_remove"])
    def test_nothing_is_done_by_looking(self, client, email, name):
        assert client.get(address(name, email)).status_code == 405

    def test_another_language_voids_an_approval(self, email):
        before = email.revision
        MarketingEmail.objects.update(variants={})
        email.refresh_from_db()
        assert email.revision > before

    def test_a_copy_of_the_email_has_its_languages(self, email):
        assert email.duplicate(UserFactory()).variants == email.variants

    def test_a_template_keeps_what_the_email_itself_says(self, email):
        template = EmailTemplate(name="Letters")
        template.take(email, UserFactory())
        assert template.subject == "Letter"


class TestChecks:
    def test_name_the_language(self, email):
        email.variants["fi"]["subject"] = ""
        assert "Finnish: Write a subject." in readiness.obstacles(email)

    def test_tell_what_is_wrong_with_all_of_them_once(self, email):
        email.from_name = ""
        sentence = "Say who writes: the sender's name is empty."
        found = [one for one in readiness.obstacles(email) if sentence in one]
        assert found == [sentence]

    def test_count_only_who_reads_the_token(self, email):
        email.variants["fi"]["blocks"] = [text("finn", "Terve {{ first_name }}")]
        (found,) = missing.missing_values(email)
        assert found.people == 1


class TestTheReview:
    def test_counts_the_readers_of_each(self, client, email):
        rows = {row["label"]: row["count"] for row in shares.by_language(email)}
        assert rows == {"Everybody else": 2, "Finnish": 2}
        page = client.get(address("review", email)).content.decode()
        assert "In which language" in page

    def test_counts_a_block_among_the_readers_of_its_language(self, email):
        blocks = [text("a", "Terve"), text("b", "Nimi", only=NAMED)]
        email.variants["fi"]["blocks"] = blocks
        (row,) = shares.shares(email)
        assert row["count"] == 1
        assert "in Finnish" in row["label"]

    def test_refuses_to_send_nothing_to_readers_of_one(self, email):
        email.variants["fi"]["blocks"] = [text("b", "Nimi", only=NAMED)]
        (sentence,) = shares.left_with_nothing(email)
        assert sentence.startswith("1 person")


class TestThePreview:
    def test_of_a_contact_is_in_her_language(self, email, people):
        pages = [preview.preview(email, contact_id=one.pk) for one in people]
        assert ["Terve" in page for page in pages] == [True, True, False, False]

    def test_of_the_editor_is_in_the_language_of_its_tab(self, client, email, people):
        query = {"language": "", "as": people[0].pk}
        page = client.get(address("preview", email), query).content.decode()
        assert "Hello" in page


def test_a_test_is_sent_in_the_chosen_language(client, email):
    posted = {"address": "me@brand.example", "language": "fi"}
    client.post(address("test", email), posted)
    assert Message.objects.get(channel=Channel.TEST).subject == "Kirje"


def test_a_language_of_nowhere_is_none(client, email):
    query = {"language": '"><mj-raw>'}
    page = client.get(address("preview", email), query).content.decode()
    assert '<html lang="en"' in page


class TestSent:
    @pytest.fixture
    def sent(self, email):
        launching.prepare(start(email, UserFactory()))
        email.refresh_from_db()
        return email

    def test_each_reader_has_her_language(self, sent, people):
        rows = Delivery.objects.filter(message=sent.message)
        found = dict(rows.values_list("contact_id", "language"))
        assert [found[one.pk] for one in people] == ["fi", "fi", "", ""]

    def test_the_report_tells_them_apart_and_adds_up(self, client, sent):
        Delivery.objects.update(state="delivered", started_at="2026-01-01T00:00Z")
        rows = {row["name"]: row["delivered"] for row in report.by_language(sent)}
        assert rows == {"Everybody else": 2, "Finnish": 2}
        assert sum(rows.values()) == report.tally(sent)["delivered"]
        page = client.get(address("detail", sent)).content.decode()
        assert "By language" in page

    def test_an_email_in_one_language_has_no_such_table(self, client, email):
        MarketingEmail.objects.update(variants={})
        email.refresh_from_db()
        launching.prepare(start(email, UserFactory()))
        page = client.get(address("detail", email)).content.decode()
        assert "By language" not in page
