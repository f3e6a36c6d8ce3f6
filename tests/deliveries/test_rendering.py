import datetime as dt
import email
import email.policy
import re

import pytest
from django.conf import settings

from contacts.models import Contact
from deliveries import mime, previews, rendering, tokens
from deliveries.models import Channel, LinkKind
from deliveries.personalization import as_words, fill, slotted
from deliveries.rendering import Compiled, Recipient, compile_message, render
from tests.factories import MessageFactory

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 22, 9, 15, 2, tzinfo=dt.UTC)
NASTY = "Évil\r\nBcc: all@victims.example\r\n\r\n<script>alert(1)</script>"


def text_block(html):
    return {"id": "t", "kind": "text", "html": html}


def recipient(message, **changes):
    values = {
        "message_id": message.pk,
        "delivery_id": 7,
        "address_id": 9,
        "deliver_to": "Anna@customer.example",
        "queued_at": NOW,
        "values": {"first_name": "Anna"},
        "since": dt.date(2022, 5, 3),
    }
    return Recipient(**(values | changes))


def written(message, **changes):
    """The octets for one recipient, and the parsed mail."""
    compile_message(message)
    octets = render(Compiled.of(message), recipient(message, **changes), now=NOW)
    return octets, email.message_from_bytes(octets, policy=email.policy.default)


def parts(mail):
    return {
        part.get_content_subtype(): part.get_content()
        for part in mail.walk()
        if part.get_content_maintype() == "text"
    }


def test_the_headers_are_those_that_mailbox_providers_ask_for():
    message = MessageFactory(reply_to="hello@brand.example")
    _, mail = written(message)
    assert mail["From"] == "Example Oy <news@brand.example>"
    assert mail["Reply-To"].addresses[0].addr_spec == "hello@brand.example"
    assert mail["To"].addresses[0].addr_spec == "Anna@customer.example"
    assert mail["Subject"] == "Do you still want our newsletter?"
    assert mail["Date"] == "Sun, 22 Nov 2026 09:15:02 +0000"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    kind = message.subscription_type
    assert mail["List-Id"].endswith(f"<{kind.slug}.{kind.brand.slug}.brand.example>")
    assert mail["Feedback-ID"].count(":") == 3
    assert 5 <= len(mail["Feedback-ID"].rpartition(":")[2]) <= 15
    assert mail["Message-ID"].endswith("@brand.example>")
    assert len(mail.keys()) == len(set(mail.keys()))


def test_the_way_out_is_a_signed_https_link_and_an_address(settings):
    message = MessageFactory()
    _, mail = written(message)
    url, mailto = re.fullmatch(
        r"<([^>]+)>,\s+<mailto:([^>]+)>", mail["List-Unsubscribe"]
    ).groups()
    token = tokens.read(url.rpartition("/")[2], tokens.Purpose.UNSUBSCRIBE)
    assert token.address_id == 9
    assert token.extra == message.subscription_type_id
    assert url.startswith(settings.BASE_URL + "/u/")
    assert mailto.endswith(f"@{settings.BOUNCE_DOMAIN}?subject=unsubscribe")
    assert url in parts(mail)["plain"]
    assert url in parts(mail)["html"]


def test_the_return_path_tells_which_mail_came_back(settings):
    path = rendering.return_path(recipient(MessageFactory()))
    local, domain = path.split("@")
    assert domain == settings.BOUNCE_DOMAIN
    assert len(local) <= 64
    assert tokens.read(local[2:], tokens.Purpose.RETURN_PATH).delivery_id == 7


def test_the_message_id_stays_the_same_when_it_is_tried_again():
    message = MessageFactory()
    compile_message(message)
    compiled = Compiled.of(message)
    later = NOW + dt.timedelta(hours=3)
    first, second = (
        email.message_from_bytes(render(compiled, recipient(message), now=moment))
        for moment in (NOW, later)
    )
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Date"] != second["Date"]


