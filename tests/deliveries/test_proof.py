"""Each mail keeps what allowed it: the yes, the rules, and where the ledger stood."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import override

from accounts.models import Account
from consent.models import ConsentRecord, ConsentText, Grant, Suppression
from consent.vocabulary import Grade, Reason
from contacts.models import Contact
from deliveries import audience, sending
from deliveries.models import Delivery, DeliveryState, RuleSet
from deliveries.rulesets import QUIET_HOURS, rules_of, spoken
from tests.factories import ContactFactory, MessageFactory, agree, no_because

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(message):
    contact = ContactFactory()
    agree(
        contact,
        message.subscription_type,
        text_id=ConsentText.of("Yes, send me the letter.").pk,
    )
    return contact


def fixed(message):
    audience.fix(message, Contact.objects.all())
    return Delivery.objects.get()


def sent(message):
    sending.send_due()
    return Delivery.objects.get(message=message)


class TestTheYes:
    def test_is_written_down_with_the_audience(self, message, reader):
        assert fixed(message).consent == Grant.objects.get().record

    def test_is_none_where_nobody_agreed(self, message):
        ContactFactory()
        assert fixed(message).consent is None

    def test_is_the_one_on_file_as_the_mail_starts(self, sink, message, reader):
        fixed(message)
        newer = agree(reader, message.subscription_type, Grade.DOUBLE_OPT_IN)
        assert sent(message).consent == newer.record

    def test_leads_to_the_words_she_saw(self, sink, message, reader):
        fixed(message)
        assert sent(message).consent.text.body == "Yes, send me the letter."

    def test_outlives_the_opt_out(self, sink, message, reader):
        record = Grant.objects.get().record
        fixed(message)
        sent(message)
        Suppression.objects.suppress(
            [reader.address_id], Reason.OWN_OPT_OUT, no_because(Reason.OWN_OPT_OUT)
        )
        Grant.objects.all().delete()
        assert Delivery.objects.get().consent == record


class TestTheLedger:
    def test_is_where_it_stood_as_the_mail_started(self, sink, message, reader):
        fixed(message)
        other = MessageFactory().subscription_type
        newest = agree(reader, other).record
        assert sent(message).ledger_at == newest.pk

    def test_has_no_place_for_what_did_not_start(self, message, reader):
        assert fixed(message).ledger_at is None

    def test_a_no_after_the_start_comes_after_that_place(self, sink, message, reader):
        fixed(message)
        place = sent(message).ledger_at
        Suppression.objects.suppress(
            [reader.address_id], Reason.OWN_OPT_OUT, no_because(Reason.OWN_OPT_OUT)
        )
        assert ConsentRecord.objects.order_by("pk").last().pk > place


class TestTheRules:
    def test_are_those_that_were_asked_when_it_started(self, sink, message, reader):
        fixed(message)
        Account.objects.update(cap_mails=3, cap_days=7)
        rules = sent(message).rule_set.rules
        terms = {one["key"]: one["terms"] for one in rules}
        assert terms["got_enough"] == "at most 3 in 7 days"
        assert terms["wants_fewer"] == "as few as each asked for"

    def test_are_written_down_for_whom_they_kept_out(self, message):
        ContactFactory()
        assert fixed(message).rule_set == rules_of(message)

    def test_are_one_version_as_long_as_nothing_changes(self, message):
        assert rules_of(message) == rules_of(MessageFactory())

    def test_are_another_version_once_a_limit_changes(self, message):
        before = rules_of(message)
        Account.objects.update(cap_mails=3, cap_days=7)
        assert rules_of(message) != before

    def test_tell_the_quiet_hours(self, message):
        Account.objects.update(quiet_from=dt.time(22), quiet_until=dt.time(7))
        last = rules_of(message, audience.quiet_hours(message)).rules[-1]
        assert last == {
            "key": QUIET_HOURS,
            "label": "Quiet hours",
            "terms": "22:00 to 07:00, by the clock of the reader",
        }

    def test_are_in_the_order_in_which_they_are_asked(self, message):
        keys = [rule["key"] for rule in rules_of(message).rules]
        assert (
            keys.index("complaint") < keys.index("bounced") < keys.index("no_consent")
        )

    def test_never_change(self, message):
        rules = rules_of(message)
        with pytest.raises(IntegrityError), transaction.atomic():
            RuleSet.objects.filter(pk=rules.pk).update(rules=[])


class TestWhatWasPutOff:
    @pytest.fixture
    def waits(self, sink, message, reader):
        fixed(message)
        sink.answers[reader.email] = "451 4.7.1 Not yet"
        return sent(message)

    def test_keeps_the_words_of_the_server(self, waits):
        (answer,) = waits.put_off
        assert (answer["code"], answer["enhanced"]) == (451, "4.7.1")
        assert "Not yet" in answer["reply"]

    def test_is_still_there_when_it_was_taken(self, sink, waits):
        sink.answers.clear()
        Delivery.objects.update(due_at=timezone.now())
        row = sent(waits.message)
        assert row.state == DeliveryState.DELIVERED
        assert [one["code"] for one in row.put_off] == [451]


class TestTheRulesInAnotherLanguage:
    @pytest.fixture
    def kept(self, message):
        Account.objects.update(
            cap_mails=3, cap_days=7, quiet_from=dt.time(22), quiet_until=dt.time(7)
        )
        return rules_of(message, audience.quiet_hours(message))

    def test_are_the_same_version_whoever_starts_the_mail(self, message, kept):
        with override("fi"):
            assert rules_of(message, audience.quiet_hours(message)) == kept

    def test_are_read_in_english_as_they_are_kept(self, kept):
        rules = [(rule["label"], rule["terms"]) for rule in kept.rules]
        assert [spoken(kept.channel, rule) for rule in kept.rules] == rules

    def test_are_read_in_the_language_of_who_reads_them(self, kept):
        with override("fi"):
            said = {rule["key"]: spoken(kept.channel, rule) for rule in kept.rules}
        assert said["no_address"] == ("Ei osoitetta", "")
        assert said["got_enough"][1] == "enintään 3 7 päivässä"
        assert said[QUIET_HOURS] == (
            "Hiljaiset tunnit",
            "22:00–07:00 lukijan kellon mukaan",
        )
        bases = "Vapaaehtoinen suostumus tai Nykyinen asiakas, omat vastaavat tuotteet"
        assert said["no_consent"] == ("Ei suostumusta", bases)

    def test_are_told_as_they_were_kept_where_they_are_worded_otherwise_by_now(self):
        old = {"key": "no_consent", "label": "No yes", "terms": "A yes"}
        hours = {"key": QUIET_HOURS, "label": "Quiet hours", "terms": "at night"}
        with override("fi"):
            assert spoken("marketing", old) == ("No yes", "A yes")
            assert spoken("marketing", hours) == ("Hiljaiset tunnit", "at night")
