"""Mail to the address of a List-Unsubscribe header."""

import re

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from consent.models import Suppression
from consent.vocabulary import Mechanism, Reason, Scope
from deliveries import catcher
from deliveries.models import CaughtMail
from deliveries.rendering import Compiled, Recipient, compile_message, render
from deliveries.tokens import Purpose
from optouts import letters
from tests.factories import DeliveryFactory
from tests.optouts.conftest import token_of

pytestmark = pytest.mark.django_db
MAIL = b"From: Somebody <else@people.example>\r\nSubject: stop\r\n\r\nplease\r\n"


@pytest.fixture
def to(ana, kind, settings):
    return f"u-{token_of(ana, kind)}@{settings.BOUNCE_DOMAIN}"


def catch(raw, recipient):
    CaughtMail.objects.bulk_create(
        catcher.caught(raw, "else@people.example", [recipient])
    )


def test_mail_to_the_address_of_the_header_opts_out(ana, kind, to):
    catch(MAIL, to.upper())
    assert letters.read_caught() == 1
    no = Suppression.objects.active().get()
    assert (no.address, no.reason, no.scope) == (ana, Reason.OWN_OPT_OUT, Scope.TYPE)
    assert no.subscription_type == kind
    assert no.record.mechanism == Mechanism.UNSUBSCRIBE_MAIL
    assert letters.read_caught() == 0


def test_the_same_wish_twice_is_one(to):
    catch(MAIL, to)
    catch(MAIL, to)
    assert letters.read_caught() == 2
    assert Suppression.objects.count() == 1


@pytest.mark.parametrize("purpose", [Purpose.RETURN_PATH, Purpose.PREFERENCES])
def test_a_token_for_something_else_opts_out_nobody(ana, kind, settings, purpose):
    token = token_of(ana, kind, purpose)
    catch(MAIL, f"u-{token}@{settings.BOUNCE_DOMAIN}")
    assert letters.read_caught() == 1
    assert not Suppression.objects.exists()


def test_a_mail_that_cannot_be_read_stops_nobody_else(settings, to):
    catch(b"\xff\x00no mail at all", f"u-1-nonsense@{settings.BOUNCE_DOMAIN}")
    catch(b"", to)
    assert letters.read_caught() == 2
    assert Suppression.objects.count() == 1


def test_it_is_no_bounce_and_came_back(to):
    catch(MAIL, to)
    assert CaughtMail.objects.get().is_report
    assert not CaughtMail.objects.unread_reports().exists()


def test_the_mail_itself_names_that_address():
    mail = DeliveryFactory()
    compile_message(mail.message)
    person = Recipient(
        message_id=mail.message_id,
        delivery_id=mail.pk,
        address_id=mail.address_id,
        deliver_to="ada@people.example",
        queued_at=mail.queued_at,
        values={},
    )
    raw = render(Compiled.of(mail.message), person, now=timezone.now())
    named = re.search(rb"<mailto:([^?>]+)", raw)[1].decode()
    catch(MAIL, named)
    letters.read_caught()
    assert Suppression.objects.active().get().address == mail.address
    mail.refresh_from_db()
    assert mail.unsubscribed_at


@pytest.mark.parametrize("header", ["To", "Delivered-To", "X-Original-To"])
def test_files_of_a_mail_server_are_read(tmp_path, capsys, to, header):
    path = tmp_path / "one.eml"
    path.write_bytes(f"{header}: <{to}>\r\n".encode() + MAIL)
    call_command("read_unsubscribes", path)
    assert "1  Opted out" in capsys.readouterr().out
    assert Suppression.objects.count() == 1


def test_a_file_of_something_else_opts_out_nobody(tmp_path, capsys):
    path = tmp_path / "many.mbox"
    path.write_bytes(b"From x\n" + MAIL.replace(b"\r\n", b"\n"))
    call_command("read_unsubscribes", path)
    assert "1  Without a token" in capsys.readouterr().out
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("read_unsubscribes", tmp_path / "nowhere.eml")
