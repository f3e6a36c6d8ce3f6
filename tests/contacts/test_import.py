"""What becomes of a file of contacts."""

import datetime as dt
import io

import pytest
from django.db import IntegrityError
from django.utils import timezone

from accounts.models import Job
from consent import tables
from consent.models import Address, ConsentRecord, Grant, SubscriptionType, Suppression
from consent.vocabulary import Act, Action, Actor, Grade, Mechanism, Reason
from contacts import tasks
from contacts.importing import reviewing, running, staging, taking
from contacts.models import (
    ConsentAnswer,
    Contact,
    ContactImport,
    ImportState,
    OpeningBalance,
    PropertyDefinition,
)
from tests.contacts.importing import bring_in, checked, problems, receive, work
from tests.factories import ContactFactory, make_address
from tests.spreadsheets import workbook

pytestmark = pytest.mark.django_db

AGREED = {
    "consent": ConsentAnswer.AGREED,
    "consent_source": "Form in the shop",
    "consent_date": dt.date(2025, 3, 1),
    "consent_wording": "Yes, send me news.",
}


def agreed(text, user):
    found = receive(text, user, **AGREED)
    found.subscription_types.set(SubscriptionType.objects.all())
    found.start(user)
    work(found.job)
    found.refresh_from_db()
    return found


def suppress(raw, reason=Reason.OWN_OPT_OUT):
    act = Act(
        action=Action.WITHDRAWN, mechanism=Mechanism.ONE_CLICK, actor=Actor.CONTACT
    )
    Suppression.objects.suppress([make_address(raw).pk], reason, act)


def test_the_numbers_of_the_result_add_up_to_the_rows(alice):
    ContactFactory(email="old@people.example", first_name="Olga")
    ContactFactory(email="same@people.example", first_name="Sam", last_name="")
    found = bring_in(
        "Email,First name\n"
        "new@people.example,Nina\n"
        "old@people.example,Olga-Maria\n"
        "same@people.example,Sam\n"
        "NEW@people.example,Nina\n"
        ",Nobody\n"
        "not an address,Bad\n",
        alice,
    )
    assert found.state == ImportState.DONE
    assert found.counts == {
        "rows": 6,
        "new": 1,
        "updated": 1,
        "unchanged": 1,
        "duplicates": 1,
        "no_address": 1,
        "refused": 1,
        "remarked": 0,
    }


def test_the_same_file_again_adds_nothing(alice):
    text = (
        "Email,Unsubscribed from all email,Email hard bounce reason\n"
        "ada@people.example,false,\nbo@people.example,true,\n"
        "cy@people.example,false,UNKNOWN_USER\n"
    )
    agreed(text, alice)
    records, noes = ConsentRecord.objects.count(), Suppression.objects.count()
    again = agreed(text, alice)
    assert again.counts["unchanged"] == 3
    assert ConsentRecord.objects.count() == records
    assert Suppression.objects.count() == noes


def test_a_file_that_came_before_is_recognised(alice):
    first = bring_in("Email\nada@people.example\n", alice)
    assert receive("Email\nada@people.example\n", alice).same_file() == first


def test_people_arrive_without_consent_unless_it_is_shown(alice):
    bring_in("Email\nada@people.example\n", alice)
    assert not Grant.objects.exists()


def test_consent_arrives_with_source_date_and_wording(alice):
    agreed("Email\nada@people.example\n", alice)
    grant = Grant.objects.select_related("record__text").get()
    assert grant.grade == Grade.EVIDENCED
    assert grant.given_at.date() == dt.date(2025, 3, 1)
    assert grant.record.text.body == "Yes, send me news."
    assert grant.record.source["file"] == "people.csv"


def test_consent_without_its_evidence_is_refused_by_the_database(alice):
    found = receive("Email\nada@people.example\n", alice)
    found.consent = ConsentAnswer.AGREED
    with pytest.raises(IntegrityError, match="consent_has_its_evidence"):
        found.save()


def test_a_suppressed_address_is_neither_subscribed_nor_revived(alice):
    suppress("ada@people.example")
    found = agreed("Email\nada@people.example\nbo@people.example\n", alice)
    assert found.counts["kept_out"] == 1
    assert found.counts["subscribed"] == 1
    assert Suppression.objects.active().count() == 1
    assert not Grant.objects.filter(address__key="ada@people.example").exists()


def test_unsubscribed_in_the_file_is_an_imported_opt_out_of_its_batch(alice):
    found = agreed(
        "Email,Unsubscribed from all email\nada@people.example,true\n", alice
    )
    no = Suppression.objects.active().get()
    assert (no.reason, no.batch) == (Reason.IMPORTED_OPT_OUT, found.batch)
    assert not Grant.objects.exists()


def test_a_no_in_any_row_of_an_address_counts(alice):
    bring_in(
        "Email,Unsubscribed from all email\n"
        "ada@people.example,false\nADA@people.example,true\n",
        alice,
    )
    assert Suppression.objects.active().get().address.key == "ada@people.example"


