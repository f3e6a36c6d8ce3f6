"""Blocks that only some readers get: pieces of the compiled mail, cut per reader."""

import email

import pytest
from django.db.models import BigIntegerField, Case, Value, When
from django.utils import timezone

from contacts.models import Contact
from deliveries import audience, blocks, layout, optional, sending
from deliveries.dkim import relaxed_body
from deliveries.rendering import Compiled, Recipient, compile_message, render
from tests.factories import ContactFactory, MessageFactory, agree

VIP = {"field": "segment", "operator": "member", "values": ["7"]}
NAMED = {"field": "first_name", "operator": "known"}
FOOTER = layout.Footer("Brand", "Street 1", "because")
LINKED = {"kind": "button", "label": "Look", "url": "https://brand.example/vip"}


def text(words, **more):
    return {"id": words.lower(), "kind": "text", "html": f"<p>{words}</p>", **more}


MAIL = [
    text("All"),
    {"id": "b", **LINKED, "only": VIP},
    text("Named", only=NAMED),
    {"id": "h", "kind": "html", "html": "<p>Handmade</p>", "only": VIP},
    {"id": "c", "kind": "columns", "left_html": "<p>Side</p>", "only": VIP},
    {"id": "f", "kind": "footer", "text": "Small print", "only": NAMED},
]
WORDS = {
    0b00: {"All"},
    0b01: {"All", "Look", "Handmade", "Side"},
    0b10: {"All", "Named", "Small print"},
    0b11: {"All", "Look", "Handmade", "Side", "Named", "Small print"},
}
EVERY = WORDS[0b11]


def document(found, shown):
    body = blocks.build(found)
    return optional.cut(layout.as_html("Subject", "", body, FOOTER), shown)


def plain(found, shown):
    return optional.cut(layout.as_text(blocks.build(found), FOOTER), shown)


def test_equal_conditions_have_one_place():
    assert optional.conditions(MAIL) == [VIP, NAMED]


@pytest.mark.parametrize("made", [document, plain])
@pytest.mark.parametrize("shown", WORDS)
def test_a_reader_gets_the_blocks_whose_condition_holds(made, shown):
    words = made(MAIL, shown)
    assert {one for one in EVERY if one in words} == WORDS[shown]


@pytest.mark.parametrize("made", [document, plain])
def test_who_is_nobody_in_particular_gets_every_block(made):
    words = made(MAIL, None)
    assert {one for one in EVERY if one in words} == EVERY


@pytest.mark.parametrize("shown", [*WORDS, None])
def test_no_mark_is_left(shown):
    assert "[~when" not in document(MAIL, shown) + plain(MAIL, shown)


@pytest.mark.parametrize("made", [document, plain])
def test_without_its_conditions_it_is_the_mail_of_who_gets_everything(made):
    bare = [{name: one[name] for name in one if name != "only"} for one in MAIL[:4]]
    assert made(MAIL[:4], 0b11) == made(bare, None)


@pytest.mark.parametrize("shown", [0b00, 0b01])
def test_the_tables_of_the_document_stay_whole(shown):
    found = document(MAIL, shown)
    assert found.count("<table") == found.count("</table>")


def test_the_card_keeps_its_edge_where_its_first_columns_are_left_out():
    assert "padding:20px 0 0px" in document([MAIL[4], MAIL[0]], 0b00)


def test_two_blocks_left_out_leave_no_empty_lines_in_the_plain_text():
    assert plain(MAIL, 0b00).startswith("All\n\n-- \n")


def test_what_an_author_types_is_no_mark():
    words = plain([text("[~when:0:~] typed [~end:0:~]", only={}), MAIL[1]], 0b00)
    assert "typed" in words


@pytest.mark.django_db
class TestTheBytes:
    @pytest.fixture
    def compiled(self):
        message = MessageFactory(blocks=MAIL)
        compile_message(message)
        return Compiled.of(message)

    @staticmethod
    def mail(compiled, shown):
        reader = Recipient(
            message_id=compiled.message_id,
            delivery_id=1,
            address_id=1,
            deliver_to="ada@people.example",
            queued_at=timezone.now(),
            values={},
            shown=shown,
        )
        return email.message_from_bytes(render(compiled, reader, now=timezone.now()))

    @pytest.mark.parametrize("shown", WORDS)
    def test_both_parts_say_what_the_reader_gets(self, compiled, shown):
        for part in self.mail(compiled, shown).get_payload():
            words = part.get_payload(decode=True).decode()
            assert {one for one in EVERY if one in words} == WORDS[shown]

    def test_links_of_blocks_left_out_are_not_signed(self, compiled):
        few, all_of_it = compiled.body_for(0b00), compiled.body_for(0b01)
        kinds = [slot.kind for slot in few.slots]
        assert "link" not in kinds
        assert "link" in [slot.kind for slot in all_of_it.slots]

    @pytest.mark.parametrize("shown", WORDS)
    def test_what_is_signed_is_what_is_sent(self, compiled, shown):
        skeleton = compiled.body_for(shown)
        body = skeleton.filled(["words"] * len(skeleton.slots))
        assert body.relaxed == relaxed_body(b"".join(body.pieces))

    def test_the_body_is_made_once_for_those_who_get_the_same(self, compiled):
        assert compiled.body_for(0b01) is compiled.body_for(0b01)

    def test_the_bodies_share_their_octets(self, compiled):
        mine = {id(one) for one in compiled.body.octets}
        assert {id(one) for one in compiled.body_for(0b10).octets} <= mine


@pytest.mark.django_db
def test_what_each_gets_is_kept_with_her_mail_and_sent(sink):
    message = MessageFactory(blocks=MAIL)
    for name in ("Ada", ""):
        agree(ContactFactory(first_name=name), message.subscription_type)
    everybody = Contact.objects.order_by("pk")
    ada = everybody[0]
    gets = Case(
        When(first_name="Ada", then=Value(0b10)),
        default=Value(0b00),
        output_field=BigIntegerField(),
    )
    audience.fix(message, everybody.annotate(gets=gets))
    sending.send_due()
    named = {one.rcpt_to for one in sink.received if b"Named" in one.content}
    assert named == {ada.email}
