import datetime as dt

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from bounces import intake, judging
from bounces.models import Bounce, Outcome, Report, Source
from bounces.recording import record
from consent.models import Address, ConsentRecord, Suppression
from consent.vocabulary import OPT_OUT_REASONS, Reason, Scope
from contacts.models import Contact
from deliveries import catcher, magic
from deliveries.models import CaughtMail, Delivery, DeliveryState
from deliveries.tokens import Purpose, Token, sign
from tests.factories import ContactFactory, DeliveryFactory, MessageFactory, UserFactory

pytestmark = pytest.mark.django_db

MAIL = b"From: News <news@brand.example>\r\nSubject: Hi\r\n\r\nHello"


def return_path(delivery, purpose=Purpose.RETURN_PATH):
    token = Token(delivery.message_id, delivery.pk, delivery.address_id)
    return f"b-{sign(token, purpose)}@{settings.BOUNCE_DOMAIN}"


def bounce(delivery, to=None):
    to = to or return_path(delivery)
    raw = magic.bounce(MAIL, to, delivery.contact.email)
    return record(raw, envelope_to=to, source=Source.CATCHER)


def complaint(delivery, to=None):
    to = to or return_path(delivery)
    raw = magic.complaint(MAIL, to, delivery.contact.email)
    return record(raw, envelope_to=to, source=Source.CATCHER)


@pytest.fixture
def delivery():
    return DeliveryFactory()