def test_a_value_can_smuggle_neither_headers_nor_markup():
    message = MessageFactory(subject="Dear {{ first_name }}")
    _, mail = written(message, values={"first_name": NASTY})
    assert mail["Bcc"] is None
    assert mail["Subject"].startswith("Dear Évil Bcc:")
    assert "<script>" not in parts(mail)["html"]
    assert "&lt;script&gt;" in parts(mail)["html"]


def test_a_sender_name_with_special_characters_stays_one_sender():
    message = MessageFactory(from_name='Oy, "Ex" <b@c.example>\n')
    _, mail = written(message)
    (sender,) = mail["From"].addresses
    assert sender.addr_spec == "news@brand.example"
    assert sender.display_name == 'Oy, "Ex" <b@c.example>'


def test_words_beyond_ascii_survive():
    subject = "Haluatko yhä uutiskirjeemme? " * 5 + "😀"
    message = MessageFactory(subject=subject, from_name="Äänekosken Yhtiö 😀")
    octets, mail = written(message, values={"first_name": "Żółć"})
    assert mail["Subject"] == subject
    assert mail["From"].addresses[0].display_name == "Äänekosken Yhtiö 😀"
    assert "Hello Żółć" in parts(mail)["html"]
    assert octets.partition(b"\r\n\r\n")[0].isascii()


def test_every_line_is_short_and_ends_in_crlf():
    long = "word " * 4_000 + "x" * 3_000
    message = MessageFactory(blocks=[text_block(f"<p>{long}</p>.\n.\n")])
    octets, mail = written(message, values={"first_name": "y" * 500})
    body = octets.partition(b"\r\n\r\n")[2]
    assert b"\n" not in octets.replace(b"\r\n", b"")
    assert b"\r" not in octets.replace(b"\r\n", b"")
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert max(map(len, octets.split(b"\r\n"))) <= mime.MAX_LINE
    assert "x" * 3_000 in parts(mail)["html"]


def test_both_parts_say_the_same():
    message = MessageFactory(
        blocks=[
            {"id": "1", "kind": "heading", "text": "News & more", "level": 2},
            text_block(
                '<p>One <strong>two</strong><br>three <a href="https://a.example/?a=1'
                '&amp;b=2">site</a></p><ul><li>x</li><li>y</li></ul>'
            ),
            {
                "id": "3",
                "kind": "button",
                "label": "Read",
                "url": "https://b.example/",
            },
            {
                "id": "4",
                "kind": "image",
                "url": "https://c.example/i.png",
                "alt": 'Our "house"',
                "href": "https://d.example/",
            },
            {"id": "5", "kind": "divider"},
            {"id": "6", "kind": "nonsense"},
        ]
    )
    _, mail = written(message)
    plain, html = parts(mail)["plain"], parts(mail)["html"]
    for words in ("One", "two", "three", "Read", "Example Oy", "00100 Helsinki"):
        assert words in plain
        assert words in html
    assert "News & more" in plain
    assert "News &amp; more" in html
    assert "- x\n- y" in plain.replace("\r\n", "\n")
    assert "because you agreed to" in plain
    assert "on 3 May 2022." in plain
    assert "&quot;house&quot;" in html
    assert [link.url for link in message.links.order_by("position")] == [
        "https://a.example/?a=1&b=2",
        "https://b.example/",
        "https://d.example/",
    ]


def test_nothing_is_loaded_from_third_parties():
    _, mail = written(MessageFactory())
    loaded = re.findall(r"<link|@import|src=.(http[^\"']*)", parts(mail)["html"])
    assert all(url.startswith(settings.BASE_URL) for url in loaded)


def test_a_tracked_link_is_a_token_that_names_its_position(settings):
    message = MessageFactory()
    _, mail = written(message)
    html = parts(mail)["html"]
    found = re.search(re.escape(settings.BASE_URL) + r"/c/([^\"]+)\"", html)
    token = tokens.read(found[1], tokens.Purpose.CLICK)
    link = message.links.get()
    assert (token.delivery_id, token.extra) == (7, link.position)
    assert link.kind == LinkKind.CONFIRM


