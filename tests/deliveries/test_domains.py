"""Sending domains: real DNS answers, keys, what they allow, and signed mail."""

import dkim as dkimpy
import pytest
from django.utils import timezone

from accounts import vault
from accounts.models import AuditEntry
from deliveries import domains, sending
from deliveries.lookup import asking
from deliveries.models import Hold, KeyState, Relay, SendingDomain
from deliveries.records import Reply
from deliveries.tasks import check_domains
from tests.nameserver import publish

pytestmark = pytest.mark.django_db

FROM = "news@brand.example"


@pytest.fixture
def connected(names, domain):
    publish(names, domain)
    domain.check_records()
    assert domain.is_connected, domain.faults
    return domain


class TestLookups:
    def test_answers_are_read_as_text(self, names):
        names.set("TXT", "a.example", "v=spf1 -all", "x" * 700)
        names.set("MX", "a.example", "5 mx.a.example.")
        ask = asking()
        assert sorted(ask("a.example", "TXT").values) == ["v=spf1 -all", "x" * 700]
        assert ask("a.example", "MX").values == ("5 mx.a.example.",)
        assert ask("a.example", "A") == Reply()
        assert ask("no.example", "TXT") == Reply()
        assert ask(f"{'x' * 70}.example", "TXT") == Reply()
        assert ask("a..example", "TXT") == Reply()

    def test_each_question_is_asked_once(self, names):
        ask = asking()
        for _ in range(3):
            ask("a.example", "TXT")
        assert names.asked == [("TXT", "a.example")]

    def test_a_server_that_fails_or_is_silent_is_no_answer(self, names, monkeypatch):
        monkeypatch.setattr("deliveries.lookup.PATIENCE", 0.5)
        names.broken.add("a.example")
        assert "error" in asking()("a.example", "TXT").problem
        names.silent = True
        assert "in time" in asking()("b.example", "TXT").problem


class TestChecking:
    def test_a_new_domain_waits_for_its_check_and_is_refused(self, domain):
        assert SendingDomain.objects.due().get() == domain
        assert not domains.is_connected("brand.example")
        [problem] = domains.sender_problems(FROM)
        assert problem.level == "block"
        assert problem.url == domain.get_absolute_url()

    def test_an_unknown_domain_is_refused_with_the_way_there(self, names):
        [problem] = domains.sender_problems("a@else.example")
        assert "else.example is not connected" in problem.sentence
        assert problem.url == "/settings/domains/"

    def test_right_records_connect_it(self, connected):
        assert domains.is_connected("brand.example")
        assert domains.sender_problems(FROM) == []
        assert not SendingDomain.objects.due().exists()
        assert connected.keys.get().state == KeyState.ACTIVE
        assert AuditEntry.objects.filter(verb="sending domain is connected").exists()

    def test_by_a_provider_alone_its_return_path_is_not_looked_at(
        self, names, connected
    ):
        names.records.pop(("TXT", "bounce.brand.example"))
        connected.check_records()
        assert not connected.is_connected
        Relay.objects.main()
        Relay.objects.update(weight=0)
        place = {"host": "api.postmarkapp.com", "kind": "postmark"}
        Relay.objects.create(name="Ours", **place)
        connected.check_records()
        assert connected.is_connected
        spf = next(one for one in connected.findings if one["check"] == "spf")
        assert "All mail leaves by Postmark" in spf["sentence"]

    def test_the_record_to_set_names_every_mail_server_in_use(self, names, connected):
        names.records.pop(("TXT", "bounce.brand.example"))
        Relay.objects.main()
        Relay.objects.update(weight=0)
        for host in ("a.relay.example", "b.relay.example"):
            Relay.objects.create(name=host, host=host)
        connected.check_records()
        spf = next(one for one in connected.findings if one["check"] == "spf")
        value = "v=spf1 a:a.relay.example a:b.relay.example -all"
        assert spf["record"]["value"] == value

    def test_a_record_that_went_disconnects_it_with_the_reason(self, names, connected):
        names.records.pop(("TXT", "_dmarc.brand.example"))
        connected.check_records()
        assert not domains.is_connected("brand.example")
        [problem] = domains.sender_problems(FROM)
        assert "There is no DMARC record at _dmarc.brand.example" in problem.sentence

    def test_a_name_server_that_is_away_disconnects_nobody(self, names, connected):
        names.broken.add("brand.example")
        connected.check_records()
        assert connected.is_connected
        assert connected.is_unanswered
        later = timezone.now() - timezone.timedelta(hours=2)
        SendingDomain.objects.update(checked_at=later)
        assert SendingDomain.objects.due().exists()

    def test_the_daily_task_looks_again(self, names, connected):
        names.records.pop(("MX", "brand.example"))
        check_domains()
        assert domains.is_connected("brand.example")
        long_ago = timezone.now() - timezone.timedelta(hours=25)
        SendingDomain.objects.update(checked_at=long_ago)
        check_domains()
        assert not domains.is_connected("brand.example")

    def test_a_check_asked_for_during_a_check_is_made_too(self, names, domain):
        domain.want_check()
        stale = SendingDomain.objects.get()
        domain.want_check()
        stale.check_records()
        assert SendingDomain.objects.due().exists()

    def test_the_catcher_takes_mail_from_every_domain(self, settings, domain):
        settings.LOCAL_MODE = True
        assert domains.is_connected("any.example")
        assert domains.sender_problems(FROM) == []
        assert "on a server nothing would be sent" in domains.standing(FROM)


