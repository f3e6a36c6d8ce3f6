"""After a restore nobody is mailed who said no meanwhile."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from consent import addresses
from consent.models import Address, Suppression, address_hmac
from consent.vocabulary import Act, Action, Actor, LiftedBy, Mechanism, Reason
from contacts.models import Contact
from deliveries import audience, journal, sending
from deliveries.models import Delivery, Hold, Journal
from tests.factories import (
    ContactFactory,
    MessageFactory,
    SubscriptionTypeFactory,
    UserFactory,
    agree,
    ensure_defaults,
    make_address,
    no_because,
)
from tests.threads import LONG_PATIENCE, settled

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(3 * LONG_PATIENCE),
]


def takes_it_back(way=LiftedBy.OWN_UNDO):
    act = Act(action=Action.RESTORED, mechanism=Mechanism.UNDO, actor=Actor.CONTACT)
    assert Suppression.objects.all().lift(way, act)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.JOURNAL_DIR = str(tmp_path / "journal")
    ensure_defaults()
    return tmp_path / "journal"


def says_no(address, reason=Reason.OWN_OPT_OUT, **scope):
    Suppression.objects.suppress([address.pk], reason, no_because(reason), **scope)


def written():
    """What was said is written down; how much that was."""
    settled()
    return journal.write()


def text_of(folder):
    return "".join(path.read_text() for path in folder.glob("*.jsonl"))


def restored():
    """The database as it was before anything: everything since is forgotten."""
    call_command("flush", interactive=False, verbosity=0)
    ensure_defaults()


def replayed(*options):
    told = StringIO()
    call_command("replay_journal", *options, stdout=told)
    return told.getvalue()


def is_stopped():
    return Hold.objects.active().filter(kind="everything").exists()


# -- what is written


def test_a_no_is_written_without_the_address(folder):
    written()
    ada = make_address("ada@people.example")
    says_no(ada)
    assert written() == 1
    assert address_hmac("ada@people.example").hex() in text_of(folder)
    assert "ada@" not in text_of(folder)


def test_what_was_written_is_not_written_again():
    written()
    says_no(make_address("ada@people.example"))
    written()
    assert written() == 0


def test_a_no_that_ended_is_written():
    written()
    ada = make_address("ada@people.example")
    says_no(ada)
    takes_it_back()
    written()
    (line,) = [one for one in journal.lines() if one.get("ended")]
    assert line["ended"][0][0] == bytes(ada.key_hmac).hex()


def test_what_a_crash_left_half_written_is_written_anew(folder):
    written()
    (path,) = folder.glob("*.jsonl")
    with path.open("a") as file:
        file.write('{"place": "1.2.3.4.5", "sa')
    says_no(make_address("ada@people.example"))
    written()
    assert [len(one.get("said", ())) for one in journal.lines()] == [0, 1]
    assert all(json.loads(line) for line in path.read_text().splitlines())


def test_without_a_folder_nothing_is_kept(settings):
    settings.JOURNAL_DIR = ""
    says_no(make_address("ada@people.example"))
    assert written() == 0
    journal.check()
    assert not is_stopped()
    with pytest.raises(CommandError, match="JOURNAL_DIR is not set"):
        replayed()


# -- another database


def forgotten():
    """Somebody said no, it was written, and the database was set back."""
    written()
    says_no(make_address("ada@people.example"))
    written()
    restored()


def test_the_database_that_was_followed_may_send():
    written()
    says_no(make_address("ada@people.example"))
    written()
    journal.check()
    assert not is_stopped()


def test_a_restored_database_sends_nothing(sink):
    forgotten()
    kind = SubscriptionTypeFactory()
    agree(ContactFactory(email="ada@people.example"), kind)
    audience.fix(MessageFactory(subscription_type=kind), Contact.objects.all())
    sending.send_due()
    assert (sink.received, is_stopped()) == ([], True)


def test_a_copy_without_the_journal_sends_nothing(settings, tmp_path):
    written()
    settings.JOURNAL_DIR = str(tmp_path / "elsewhere")
    journal.check()
    assert is_stopped()
    with pytest.raises(CommandError, match="There is no journal in"):
        replayed()


def test_a_database_that_was_set_back_to_an_earlier_change_is_another():
    written()
    says_no(make_address("ada@people.example"))
    written()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE consent_consentchange DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM consent_consentchange")
        cursor.execute("ALTER TABLE consent_consentchange ENABLE TRIGGER USER")
    journal.check()
    assert is_stopped()


def test_it_stops_once():
    forgotten()
    for _ in range(3):
        journal.check()
    assert Hold.objects.count() == 1


def test_nothing_is_written_while_it_is_stopped(folder):
    forgotten()
    before = text_of(folder)
    says_no(make_address("bo@people.example"))
    assert written() == 0
    assert text_of(folder) == before


def test_who_lifts_the_stop_goes_on_without_the_journal():
    forgotten()
    journal.check()
    Hold.objects.get().lift(UserFactory(), "It was only a test")
    journal.check()
    says_no(make_address("bo@people.example"))
    assert written() == 1
    assert not is_stopped()


# -- said again


def test_a_no_is_said_again_and_mail_may_leave():
    forgotten()
    ada = make_address("ada@people.example")
    journal.check()
    assert "1 noes said again, 0 were known" in replayed()
    assert Suppression.objects.active().get().address == ada
    journal.check()
    assert not is_stopped()


def test_it_can_be_left_to_somebody_to_go_on():
    forgotten()
    journal.check()
    replayed("--keep-stopped")
    journal.check()
    assert is_stopped()
    assert Suppression.objects.active().count() == 1


def test_who_the_backup_did_not_know_is_blocked_when_she_comes_in():
    forgotten()
    replayed()
    parsed = addresses.parse("ada@people.example")
    assert Address.objects.ensure([parsed])[parsed.key] == (
        Suppression.objects.active().get().address_id
    )


def test_saying_it_twice_changes_nothing():
    forgotten()
    replayed()
    written()
    assert "0 noes said again, 1 were known" in replayed()


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_is_said_again_as_it_was(reason):
    written()
    says_no(make_address("ada@people.example"), reason)
    before = Suppression.objects.get()
    written()
    restored()
    replayed()
    after = Suppression.objects.get()
    assert (after.reason, after.occurred_at, after.until) == (
        before.reason,
        before.occurred_at,
        before.until,
    )


def test_what_had_ended_is_not_said_again():
    written()
    says_no(make_address("ada@people.example"))
    takes_it_back()
    written()
    restored()
    assert "0 noes said again" in replayed()


def test_what_ended_after_a_restore_is_not_said_again_after_the_next():
    forgotten()
    replayed()
    takes_it_back(LiftedBy.DOUBLE_OPT_IN)
    written()
    restored()
    assert "0 noes said again" in replayed()


def test_a_no_to_a_type_that_was_forgotten_is_one_to_everything():
    written()
    kind = SubscriptionTypeFactory()
    says_no(make_address("ada@people.example"), subscription_type=kind)
    written()
    restored()
    replayed()
    assert Suppression.objects.get().scope == "everything"


def test_who_was_erased_since_is_named(folder):
    written()
    says_no(make_address("ada@people.example"), Reason.ERASED)
    written()
    restored()
    ada = ContactFactory(email="ada@people.example")
    assert f"erase {ada.get_absolute_url()}" in replayed()


def test_mail_goes_after_the_replay_but_not_to_her(sink):
    forgotten()
    kind = SubscriptionTypeFactory()
    for name in ("ada", "bo"):
        agree(ContactFactory(email=f"{name}@people.example"), kind)
    audience.fix(MessageFactory(subscription_type=kind), Contact.objects.all())
    sending.send_due()
    replayed()
    sending.send_due()
    assert sink.recipients == ["bo@people.example"]
    ada = Delivery.objects.get(address__key="ada@people.example")
    assert (ada.state, ada.reason) == ("not_sent", Reason.OWN_OPT_OUT)
    assert Journal.objects.get().hold is None
