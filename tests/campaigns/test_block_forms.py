"""Every kind of block, written in the plain form of the editor."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from campaigns.blocks import KINDS
from tests.campaigns.posting import address, typed
from tests.factories import MarketingEmailFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def email():
    return MarketingEmailFactory()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_block_is_added_and_shown(client, email, kind):
    page = client.post(
        address("block_add", email), typed(email, kind=kind), follow=True
    )
    assert f"<legend>{KINDS[kind].label}</legend>" in page.content.decode()


def added(client, email, kind, **fields):
    """The block of `kind` as it is kept after `fields` were typed into it."""
    client.post(address("block_add", email), typed(email, kind=kind))
    email.refresh_from_db()
    prefix = f"block-{email.blocks[-1]['id']}"
    words = {f"{prefix}-{name}": value for name, value in fields.items()}
    client.post(address("content", email), typed(email, **words))
    email.refresh_from_db()
    return email.blocks[-1]


def test_both_columns_are_written_in_one_form(client, email):
    block = added(client, email, "columns", left_text="Hi *you*", right_label="Go")
    assert block["left_html"] == "<p>Hi <em>you</em></p>"
    assert block["right_label"] == "Go"


@pytest.mark.parametrize("kind", ["text", "html", "columns"])
def test_what_who_reads_without_html_gets_can_be_written(client, email, kind):
    block = added(client, email, kind, plain="Read it at our place.")
    assert block["plain"] == "Read it at our place."
    shown = client.get(address("preview", email), {"view": "text"}).content.decode()
    assert "Read it at our place." in shown


def test_html_is_kept_without_what_a_mail_program_refuses(client, email):
    source = "<style>p{color:red}</style><p>Hi</p><script>x()</script>"
    assert added(client, email, "html", html=source)["html"] == (
        '<p style="color:red">Hi</p>'
    )


def uploaded(client, email, raw):
    """The answer to a page uploaded into an email that is one HTML block."""
    email.blocks = [{"id": "h", "kind": "html", "html": ""}]
    email.save()
    file = SimpleUploadedFile("mail.html", raw, "text/html")
    return client.post(
        address("content", email), typed(email, **{"block-h-file": file})
    )


PAGE = """<html><head><meta charset="{0}"><style>.a {{color: #ff0000}}</style></head>
<body><table class="a"><tr><td>Hyv\u00e4\u00e4 p\u00e4iv\u00e4\u00e4
<a href="https://brand.example">Story</a></td></tr></table></body></html>"""


@pytest.mark.parametrize(
    "charset",
    ["utf-8", "iso-8859-1", "utf-16-none", "undefined", "idna", "punycode"],
)
def test_an_uploaded_page_becomes_the_email_with_its_styles_inside(
    client, email, charset
):
    codec = charset if charset in {"utf-8", "iso-8859-1"} else "cp1252"
    uploaded(client, email, PAGE.format(charset).encode(codec))
    email.refresh_from_db()
    kept = email.blocks[0]["html"]
    assert kept.startswith("<table")
    assert 'style="color:#ff0000"' in kept
    assert "Hyv\u00e4\u00e4 p\u00e4iv\u00e4\u00e4" in kept


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"just words", "does not hold HTML"),
        (b"\x89PNG\0<", "does not hold HTML"),
        (b"<p>" + b"x" * 200_001, "more than 200,000 characters"),
    ],
    ids=["words", "picture", "long"],
)
def test_a_file_without_html_is_refused_beside_its_field(client, email, raw, sentence):
    response = uploaded(client, email, raw)
    assert response.status_code == 422
    assert sentence in response.content.decode()


STYLED = "<style>p{color:#ff0000;font-size:16px}</style>" + "<p>Hi</p>" * 10_000


def test_a_page_that_grows_too_long_by_its_styles_is_refused(client, email):
    response = uploaded(client, email, STYLED.encode())
    assert response.status_code == 422
    assert "With its styles it has more than" in response.content.decode()


def test_html_that_grows_too_long_by_its_styles_is_refused(client, email):
    email.blocks = [{"id": "h", "kind": "html", "html": ""}]
    email.save()
    posted = typed(email, **{"block-h-html": STYLED})
    response = client.post(address("content", email), posted)
    assert "With its styles it has more than" in response.content.decode()


def test_social_links_are_kept_by_network(client, email):
    block = added(client, email, "social", mastodon="https://m.example/us")
    assert block["mastodon"] == "https://m.example/us"
