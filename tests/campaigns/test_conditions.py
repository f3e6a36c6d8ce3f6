"""Blocks for some people only: written, checked, counted, shown and sent."""

import pytest
from django.urls import reverse

from campaigns import launching, missing, preview, readiness, shares
from campaigns.conditions import Names
from campaigns.models import MarketingEmail
from deliveries.models import Delivery
from segments.models import Segment, SegmentUse
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


@pytest.fixture
def kind():
    return SubscriptionTypeFactory()


@pytest.fixture
def people(kind):
    """Ada and Grace, who are in the segment, and one without a name, who is not."""
    found = [ContactFactory(first_name=name) for name in ("Ada", "Grace", "")]
    for one in found:
        agree(one, kind)
    return found


@pytest.fixture
def vip(people):
    segment = make_segment(*people[:2])
    Segment.objects.filter(pk=segment.pk).update(name="VIP")
    segment.refresh_from_db()
    return segment


@pytest.fixture
def only(vip):
    return {"field": "segment", "operator": "member", "values": [str(vip.pk)]}


def text(block_id, words, **more):
    return {"id": block_id, "kind": "text", "html": f"<p>{words}</p>", **more}


@pytest.fixture
def email(kind, people, only):
    draft = MarketingEmailFactory(
        subscription_type=kind,
        blocks=[text("all", "For all"), text("some", "For few", only=only)],
    )
    draft.choose([make_segment(*people)], [])
    draft.note_conditions()
    return draft


def written(email, *blocks):
    MarketingEmail.objects.filter(pk=email.pk).update(blocks=list(blocks))
    email.refresh_from_db()
    return email


def post(client, email, operator, name):
    fields = {"block-some-only": operator, "block-some-only_name": name}
    return client.post(address("content", email), typed(email, **fields))


class TestWriting:
    @pytest.mark.parametrize("operator", ["member", "not_member"])
    def test_a_segment_is_chosen_by_its_name(self, client, email, vip, operator):
        post(client, email, operator, " vip ")
        email.refresh_from_db()
        values = [str(vip.pk)]
        rule = {"field": "segment", "operator": operator, "values": values}
        assert email.blocks[1]["only"] == rule

    @pytest.mark.parametrize("operator", ["known", "unknown"])
    def test_a_field_is_chosen_by_its_label(self, client, email, operator):
        post(client, email, operator, "First name")
        email.refresh_from_db()
        rule = {"field": "first_name", "operator": operator}
        assert email.blocks[1]["only"] == rule

    def test_everybody_takes_the_condition_away(self, client, email):
        post(client, email, "", "VIP")
        email.refresh_from_db()
        assert "only" not in email.blocks[1]

    def test_what_is_half_written_is_kept(self, client, email):
        post(client, email, "member", "VI")
        page = client.get(address("content", email)).content.decode()
        assert 'value="VI"' in page

    def test_what_is_half_written_keeps_the_email_from_being_sent(self, client, email):
        post(client, email, "member", "VI")
        email.refresh_from_db()
        sentence = "Choose who gets this block: “VI” is no segment that there is."
        assert sentence in readiness.obstacles(email)

    def test_the_list_says_which_block_is_for_whom(self, client, email):
        page = client.get(address("content", email)).content.decode()
        assert '<small class="blk-only">Only in “VIP”</small>' in page

    def test_a_save_by_itself_tells_the_list(self, client, email):
        fields = {"block-some-only": "unknown", "block-some-only_name": "City"}
        answer = client.post(address("autosave", email), typed(email, **fields))
        words = answer.json()["conditions"]["block-some"]
        assert words == "Only without a value for City"

    def test_undo_brings_the_condition_back(self, client, email, only):
        post(client, email, "", "")
        email.refresh_from_db()
        client.post(address("undo", email), typed(email))
        email.refresh_from_db()
        assert email.blocks[1]["only"] == only

    def test_the_confirm_button_of_a_reengagement_email_is_for_everybody(self, email):
        button = {"id": "yes", "kind": "confirm", "label": "Yes", "url": ""}
        written(email, text("all", "Hello"), {**button, "only": NAMED})
        MarketingEmail.objects.update(kind="reengagement")
        email.refresh_from_db()
        sentence = "The confirm button is for everybody: take its condition away."
        assert sentence in readiness.obstacles(email)