def everything():
    """All that a report could change."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (Delivery, Suppression, ConsentRecord, Contact, Address, Bounce)
    ]


class TestBounce:
    def test_of_a_mailbox_that_is_not_there_ends_the_address(self, delivery):
        report = bounce(delivery)
        assert report.outcome == Outcome.DONE
        found = Suppression.objects.get()
        assert (found.reason, found.scope) == (Reason.DEAD_ADDRESS, Scope.EVERYTHING)
        delivery.contact.refresh_from_db()
        assert delivery.contact.hard_bounce_reason == "UNKNOWN_USER"

    def test_overturns_the_delivery(self, delivery):
        bounce(delivery)
        delivery.refresh_from_db()
        assert delivery.state == DeliveryState.REFUSED
        assert delivery.delivered_at is None
        assert (delivery.bounce_kind, delivery.bounce_category) == (
            "hard",
            "unknown_user",
        )

    def test_reported_twice_counts_once(self, delivery):
        bounce(delivery)
        before = everything()
        again = magic.bounce(MAIL + b" again", return_path(delivery), "x@y.test")
        report = record(again, envelope_to=return_path(delivery), source=Source.MAILBOX)
        assert report.outcome == Outcome.KNOWN
        assert everything() == before

    def test_the_same_bytes_are_kept_once(self, delivery):
        raw = magic.bounce(MAIL, return_path(delivery), "x@y.test")
        record(raw, envelope_to=return_path(delivery), source=Source.CATCHER)
        record(raw, envelope_to=return_path(delivery), source=Source.FILE)
        assert Report.objects.count() == 1

    def test_of_a_mail_that_was_read_waits_for_a_person(self, delivery):
        Delivery.objects.update(opened_at=timezone.now())
        assert bounce(delivery).outcome == Outcome.REVIEW
        assert not Suppression.objects.exists()

    def test_that_comes_after_weeks_waits_for_a_person(self):
        long_ago = timezone.now() - dt.timedelta(days=15)
        assert bounce(DeliveryFactory(started_at=long_ago)).outcome == Outcome.REVIEW
        assert not Suppression.objects.exists()

    def test_for_policy_never_touches_the_address(self, delivery):
        raw = magic.bounce(MAIL, return_path(delivery), "x@y.test")
        raw = raw.replace(b"5.1.1", b"5.7.1").replace(
            b"no such user", b"bad reputation"
        )
        record(raw, envelope_to=return_path(delivery), source=Source.CATCHER)
        assert Bounce.objects.get().category == "reputation"
        assert not Suppression.objects.exists()
        delivery.contact.refresh_from_db()
        assert delivery.contact.hard_bounce_reason == ""


class TestComplaint:
    def test_ends_all_marketing(self, delivery):
        report = complaint(delivery)
        assert report.outcome == Outcome.DONE
        found = Suppression.objects.get()
        assert (found.reason, found.scope) == (Reason.COMPLAINT, Scope.EVERYTHING)
        delivery.refresh_from_db()
        assert delivery.complained_at is not None
        assert delivery.state == DeliveryState.DELIVERED

    def test_it_counts_where_she_is_now(self, delivery):
        ada = delivery.contact
        ada.move_to("ada@new.example", UserFactory())
        complaint(delivery)
        noes = Suppression.objects.active().filter(reason=Reason.COMPLAINT)
        assert noes.filter(address=ada.address_id).exists()

    def test_reported_twice_counts_once(self, delivery):
        complaint(delivery)
        before = everything()
        assert complaint(delivery).outcome == Outcome.KNOWN
        assert everything() == before


class TestForgery:
    """Without a valid token nothing changes, whatever the report says."""

    @pytest.mark.parametrize("send", [bounce, complaint])
    @pytest.mark.parametrize(
        "forge",
        [
            lambda d: f"ada@{settings.BOUNCE_DOMAIN}",
            lambda d: f"b-1-aeaqcaypbrnmmk6vzvq@{settings.BOUNCE_DOMAIN}",
            lambda d: return_path(d).replace("@", "a@"),
            lambda d: return_path(d)[:-25] + f"@{settings.BOUNCE_DOMAIN}",
            lambda d: return_path(d, Purpose.UNSUBSCRIBE),
            lambda d: return_path(d, Purpose.CLICK),
            lambda d: "",
        ],
    )
    def test_changes_nothing(self, delivery, send, forge):
        before = everything()
        to = forge(delivery) or "nobody@nowhere.test"
        assert send(delivery, to).outcome == Outcome.REVIEW
        assert everything() == before

    def test_by_a_delivery_that_is_not_there_changes_nothing(self, delivery):
        before = everything()
        token = Token(delivery.message_id, delivery.pk + 1, delivery.address_id)
        to = f"b-{sign(token, Purpose.RETURN_PATH)}@{settings.BOUNCE_DOMAIN}"
        assert bounce(delivery, to).outcome == Outcome.REVIEW
        assert everything() == before


class TestRefusal:
    def refuse(self, code, enhanced, reply="", **known):
        state = DeliveryState.REFUSED if code >= 500 else DeliveryState.EXPIRED
        return DeliveryFactory(
            state=state,
            delivered_at=None,
            smtp_code=code,
            enhanced_code=enhanced,
            reply=reply,
            **known,
        )

    def test_of_an_unknown_user_ends_the_address(self):
        delivery = self.refuse(550, "5.1.1")
        assert judging.judge_refusals() == 1
        assert Suppression.objects.get().reason == Reason.DEAD_ADDRESS
        delivery.refresh_from_db()
        assert (delivery.bounce_kind, delivery.bounce_category) == (
            "hard",
            "unknown_user",
        )
        assert delivery.bounced_at is not None

    def test_is_judged_once(self):
        self.refuse(550, "5.1.1")
        judging.judge_refusals()
        before = everything()
        assert judging.judge_refusals() == 0
        assert everything() == before

    @pytest.mark.parametrize(
        ("code", "enhanced", "reply"),
        [
            (550, "5.7.1", "poor reputation"),
            (554, "5.7.26", "unauthenticated"),
            (550, "5.6.0", "content rejected"),
            (552, "5.3.4", "too large"),
            (451, "4.7.1", "greylisted"),
            (450, "4.1.1", "user unknown for now"),
        ],
    )
    def test_for_other_reasons_leaves_the_address_alone(self, code, enhanced, reply):
        self.refuse(code, enhanced, reply)
        assert judging.judge_refusals() == 1
        assert not Suppression.objects.exists()

    def test_goes_through_many_in_batches(self):
        for _ in range(5):
            self.refuse(550, "5.1.1")
        assert judging.judge_refusals(limit=2) == 5
        assert Suppression.objects.count() == 5


class TestWearingOut:
    def fail(self, contact, *days, code=552, enhanced="5.2.2"):
        for day in days:
            DeliveryFactory(
                contact=contact,
                state=DeliveryState.REFUSED,
                delivered_at=None,
                settled_at=timezone.now() - dt.timedelta(days=day),
                smtp_code=code,
                enhanced_code=enhanced,
            )
        judging.judge_refusals()
        found = Suppression.objects.filter(address=contact.address).first()
        return found and found.reason

    def lively(self):
        """Somebody who clicked two months ago."""
        contact = ContactFactory()
        DeliveryFactory(
            contact=contact,
            started_at=timezone.now() - dt.timedelta(days=60),
            last_clicked_at=timezone.now() - dt.timedelta(days=60),
        )
        return contact

    def test_a_full_mailbox_is_blocked_after_three_in_three_weeks(self):
        contact = self.lively()
        assert self.fail(contact, 30, 15) is None
        assert self.fail(contact, 2) == Reason.BOUNCED
        contact.refresh_from_db()
        assert contact.hard_bounce_reason == "MAILBOX_FULL"

    def test_of_a_silent_person_after_two_in_a_week(self):
        assert self.fail(ContactFactory(), 10, 2) == Reason.BOUNCED

    def test_not_within_a_few_days(self):
        assert self.fail(ContactFactory(), 3, 2, 1) is None

    def test_an_accepted_mail_starts_the_count_anew(self):
        contact = ContactFactory()
        assert self.fail(contact, 40) is None
        DeliveryFactory(
            contact=contact, started_at=timezone.now() - dt.timedelta(days=30)
        )
        assert self.fail(contact, 20) is None

    @pytest.mark.parametrize(
        "sign", ["last_opened_at", "last_clicked_at", "replied_at"]
    )
    def test_a_sign_of_the_person_starts_the_count_anew(self, sign):
        contact, now = ContactFactory(), timezone.now()
        signed = {sign: now - dt.timedelta(days=30)}
        begun = now - dt.timedelta(days=60)
        DeliveryFactory(contact=contact, started_at=begun, **signed)
        assert self.fail(contact, 45, 35, 20) is None

    def test_a_failing_mailbox_is_blocked_after_five_in_two_weeks(self):
        contact = ContactFactory()
        soft = {"code": 550, "enhanced": "5.3.0"}
        assert self.fail(contact, 20, 15, 10, 5, **soft) is None
        assert self.fail(contact, 1, **soft) == Reason.BOUNCED

    def fail_in(self, contact, *groups):
        """One failure in an email of each of these campaigns, the last now."""
        for weeks, group in enumerate(reversed(groups)):
            at = timezone.now() - dt.timedelta(weeks=60 * weeks)
            DeliveryFactory(
                contact=contact,
                message=MessageFactory(group=group),
                state=DeliveryState.REFUSED,
                started_at=at,
                delivered_at=None,
                settled_at=at,
                smtp_code=550,
                enhanced_code="5.3.0",
            )
        judging.judge_refusals()
        return Suppression.objects.filter(address=contact.address).first()

    def test_who_is_reached_in_neither_of_two_campaigns_is_blocked(self):
        no = self.fail_in(ContactFactory(), "reengagement:1", "reengagement:2")
        assert (no.reason, no.reason in OPT_OUT_REASONS) == (Reason.BOUNCED, False)

    @pytest.mark.parametrize(
        "groups",
        [("reengagement:1", "reengagement:1"), ("reengagement:1", "email:2")],
    )
    def test_two_failures_in_one_campaign_are_one(self, groups):
        assert self.fail_in(ContactFactory(), *groups) is None

    def test_a_mail_that_was_accepted_between_two_campaigns_begins_anew(self):
        contact = ContactFactory()
        self.fail_in(contact, "reengagement:1", "email:2")
        DeliveryFactory(contact=contact)
        assert self.fail_in(contact, "reengagement:2") is None


class TestIntake:
    def test_reads_what_came_back_to_the_catcher(self, delivery):
        sent_to = "bounce-later@people.example"
        rows = catcher.caught(MAIL, return_path(delivery), [sent_to])
        CaughtMail.objects.bulk_create(rows)
        assert intake.read_caught() == 1
        assert Suppression.objects.get().reason == Reason.DEAD_ADDRESS
        assert intake.read_caught() == 0

    def test_reads_files_of_one_and_of_many(self, delivery, tmp_path, capsys):
        raw = magic.bounce(MAIL, return_path(delivery), "x@y.test")
        one, many = tmp_path / "one.eml", tmp_path / "many.mbox"
        one.write_bytes(raw)
        many.write_bytes(b"From x\n" + raw + b"\n\nFrom y\nSubject: Hello\n\nHi\n")
        call_command("read_bounces", one, many)
        words = capsys.readouterr().out.split()
        assert Suppression.objects.count() == 1
        assert "1 Acted upon" in " ".join(words)

    def test_says_which_file_it_cannot_read(self, tmp_path):
        with pytest.raises(CommandError, match=r"nowhere\.eml cannot be read"):
            call_command("read_bounces", tmp_path / "nowhere.eml")