def test_links_stay_plain_where_clicks_are_not_tracked_but_the_confirm_button_works():
    message = MessageFactory(click_tracked=False)
    message.blocks += [text_block('<p><a href="https://a.example/x">x</a></p>')]
    _, mail = written(message)
    html = parts(mail)["html"]
    assert "https://a.example/x" in html
    assert html.count("/c/") == 1


@pytest.mark.parametrize("tracked", [True, False])
def test_the_picture_that_counts_opens_is_there_only_when_opens_are_tracked(tracked):
    _, mail = written(MessageFactory(open_tracked=tracked))
    assert ("/o/" in parts(mail)["html"]) is tracked


def test_a_service_mail_has_no_list_headers_but_says_who_writes():
    _, mail = written(MessageFactory(channel=Channel.SERVICE))
    assert mail["List-Unsubscribe"] is None
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "1 Example Street" in parts(mail)["plain"]
    assert "nsubscribe" not in parts(mail)["plain"]


def test_tokens_take_the_value_or_else_the_fallback():
    compiled = slotted("Hi {{ first_name | there & you }} of {{company}}!")
    assert fill(compiled, {"first_name": "Ada"}) == "Hi Ada of !"
    assert fill(compiled, {"company": "X"}) == "Hi there & you of X!"


def test_an_author_cannot_write_what_looks_like_a_slot():
    message = MessageFactory(blocks=[text_block("<p>[~unsubscribe::~]</p>")])
    _, mail = written(message)
    assert "~unsubscribe::~]" in parts(mail)["plain"]
    assert parts(mail)["plain"].count("/u/") == 1


def test_hostile_markup_is_removed_from_text_blocks():
    message = MessageFactory(
        blocks=[
            text_block(
                '<p onclick="x()">A<script>b</script><a href="javascript:c">d</a>'
                "<img src=x onerror=e></p></mj-text><mj-raw>f</mj-raw>"
            )
        ]
    )
    _, mail = written(message)
    html = parts(mail)["html"]
    for bad in ("onclick", "<script", "javascript:", "onerror", "mj-raw"):
        assert bad not in html


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, ""),
        (True, "Yes"),
        (False, "No"),
        (3.5, "3.5"),
        (["a", "b"], "a, b"),
        ("2026-11-02", "2 November 2026"),
        (" x ", "x"),
    ],
)
def test_values_become_words(value, words):
    assert as_words(value) == words


def test_the_preview_shows_one_person_and_no_live_link():
    message = MessageFactory(
        blocks=[{"id": "h", "kind": "heading", "text": "{{ first_name }} {{ size }}"}]
    )
    ada = Contact(first_name="<Ada>", properties={"4": 7})
    seen = previews.preview_html(message, previews.Reader(ada, {"size": "4"}))
    assert "&lt;Ada&gt; 7" in seen
    assert "/u/" not in seen
    assert "#unsubscribe" in seen
    assert "[first_name] [size]" in previews.preview_html(message, previews.Reader())


def test_any_text_comes_out_of_quoted_printable_as_it_went_in():
    for text in ("", " ", "a ", ".", "=", "x" * 300, "ä" * 200, "a\n.\nb \n", "\tq\t"):
        encoded = mime.quoted_printable(text) + mime.SOFT
        assert all(len(line) <= 76 for line in encoded.split(b"\r\n"))
        raw = b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + encoded
        decoded = email.message_from_bytes(raw).get_payload(decode=True)
        assert decoded.replace(b"\r\n", b"\n").decode() == text


def test_a_mail_loads_nothing_from_third_parties(settings):
    _, mail = written(MessageFactory(open_tracked=True))
    html = parts(mail)["html"]
    loaded = re.findall(r"(?:<link[^>]+href=|src=|@import |url\()[\"']?(\S+)", html)
    assert loaded
    assert all(one.startswith(settings.BASE_URL) for one in loaded)