def test_opted_out_of_one_type_blocks_that_type_only(alice):
    default = SubscriptionType.objects.default()
    bring_in(
        "Email,Opted out of email: Marketing Information\nada@people.example,true\n",
        alice,
    )
    assert Suppression.objects.active().get().subscription_type == default


def test_a_bounce_reason_blocks_the_address_and_stands_on_the_contact(alice):
    bring_in("Email,Email hard bounce reason\nada@people.example,MAILBOX_FULL\n", alice)
    assert Suppression.objects.active().get().reason == Reason.IMPORTED_BOUNCE
    assert Contact.objects.get().hard_bounce_reason == "MAILBOX_FULL"


@pytest.mark.parametrize("why", ["MAILBOX_FULL", "POLICY", "UNKNOWN_USER"])
def test_the_reason_outlives_the_contact(alice, why):
    bring_in(
        "Email,Email hard bounce reason\n"
        f"ada@people.example,{why}\nbo@people.example,SPAM\n",
        alice,
    )
    Contact.objects.get(email="ada@people.example").forget(alice)
    again = Contact(first_name="Ada")
    again.keep("ada@people.example", alice, fields=[])
    again.refresh_from_db()
    assert again.hard_bounce_reason == why


def test_the_reason_comes_back_with_a_file_that_does_not_say_it(alice):
    bring_in("Email,Email hard bounce reason\nada@people.example,MAILBOX_FULL\n", alice)
    Contact.objects.get().forget(alice)
    bring_in("Email\nada@people.example\n", alice)
    assert Contact.objects.get().hard_bounce_reason == "MAILBOX_FULL"


def test_a_new_contact_at_a_dead_address_shows_it_at_once(alice):
    suppress("ada@people.example", Reason.DEAD_ADDRESS)
    bring_in("Email\nada@people.example\n", alice)
    assert Contact.objects.get().hard_bounce_reason == "UNKNOWN_USER"


def test_engagement_becomes_an_opening_balance_and_the_roll_ups(alice):
    bring_in(
        "Email,Marketing emails delivered,Last marketing email open date\n"
        "ada@people.example,14,2025-12-24 10:00\nbo@people.example,,\n",
        alice,
    )
    ada = Contact.objects.get(email="ada@people.example")
    assert ada.delivered == ada.opening_balance.delivered == 14
    assert ada.last_opened_at == dt.datetime(2025, 12, 24, 10, tzinfo=dt.UTC)
    assert OpeningBalance.objects.count() == 1


def test_engagement_of_somebody_we_mailed_ourselves_is_left_to_the_folder(alice):
    ada = ContactFactory(email="ada@people.example", delivered=3)
    bring_in("Email,Marketing emails delivered\nada@people.example,14\n", alice)
    ada.refresh_from_db()
    assert ada.delivered == 3
    assert ada.opening_balance.delivered == 14


def test_newer_engagement_replaces_the_balance(alice):
    bring_in("Email,Marketing emails delivered\nada@people.example,14\n", alice)
    bring_in("Email,Marketing emails delivered\nada@people.example,20\n", alice)
    ada = Contact.objects.get()
    assert ada.delivered == ada.opening_balance.delivered == 20


def test_one_turn_of_the_timetable_does_one_job(alice):
    for _ in range(2):
        content = io.BytesIO(b"Email\nada@people.example\n")
        found = ContactImport.objects.receive("people.csv", content, alice)
        found.match(["email"])
    tasks.run_open_imports()
    assert list(Job.objects.order_by("pk").values_list("state", flat=True)) == [
        "done",
        "queued",
    ]


def test_an_empty_cell_changes_nothing(alice):
    ContactFactory(email="ada@people.example", first_name="Ada", city="Turku")
    bring_in("Email,First name,City\nada@people.example,,Oulu\n", alice)
    assert Contact.objects.values_list("first_name", "city").get() == ("Ada", "Oulu")


def test_properties_are_typed_and_a_bad_value_stays_out_alone(alice):
    age = PropertyDefinition.objects.create(name="age", label="Age", kind="number")
    found = bring_in("Email,Age\nada@people.example,41\nbo@people.example,old\n", alice)
    ada, bo = Contact.objects.order_by("email")
    assert ada.properties == {age.key: 41}
    assert bo.properties == {}
    assert found.counts["remarked"] == 1
    assert "“old” is not a number" in problems(found)[1]


def test_dates_that_can_be_two_days_keep_their_column_out(alice):
    found = receive(
        "Email,Last marketing email open date\nada@people.example,03/04/2026\n", alice
    )
    assert "can be two different days" in reviewing.sentences(found)[0]


def test_saying_the_order_brings_the_column_in(alice):
    found = receive(
        "Email,Last marketing email open date\nada@people.example,03/04/2026\n", alice
    )
    checked(found, date_order="mdy")
    found.start(alice)
    work(found.job)
    assert Contact.objects.get().last_opened_at.date() == dt.date(2026, 3, 4)


def test_the_file_of_problems_has_the_row_as_it_stood_and_runs_no_formula(alice):
    found = bring_in("Email,First name\n=1+1,=cmd()\n", alice)
    lines = problems(found)
    assert lines[1].startswith("2,The address is a formula.")
    assert "'=cmd()" in lines[1]


