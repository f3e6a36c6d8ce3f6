"""Keys are taken out of mails that are shown, however the mails are written."""

import email
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from django.conf import settings

from deliveries import magic
from deliveries.links import public_url
from deliveries.redaction import redacted, redacted_text, without_sign_in
from deliveries.tokens import Purpose, Token, sign

TOKEN = Token(123_456, 987_654_321, 55_555_555, 3)
JOIN = f"{settings.BASE_URL}/join/MTI/c6h0xk-0123456789abcdef0123456789abcdef/"
SECRETS = [sign(TOKEN, one) for one in Purpose] + [JOIN.split("/")[-2]]
LINKS = [public_url(TOKEN, Purpose.CONFIRM), public_url(TOKEN, Purpose.SIGNUP), JOIN]
WORDS = "Hyvää päivää, set your password: " + " or ".join(LINKS) + " within 3 days."


def mail(encoding="quoted-printable"):
    found = EmailMessage(policy=SMTP)
    found["From"], found["To"] = "news@brand.example", "ana@people.example"
    found["List-Unsubscribe"] = f"<{public_url(TOKEN, Purpose.UNSUBSCRIBE)}>"
    found.set_content(WORDS, cte=encoding)
    found.add_alternative(f"<p>{WORDS}</p>", subtype="html", cte=encoding)
    return found.as_bytes()


def leaves(raw):
    """The text of every part, decoded, with all headers."""
    for part in email.message_from_bytes(raw).walk():
        yield str(part.items())
        if isinstance(found := part.get_payload(decode=True), bytes):
            yield found.decode("utf-8", "replace")


def secrets_in(raw):
    text = "\n".join(leaves(raw)).replace("\n", "")
    return [one for one in SECRETS if one in text]


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64", "8bit"])
def test_in_every_encoding(encoding):
    raw = mail(encoding)
    assert secrets_in(raw)
    assert not secrets_in(redacted(raw))


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64", "8bit"])
def test_only_what_sets_a_password_where_the_other_links_shall_lead_on(encoding):
    assert secrets_in(without_sign_in(mail(encoding))) == [
        one for one in secrets_in(mail(encoding)) if one not in JOIN
    ]


def test_in_a_mail_that_came_back():
    path = f"b-{sign(TOKEN, Purpose.RETURN_PATH)}@{settings.BOUNCE_DOMAIN}"
    report = magic.complaint(mail("base64"), path, "ana@people.example")
    assert secrets_in(report)
    assert not secrets_in(redacted(report))


@pytest.mark.parametrize("purpose", Purpose)
def test_whatever_they_are_for(purpose):
    said = redacted_text(f"<{sign(TOKEN, purpose)}> is not accepted")
    assert said == "<key-removed> is not accepted"


def test_in_links_that_a_scanner_wrapped():
    wrapped = JOIN.replace(":", "%3A").replace("/", "%2F")
    found = redacted_text(f"https://safe.example/?url={wrapped}&data=1")
    assert found.endswith("%2Fjoin%2Fkey-removed%2F&data=1")


def test_the_rest_stays_as_it_is():
    words = WORDS.replace("/".join(JOIN.split("/")[-3:-1]), "key-removed")
    for secret in SECRETS:
        words = words.replace(secret, "key-removed")
    assert list(leaves(redacted(mail("base64"))))[2].strip() == words


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: 1-800 numbers\r\n\r\nPlease join/leave, 1-2-3.\r\n",
        b"\r\n" + b"QUJD" * 19 + b"\r\n" + b"QUJD" * 5 + b"\r\n",
        b"",
    ],
)
def test_mail_without_keys_stays_octet_for_octet(raw):
    assert redacted(raw) == raw
