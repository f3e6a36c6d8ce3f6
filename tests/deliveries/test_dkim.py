"""Our signatures, checked by another library than the one that signs."""

import re

import dkim as dkimpy
import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from deliveries import mime
from deliveries.dkim import (
    OVERSIGNED,
    Signer,
    new_key,
    public_key_in,
    record_of,
    relaxed_body,
    tags,
)
from deliveries.personalization import slotted

PRIVATE, PUBLIC = new_key()
SIGNER = Signer.of("brand.example", "lw1", PRIVATE)
HEAD = (
    b"From: Example <news@brand.example>\r\n"
    b"To: <anna@customer.example>\r\nSubject: Hello\r\n"
    b"List-Unsubscribe: <https://u.example/x>,\r\n <mailto:u-x@bounce.example>\r\n"
    b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
)


def published(name, timeout=5):
    assert name == b"lw1._domainkey.brand.example."
    return record_of(PUBLIC).encode()


def signed(head, body):
    moment = int(timezone.now().timestamp())
    return SIGNER.signature(head, relaxed_body(body), moment) + head + b"\r\n" + body


def holds(octets):
    return dkimpy.verify(octets, dnsfunc=published)


def test_a_signed_mail_is_verified_by_another_library():
    mail = signed(HEAD, b"Hello\r\n")
    assert holds(mail)
    assert not holds(mail.replace(b"Hello\r\n", b"Hullo\r\n"))


def test_both_unsubscribe_headers_are_covered_and_nobody_can_add_another():
    mail = signed(HEAD, b"Hello\r\n")
    for line in HEAD.split(b"\r\n")[:3]:
        assert not holds(line + b" and more\r\n" + mail), line
    for added in (
        b"From: <evil@evil.example>\r\n",
        b"Subject: Other\r\n",
        b"Reply-To: <evil@evil.example>\r\n",
        b"List-Unsubscribe: <https://evil.example>\r\n",
        b"List-Unsubscribe-Post: List-Unsubscribe=Other\r\n",
    ):
        assert not holds(added + mail), added
    assert not holds(mail.replace(b"u.example/x", b"u.example/y"))
    assert not holds(mail.replace(b"=One-Click", b"=Two-Click"))


def test_no_line_of_a_signature_is_long_and_its_tags_are_those_of_the_standard():
    line = signed(HEAD, b"")[: -len(HEAD) - 2]
    assert max(map(len, line.split(b"\r\n"))) <= 78
    said = tags(re.sub(r"\s", "", line.decode().partition(":")[2]))
    assert (said["v"], said["a"], said["c"]) == ("1", "rsa-sha256", "relaxed/relaxed")
    assert said["h"].split(":").count("from") == 2
    assert set(OVERSIGNED) <= set(said["h"].split(":"))
    assert not {"l", "x"} & said.keys()


def test_a_record_survives_a_careless_editor():
    text = record_of(PUBLIC)
    for careless in (
        text.replace("; ", " ; "),
        f"{text[:200]} \t{text[200:]}",
        f"k=rsa;p={PUBLIC};",
    ):
        assert public_key_in(careless) == PUBLIC


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\r\n",
        b"\r\n\r\n\r\n",
        b"no line end",
        b"blanks at the end \t \r\n",
        b" \t\r\n \r\n",
        b"a  b\t\tc\r\n\r\n\r\n",
        b".\r\n..dots\r\n",
        "ümläut 🎈 \u00a0\r\n".encode(),
        b"  blanks first\r\n",
    ],
)
def test_ugly_bodies(body):
    assert holds(signed(HEAD, body))


WORDS = st.text(
    st.sampled_from("abc:;=<>@\"'(),.\\ \tüé🎈\u00a0\u2028"), min_size=0, max_size=60
)
LINES = st.lists(WORDS, max_size=12)


@pytest.mark.property
@given(LINES, st.sampled_from(["\r\n", "\r\n\r\n", " \r\n", "\t\r\n"]))
def test_any_body_is_verified(lines, end):
    assert holds(signed(HEAD, ("\r\n".join(lines) + end).encode()))


@st.composite
def headers(draw):
    """A header folded in odd places; every line of it says something."""
    parts = draw(st.lists(WORDS.filter(str.strip), min_size=1, max_size=4))
    blank = draw(st.sampled_from([" ", "\t", "  ", " \t "]))
    name = draw(st.sampled_from(["Subject", "subject", "Reply-To", "X-Other", "TO"]))
    return f"{name}:{blank}" + f"\r\n{blank}".join(parts) + "\r\n"


@pytest.mark.property
@given(st.lists(headers(), max_size=5))
def test_any_headers_are_verified(found):
    assert holds(signed(HEAD + "".join(found).encode(), b"Hello\r\n"))


@pytest.mark.property
@given(WORDS, WORDS, WORDS)
def test_a_body_made_of_pieces_is_hashed_as_the_whole(text, document, word):
    greeting = slotted("{{ first_name }}")
    skeleton = mime.skeleton(
        f"{text}{greeting} \n\n  two  blanks",
        f"<p>{document}</p>{greeting}  ",
        b"=_x",
    )
    assert skeleton.slots
    body = skeleton.filled([word] * len(skeleton.slots))
    assert body.relaxed == relaxed_body(b"".join(body.pieces))