class TestAllowing:
    def test_an_administrator_lets_it_send_for_a_day(self, domain, alice):
        domain.allow(alice, "Internal test of the layout")
        [problem] = domains.sender_problems(FROM)
        assert problem.level == "warn"
        assert "Internal test" in problem.sentence
        assert not domains.is_connected("brand.example")
        entry = AuditEntry.objects.get(verb="let a domain send for tests")
        assert entry.detail == {"reason": "Internal test of the layout"}
        SendingDomain.objects.update(allowed_until=timezone.now())
        assert domains.sender_problems(FROM)[0].level == "block"


class TestKeys:
    def test_private_keys_are_locked_in_the_database(self, domain, settings):
        key = domain.keys.get()
        assert b"PRIVATE" not in bytes(key.private_key)
        assert vault.reopen(bytes(key.private_key), "dkim lw1 brand.example")
        for purpose in ("dkim lw1 other.example", ""):
            with pytest.raises(vault.Locked):
                vault.reopen(bytes(key.private_key), purpose)
        settings.VAULT_KEYS = {"2": "n" * 40, **settings.VAULT_KEYS}
        assert key.signer("brand.example").selector == "lw1"
        settings.VAULT_KEYS = {"2": "n" * 40}
        with pytest.raises(vault.Locked, match="VAULT_KEYS"):
            key.signer("brand.example")

    def test_a_new_key_takes_over_when_its_record_is_there(
        self, names, connected, alice
    ):
        second = connected.rotate(alice)
        assert connected.rotate(alice) is None
        connected.check_records()
        assert connected.is_connected
        assert domains.signer_for(FROM).selector == "lw1"
        publish(names, connected, second)
        names.records.pop(("TXT", "lw1._domainkey.brand.example"))
        connected.check_records()
        assert connected.is_connected
        assert domains.signer_for(FROM).selector == "lw2"
        states = connected.keys.order_by("pk").values_list("state", flat=True)
        assert list(states) == ["retired", "active"]


class TestSending:
    def test_mail_over_smtp_bears_a_signature_that_others_verify(
        self, connected, message, queue_for, sink
    ):
        queue_for(3)
        sending.send_due()
        assert len(sink.received) == 3
        ask = asking()

        def published(name, timeout=5):
            return ask(name.decode().rstrip("."), "TXT").values[0].encode()

        for mail in sink.received:
            verifier = dkimpy.DKIM(mail.content)
            assert verifier.verify(dnsfunc=published)
            assert verifier.domain == b"brand.example"
            covered = verifier.signed_headers
            names = [name.lower() for name, _ in covered]
            assert b"list-unsubscribe" in names
            assert b"list-unsubscribe-post" in names

    def test_without_a_published_key_mail_is_not_signed(
        self, domain, message, queue_for, sink
    ):
        queue_for(1)
        sending.send_due()
        assert b"DKIM-Signature" not in sink.received[0].content


@pytest.mark.usefixtures("connected")
def test_a_key_that_cannot_be_unlocked_stops_nothing(queue_for, sink, settings, caplog):
    settings.VAULT_KEYS = {"9": "z" * 40}
    queue_for(1)
    sending.send_due()
    assert len(sink.received) == 1
    assert "leaves unsigned" in caplog.text


class TestFailingLater:
    """A domain that was right and is wrong: its queued mail waits."""

    @pytest.fixture
    def broken(self, names, connected):
        names.set("TXT", "_dmarc.brand.example")
        connected.check_records()
        assert not connected.is_connected
        return connected

    def test_queued_mail_waits_with_the_reason(self, broken, sink, queue_for):
        queue_for(2)
        assert sending.send_due() == 0
        hold = Hold.objects.active().get()
        assert (hold.kind, hold.value) == ("sender", "brand.example")
        assert "not connected any more" in hold.reason
        assert "DMARC" in hold.reason
        assert AuditEntry.objects.filter(verb="stopped sending").exists()

    def test_it_goes_on_when_the_records_are_right_again(
        self, names, broken, sink, queue_for
    ):
        queue_for(2)
        publish(names, broken)
        broken.check_records()
        assert not Hold.objects.active().exists()
        assert sending.send_due() == 2

    def test_an_administrator_lets_it_send_for_tests(
        self, broken, alice, sink, queue_for
    ):
        queue_for(1)
        broken.allow(alice, "Testing the new server")
        assert sending.send_due() == 1

    def test_mail_of_other_domains_goes_on(self, broken, sink, queue_for, message):
        message.from_email = "news@other.example"
        message.save(update_fields=["from_email"])
        queue_for(1)
        assert sending.send_due() == 1

    def test_removed_it_leaves_no_stop_behind(self, broken, alice):
        broken.remove(alice)
        hold = Hold.objects.get()
        assert (hold.lifted_by, hold.lift_reason) == (alice, "The domain was removed.")

    def test_removed_it_lets_no_mail_leave_unsigned(
        self, broken, alice, sink, queue_for
    ):
        queue_for(1)
        broken.remove(alice)
        assert sending.send_due() == 0

    def test_added_again_its_mail_leaves(self, names, broken, alice, sink, queue_for):
        queue_for(1)
        broken.remove(alice)
        again = SendingDomain.objects.connect("brand.example", alice)
        publish(names, again)
        again.check_records()
        assert sending.send_due() == 1

    def test_one_that_was_never_right_stops_nothing(self, names, domain):
        domain.check_records()
        assert not domain.is_connected
        assert not Hold.objects.exists()