class TestTheSegment:
    def test_is_used_by_the_email(self, email, vip):
        labels = [use.label for use in vip.uses.all()]
        assert labels == [f"Blocks of email “{email.name}”"]

    def test_cannot_be_deleted_meanwhile(self, email, vip):
        assert vip.discard()
        assert Segment.objects.filter(pk=vip.pk).exists()

    def test_is_free_when_the_condition_is_gone(self, client, email, vip):
        post(client, email, "", "")
        assert not vip.uses.exists()

    def test_is_used_by_a_copy_as_well(self, email, vip):
        email.duplicate(UserFactory())
        assert vip.uses.count() == 2

    def test_is_free_when_the_email_is_discarded(self, email, vip):
        email.discard()
        assert not vip.uses.exists()

    def test_with_other_rules_voids_an_approval(self, email, vip):
        before = email.revision
        Segment.objects.filter(pk=vip.pk).update(rules={"match": "all", "rules": []})
        email.refresh_from_db()
        assert email.revision > before

    def test_deleted_all_the_same_shows_its_block_to_nobody(self, email, vip, people):
        SegmentUse.objects.all().delete()
        vip.delete()
        page = preview.preview(email, contact_id=people[0].pk)
        assert "For few" not in page


class TestThePreview:
    @pytest.mark.parametrize("view", ["", "text"])
    def test_of_a_contact_shows_what_she_gets(self, email, people, view):
        shown = [
            "For few" in preview.preview(email, contact_id=one.pk, view=view)
            for one in people
        ]
        assert shown == [True, True, False]

    def test_of_nobody_shows_every_block(self, email):
        assert "For few" in preview.preview(email, contact_id=None)

    def test_of_a_sent_email_shows_what_she_got(self, email, vip, people):
        launching.prepare(start(email, UserFactory()))
        vip.remove(type(people[0]).objects.filter(pk=people[0].pk))
        email.refresh_from_db()
        assert "For few" in preview.preview(email, contact_id=people[0].pk)


class TestTheReview:
    def test_says_how_many_get_which_block(self, client, email):
        (row,) = shares.shares(email)
        assert (row["label"], row["count"]) == ("Text “For few” – Only in “VIP”", 2)
        page = client.get(address("review", email)).content.decode()
        assert row["label"] in page

    def test_counts_only_who_gets_the_email(self, email, people):
        people[0].delete()
        (row,) = shares.shares(email)
        assert row["count"] == 1

    def test_refuses_to_send_somebody_nothing(self, email, only):
        written(email, text("some", "For few", only=only))
        (sentence,) = shares.left_with_nothing(email)
        assert sentence.startswith("1 person would get an email without a single block")

    def test_takes_two_blocks_between_which_everybody_is(self, email, only):
        others = {**only, "operator": "not_member"}
        written(email, text("a", "In", only=only), text("b", "Out", only=others))
        assert shares.left_with_nothing(email) == []

    def test_asks_for_no_fallback_of_who_does_not_read_the_token(self, email):
        written(email, text("a", "Hello"), text("b", "{{ first_name }}", only=NAMED))
        assert missing.missing_values(email) == []

    def test_asks_for_the_fallback_of_who_does(self, email):
        token = "{{ first_name }}"
        written(email, text("a", token), text("b", token, only=NAMED))
        (found,) = missing.missing_values(email)
        assert found.people == 1

    def test_of_an_email_for_all_has_no_such_list(self, client, email):
        written(email, text("all", "For all"))
        page = client.get(address("review", email)).content.decode()
        assert "Blocks for some people only" not in page


def test_what_each_gets_is_decided_once_for_all(email, people):
    launching.prepare(start(email, UserFactory()))
    shown = Delivery.objects.filter(message__group=f"email:{email.pk}")
    rows = dict(shown.values_list("contact_id", "shown"))
    assert [rows[one.pk] for one in people] == [1, 1, 0]


def test_an_email_for_all_keeps_nothing_of_the_kind(email, people):
    written(email, text("all", "For all"))
    launching.prepare(start(email, UserFactory()))
    assert set(Delivery.objects.values_list("shown", flat=True)) == {None}


def test_a_condition_is_told_by_the_present_name(email, vip, only):
    Segment.objects.filter(pk=vip.pk).update(name="Gold")
    assert Names().words(only) == "Only in “Gold”"


def test_the_editor_reads_the_names_once_for_all_blocks(
    client, email, only, django_assert_max_num_queries
):
    blocks = [text(f"b{n}", f"Words {n}", only=only) for n in range(30)]
    written(email, *blocks)
    url = reverse("campaigns:content", args=[email.pk])
    with django_assert_max_num_queries(40):
        client.get(url)
