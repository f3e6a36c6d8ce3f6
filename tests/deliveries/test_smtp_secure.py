"""Encryption and sign-in against a real mail server with a certificate of its own."""

import shutil
import ssl
import subprocess

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from config.local import places
from deliveries.smtp import Mail, Unreachable, open_door

pytestmark = pytest.mark.skipif(
    not shutil.which("openssl"),
    reason="No openssl to make a certificate with.",
)

USER, PASSWORD = "listwell", "a b:c@%"
MAIL = Mail(1, "b@b.test", "r@r.test", b"Subject: x\r\n\r\nhello\r\n")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Signed by itself for 127.0.0.1: (certificate, key)."""
    folder = tmp_path_factory.mktemp("certificate")
    paths = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"),
            *("-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=127.0.0.1"),
            *("-addext", "subjectAltName=IP:127.0.0.1"),
            *("-out", str(paths[0]), "-keyout", str(paths[1])),
        ],
        check=True,
        capture_output=True,
    )
    return paths


class Inbox:
    """What the server got, and whether the line was secret at that moment."""

    def __init__(self):
        self.texts, self.secret, self.tried = [], [], []

    async def handle_DATA(self, server, session, envelope):
        self.texts.append(envelope.content)
        self.secret.append(session.ssl is not None)
        return "250 2.0.0 kept"

    def let_in(self, server, session, envelope, mechanism, login):
        self.tried.append((login.login.decode(), login.password.decode()))
        right = self.tried[-1] == (USER, PASSWORD)
        return AuthResult(success=right, handled=right)


class Server(Controller):
    def factory(self):
        return SMTP(self.handler, **self.SMTP_kwargs)


@pytest.fixture
def serve(certificate):
    """`serve(starttls=True, auth=True)`: settings that fit it, and its inbox."""
    running = []

    def start(*, starttls=False, tls=False, auth=False):
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*certificate)
        inbox, options = Inbox(), {}
        if starttls:
            options = {"tls_context": context, "require_starttls": True}
        if auth:
            options |= {
                "authenticator": inbox.let_in,
                "auth_required": True,
                "auth_require_tls": starttls,
            }
        server = Server(
            inbox,
            hostname="127.0.0.1",
            port=places.free_port(),
            ssl_context=context if tls else None,
            **options,
        )
        server.start()
        running.append(server)
        settings = {
            "host": "127.0.0.1",
            "port": server.port,
            "user": USER if auth else "",
            "password": PASSWORD if auth else "",
            "starttls": starttls,
            "tls": tls,
        }
        return settings, inbox

    yield start
    for server in running:
        server.stop()


@pytest.fixture
def trusted(certificate, monkeypatch):
    """This machine trusts the certificate, as OpenSSL is told to."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))


def deliver(settings):
    door = open_door(settings, hello="us.test")
    ((_, answer),) = door.deliver([MAIL])
    door.close()
    return answer


@pytest.mark.parametrize("way", ["starttls", "tls"])
def test_mail_leaves_encrypted(serve, trusted, way):
    settings, inbox = serve(**{way: True})
    assert deliver(settings).is_accepted
    assert inbox.texts == [MAIL.content]
    if way == "starttls":
        assert inbox.secret == [True]


def test_who_signs_in_may_send(serve, trusted):
    settings, inbox = serve(starttls=True, auth=True)
    assert deliver(settings).is_accepted
    assert inbox.tried == [(USER, PASSWORD)]
    assert inbox.secret == [True]


def test_a_wrong_password_is_a_sentence_without_the_password(serve, trusted):
    settings, inbox = serve(starttls=True, auth=True)
    with pytest.raises(Unreachable) as refusal:
        deliver(settings | {"password": "wrong-secret"})
    said = str(refusal.value)
    assert f"does not let “{USER}” in: 535" in said
    assert "EMAIL_URL" in said
    assert "wrong-secret" not in said
    assert "b'" not in said
    assert inbox.texts == []


@pytest.mark.parametrize("way", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_is_a_sentence(serve, way):
    settings, inbox = serve(**{way: True})
    with pytest.raises(Unreachable, match=r"certificate is not trusted: self.signed"):
        deliver(settings)
    assert inbox.texts == []


def test_a_certificate_of_another_host_is_not_trusted(serve, trusted):
    settings, inbox = serve(starttls=True)
    with pytest.raises(Unreachable, match="certificate is not trusted: Hostname"):
        deliver(settings | {"host": "localhost"})
    assert inbox.texts == []


def test_a_server_without_encryption_gets_nothing_in_the_clear(serve):
    settings, inbox = serve()
    settings |= {"starttls": True, "user": USER, "password": PASSWORD}
    with pytest.raises(Unreachable, match="does not offer STARTTLS"):
        deliver(settings)
    assert (inbox.texts, inbox.tried) == ([], [])


def test_a_server_that_wants_encryption_is_told_why_nothing_leaves(serve, trusted):
    """It says so itself, and we pass on what it says."""
    settings, inbox = serve(starttls=True)
    answer = deliver(settings | {"starttls": False})
    assert not answer.is_accepted
    assert "STARTTLS" in answer.text
    assert inbox.texts == []


def test_a_server_where_nobody_signs_in_is_a_sentence(serve):
    settings, _ = serve()
    with pytest.raises(Unreachable, match="no way to sign in that we know"):
        deliver(settings | {"user": USER, "password": PASSWORD})