def test_an_import_starts_once(alice):
    found = receive("Email\nada@people.example\n", alice)
    assert found.start(alice)
    assert not ContactImport.objects.get(pk=found.pk).start(alice)


def test_an_import_that_was_not_checked_does_not_start(alice):
    found = receive("Email\nada@people.example\n", alice)
    ContactImport.objects.update(checked={})
    assert not found.start(alice)


def three_pieces(alice, monkeypatch):
    monkeypatch.setattr("contacts.importing.pieces.BATCH_SIZE", 2)
    rows = "".join(f"p{n}@people.example\n" for n in range(5))
    found = receive(f"Email\n{rows}", alice)
    found.start(alice)
    return found


def test_a_killed_worker_goes_on_at_the_next_piece(alice, monkeypatch):
    found = three_pieces(alice, monkeypatch)
    job = Job.objects.claim(found.job.pk)
    assert taking.take(found, job)
    assert Contact.objects.count() == 2
    Job.objects.update(heartbeat_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    work(found.job)
    found.refresh_from_db()
    assert found.counts["new"] == 5


def test_a_staged_file_that_was_lost_is_read_again(alice, monkeypatch):
    found = three_pieces(alice, monkeypatch)
    taking.take(found, Job.objects.claim(found.job.pk))
    staging.drop(found)
    Job.objects.update(heartbeat_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    work(found.job)
    found.refresh_from_db()
    assert found.counts["new"] == 5


def test_a_stopped_import_keeps_what_it_took_and_says_so(alice, monkeypatch):
    found = three_pieces(alice, monkeypatch)
    job = Job.objects.claim(found.job.pk)
    taking.take(found, job)
    job.cancel()
    running.take_in(job)
    found.refresh_from_db()
    assert found.state == ImportState.CANCELLED
    assert Contact.objects.count() == found.counts["new"] == 4


def test_a_job_that_crashes_again_and_again_ends_with_a_sentence(alice):
    found = receive("Email\nada@people.example\n", alice)
    found.start(alice)
    Job.objects.filter(pk=found.job.pk).update(attempts=running.MOST_ATTEMPTS)
    assert "import the file again" in work(found.job).error


def test_a_broken_file_fails_the_check_with_a_sentence(alice):
    good = "".join(f"p{n}@people.example,P\n" for n in range(100))
    broken = 'ada@people.example,"Ada\n' + "x,y\n" * 300_000
    found = receive(f"Email,Name\n{good}{broken}", alice)
    assert "never closed" in found.check_job.error


@pytest.mark.parametrize("content", [b"PK\x03\x04zip", b"\x00\x01\x02\xff", b""])
def test_what_is_no_table_is_refused_with_a_sentence(alice, content):
    with pytest.raises(tables.BadTable):
        receive(content, alice)


def test_a_semicolon_file_in_another_encoding_is_read(alice):
    bring_in("E-mail;Nachname\nada@people.example;Müller\n".encode("utf-16"), alice)
    assert Address.objects.filter(key="ada@people.example").exists()


def test_the_sheet_of_a_spreadsheet_comes_in(alice):
    met = dt.datetime(2026, 11, 22, 10, 5)
    date = PropertyDefinition.objects.create(name="met", label="Met", kind="date")
    found = bring_in(
        workbook(People=[["Email", "Met", "Phone"], ["a@people.example", met, 358401]]),
        alice,
    )
    person = Contact.objects.get()
    assert found.counts["new"] == 1
    assert (person.phone, person.properties) == ("358401", {date.key: "2026-11-22"})


def test_the_file_of_problems_of_a_sheet_names_its_rows(alice):
    rows = [[], ["Email"], [], ["bad"]]
    assert problems(bring_in(workbook(People=rows), alice))[1].startswith("4,")


def test_the_draft_constraint_holds(alice):
    found = receive("Email\nada@people.example\n", alice)
    found.state = ImportState.RUNNING
    with pytest.raises(IntegrityError, match="starts_with_its_answers"):
        found.save()


def test_files_are_deleted_when_they_are_of_no_use_any_more(alice):
    draft = receive(workbook(A=[["Email"], ["ada@people.example"]]), alice)
    done = bring_in("Email,Age\nbad,1\n", alice)
    now = timezone.now()
    assert running.clean_up(now) == 0
    assert running.clean_up(now + dt.timedelta(days=2)) == 1
    assert running.clean_up(now + dt.timedelta(days=31)) == 1
    for found in (draft, done):
        found.refresh_from_db()
        assert not (found.file or found.workbook or found.problems)
    assert done.counts["refused"] == 1


def test_a_bounce_is_no_no_and_the_yes_waits_behind_it(alice):
    agreed("Email,Email hard bounce reason\nada@people.example,POLICY\n", alice)
    assert Grant.objects.count() == SubscriptionType.objects.count()
    assert Suppression.objects.active().get().reason == Reason.IMPORTED_BOUNCE
