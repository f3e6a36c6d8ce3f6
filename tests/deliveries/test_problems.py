import pytest
from django.utils import timezone

from campaigns import markup
from deliveries.problems import BLOCK, WARN, problems
from deliveries.rendering import compile_message
from tests.factories import BrandFactory, MessageFactory, SubscriptionTypeFactory

pytestmark = pytest.mark.django_db


def heading(text):
    return {"id": "h", "kind": "heading", "text": text}


def found(message, level=BLOCK, **options):
    return [p.sentence for p in problems(message, **options) if p.level == level]


def test_a_good_mail_has_none():
    assert problems(MessageFactory(), confirm_required=True) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hi {{ first_name", "cut"),
        ("Hi {{ first name }}", "cut"),
        ("Hi first_name }}", "cut"),
        ("Hi {{ shoe_size }}", "shoe_size"),
    ],
)
@pytest.mark.parametrize(
    "place", ["subject", "preview_text", "heading", "text", "label"]
)
def test_a_bad_token_blocks_wherever_it_stands(text, words, place):
    message = MessageFactory()
    blocks = {
        "heading": [heading(text)],
        "text": [{"id": "t", "kind": "text", "html": f"<p>{text}</p>"}],
        "label": [{"id": "c", "kind": "confirm", "label": text, "url": ""}],
    }
    message.blocks = blocks.get(place, message.blocks)
    if place in ("subject", "preview_text"):
        setattr(message, place, text)
    (sentence,) = found(message)
    assert words in sentence


def test_a_token_that_markup_cuts_in_two_blocks():
    message = MessageFactory()
    html = "<p>Hi {{ <strong>first_name</strong> }}</p>"
    message.blocks = [{"id": "t", "kind": "text", "html": html}]
    assert "cut" in found(message)[0]


def test_a_custom_property_may_be_used():
    message = MessageFactory(blocks=[heading("{{ shoe_size | 40 }}")])
    assert found(message, properties=["shoe_size"]) == []


def test_a_reengagement_email_needs_exactly_one_confirm_button():
    message = MessageFactory()
    confirm = message.blocks[-1]
    message.blocks = [heading("x")]
    assert found(message) == []
    assert "confirm" in found(message, confirm_required=True)[0]
    message.blocks = [confirm, confirm | {"id": "d"}]
    (problem,) = problems(message)
    assert problem.block_id == "d"


def test_a_confirm_button_to_the_preference_page_is_warned_about():
    message = MessageFactory()
    message.blocks[-1]["url"] = "https://brand.example/manage-preferences"
    assert found(message) == []
    assert "preference page" in found(message, WARN)[0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"subject": " "}, "subject"),
        ({"subject": "Re: our talk"}, "answer"),
        ({"from_name": ""}, "sender"),
        ({"from_email": "nobody"}, "sender's address"),
        ({"blocks": []}, "empty"),
        ({"blocks": [{"id": "x", "kind": "video"}]}, "cannot be read"),
        ({"blocks": [{"id": "x", "kind": "text", "html": "<p> </p>"}]}, "empty"),
        ({"blocks": [{"id": "x", "kind": "button", "label": "a"}]}, "nowhere"),
        (
            {"blocks": [{"id": "x", "kind": "button", "label": "a", "url": "b"}]},
            "not a web address",
        ),
        ({"blocks": [{"id": "x", "kind": "image", "url": "", "alt": "a"}]}, "https"),
    ],
)
def test_what_is_missing_is_told(changes, words):
    (sentence,) = found(MessageFactory(**changes))
    assert words in sentence


@pytest.mark.parametrize("url", ["brand.example", "javascript:x()", "//b.example"])
@pytest.mark.parametrize(
    "block",
    [
        {"kind": "button", "label": "a", "url": "URL"},
        {"kind": "confirm", "label": "a", "url": "URL"},
        {"kind": "image", "url": "https://a.example/i.png", "alt": "a", "href": "URL"},
        {"kind": "columns", "left_label": "a", "left_href": "URL"},
        {"kind": "social", "instagram": "URL"},
        {"kind": "html", "html": '<a href="URL">a</a>'},
        {"kind": "text", "html": '<p><a href="URL">a</a></p>'},
    ],
    ids=lambda block: block["kind"],
)
def test_a_link_that_leads_nowhere_is_told_or_taken_out(block, url):
    written = {name: value.replace("URL", url) for name, value in block.items()}
    message = MessageFactory(blocks=[{"id": "x", **written}])
    compile_message(message)
    assert any(url in one for one in found(message)) or f'"{url}"' not in message.html


@pytest.mark.parametrize("target", ["brand.example", "/shop", "ftp://b.example/x"])
def test_a_link_that_became_none_is_told(target):
    written = f"See [our shop]({target}) today"
    message = MessageFactory(
        blocks=[{"id": "x", "kind": "text", "html": markup.to_html(written)}]
    )
    (sentence,) = found(message)
    assert sentence.startswith(f"“[our shop]({target})” stays as it is written.")


@pytest.mark.parametrize("target", ["https://b.example", "mailto:a@b.example", "tel:1"])
def test_a_link_that_became_one_is_fine(target):
    block = {"id": "x", "kind": "text", "html": markup.to_html(f"[here now]({target})")}
    assert found(MessageFactory(blocks=[block])) == []


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ({"kind": "columns"}, "The columns are empty."),
        ({"kind": "social"}, "The social links are empty. Give at least one address."),
        ({"kind": "html", "html": " "}, "The HTML is empty."),
    ],
    ids=lambda one: one["kind"] if isinstance(one, dict) else "",
)
def test_an_empty_block_is_told(block, words):
    assert found(MessageFactory(blocks=[{"id": "x", **block}])) == [words]


def test_a_brand_without_a_postal_address_cannot_send():
    kind = SubscriptionTypeFactory(brand=BrandFactory(postal_address=" "))
    assert "postal address" in found(MessageFactory(subscription_type=kind))[0]


def test_an_archived_subscription_cannot_be_sent_to():
    kind = SubscriptionTypeFactory(archived_at=timezone.now())
    assert "archived" in found(MessageFactory(subscription_type=kind))[0]


def test_what_gmail_would_cut_is_refused():
    html = "<p>" + "long " * 25_000 + "</p>"
    message = MessageFactory(blocks=[{"id": "t", "kind": "text", "html": html}])
    assert "102 kB" in found(message)[0]


def test_a_picture_without_words_and_a_long_subject_are_warned_about():
    picture = {"id": "p", "kind": "image", "url": "https://a.example/i.png"}
    message = MessageFactory(subject="x" * 90, preview_text="", blocks=[picture])
    assert found(message) == []
    assert len(found(message, WARN)) == 4
