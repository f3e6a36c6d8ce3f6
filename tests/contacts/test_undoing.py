"""Undo of an import: what it changed, and nobody changed since."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import JOB_LOST_AFTER, Job, JobState
from accounts.roles import Role
from consent.models import ConsentRecord, Grant, SubscriptionType, Suppression
from consent.vocabulary import Action, Grade, LegalBasis, Mechanism
from contacts.importing import running, undoing
from contacts.models import (
    ConsentAnswer,
    Contact,
    ContactImport,
    ImportedContact,
    PropertyDefinition,
)
from contacts.subscriptions import Agreement, opt_in
from tests.contacts.importing import bring_in, receive, work
from tests.factories import (
    ContactFactory,
    DeliveryFactory,
    UserFactory,
    agree,
    make_segment,
)

pytestmark = pytest.mark.django_db
AGREED = {
    "consent": ConsentAnswer.AGREED,
    "consent_source": "Form in the shop",
    "consent_date": dt.date(2025, 3, 1),
    "consent_wording": "Yes, send me news.",
}


def undo(found, user):
    job = found.start_undo(user, "Wrong file")
    return work(job).result


def test_people_it_made_are_gone(alice):
    ContactFactory(email="old@people.example")
    found = bring_in("Email\nada@people.example\nold@people.example\n", alice)
    assert undo(found, alice)["removed"] == 1
    assert Contact.objects.get().email == "old@people.example"


def test_old_values_are_back(alice):
    size = PropertyDefinition.objects.create(name="size", label="Size", kind="number")
    other = PropertyDefinition.objects.create(name="other", label="O", kind="string")
    ada = ContactFactory(
        email="ada@people.example",
        city="Turku",
        owner=alice,
        properties={size.key: 38, other.key: "x"},
    )
    rita = UserFactory()
    found = bring_in(
        "Email,City,Company,Owner,Size\n"
        f"ada@people.example,Oulu,Acme,{rita.email},39\n",
        alice,
    )
    assert undo(found, alice)["reverted"] == 1
    ada.refresh_from_db()
    assert (ada.city, ada.company, ada.owner) == ("Turku", "", alice)
    assert ada.properties == {size.key: 38, other.key: "x"}


def test_a_value_that_was_not_there_is_gone_again(alice):
    size = PropertyDefinition.objects.create(name="size", label="Size", kind="number")
    ada = ContactFactory(email="ada@people.example")
    found = bring_in(f"Email,Size,Owner\n{ada.email},39,{alice.email}\n", alice)
    ada.refresh_from_db()
    assert (ada.properties, ada.owner) == ({size.key: 39}, alice)
    undo(found, alice)
    ada.refresh_from_db()
    assert (ada.properties, ada.owner) == ({}, None)


def test_what_somebody_changed_since_stays(alice):
    size = PropertyDefinition.objects.create(name="size", label="Size", kind="number")
    ada = ContactFactory(email="ada@people.example", city="Turku", company="Old")
    found = bring_in("Email,City,Company,Size\nada@people.example,Oulu,New,39\n", alice)
    Contact.objects.update(city="Vaasa", properties={size.key: 40})
    undo(found, alice)
    ada.refresh_from_db()
    assert (ada.city, ada.company) == ("Vaasa", "Old")
    assert ada.properties == {size.key: 40}


def test_a_new_person_whom_somebody_edited_stays(alice):
    found = bring_in("Email\nada@people.example\n", alice)
    Contact.objects.get().keep("ada@people.example", alice, fields=[])
    assert undo(found, alice)["stay"] == 1
    assert Contact.objects.exists()


def test_a_new_person_whom_staff_opted_in_stays(alice):
    found = bring_in("Email\nada@people.example\n", alice)
    agreement = Agreement(
        subscription_type=SubscriptionType.objects.default(),
        basis=LegalBasis.CONSENT,
        explanation="Said so on the phone",
        day=dt.date(2026, 11, 1),
    )
    opt_in(Contact.objects.get(), alice, agreement)
    assert undo(found, alice)["stay"] == 1
    assert Contact.objects.exists()


def test_a_new_person_who_stands_in_another_file_stays(alice):
    found = bring_in("Email\nada@people.example\n", alice)
    other = receive("Email\nada@people.example\n", alice)
    ImportedContact.objects.create(contact_import=other, contact=Contact.objects.get())
    assert undo(found, alice)["stay"] == 1


def test_a_new_person_who_got_a_mail_since_stays(alice):
    found = bring_in("Email\nada@people.example\n", alice)
    Contact.objects.update(delivered=1)
    undo(found, alice)
    assert Contact.objects.exists()


def test_a_new_person_whose_mail_is_not_counted_yet_stays(alice):
    found = bring_in("Email\nada@people.example\n", alice)
    DeliveryFactory(contact=Contact.objects.get())
    assert undo(found, alice)["stay"] == 1


def test_a_new_person_who_was_put_into_a_segment_stays(alice):
    found = bring_in("Email\nada@people.example\n", alice)
    make_segment(Contact.objects.get())
    assert undo(found, alice)["stay"] == 1


def test_engagement_from_the_file_is_no_act_of_hers(alice):
    found = bring_in("Email,Marketing emails delivered\nada@people.example,9\n", alice)
    undo(found, alice)
    assert not Contact.objects.exists()


def agreed(text, user):
    found = receive(text, user, **AGREED)
    found.subscription_types.set([SubscriptionType.objects.default()])
    found.start(user)
    work(found.job)
    found.refresh_from_db()
    return found


def test_the_consent_it_brought_ends_on_the_ledger(alice):
    found = agreed("Email\nada@people.example\n", alice)
    assert undo(found, alice)["unsubscribed"] == 1
    assert not Grant.objects.exists()
    last = ConsentRecord.objects.latest("pk")
    assert (last.action, last.mechanism) == (Action.EXPIRED, Mechanism.UNDO)
    assert "Wrong file" in last.explanation


def test_the_consent_of_who_was_deleted_since_ends_too(alice):
    found = agreed("Email\nada@people.example\nbo@people.example\n", alice)
    Contact.objects.get(email="ada@people.example").delete()
    assert undo(found, alice)["unsubscribed"] == 2
    assert not Grant.objects.exists()


def test_the_consent_ends_at_the_address_that_she_moved_from(alice):
    found = agreed("Email\nada@people.example\n", alice)
    Contact.objects.get().keep("new@people.example", alice, fields=[])
    undo(found, alice)
    assert not Grant.objects.exists()


def test_what_the_person_confirmed_since_stays(alice):
    found = agreed("Email\nada@people.example\n", alice)
    ada = Contact.objects.get()
    agree(ada, SubscriptionType.objects.default(), Grade.DOUBLE_OPT_IN)
    assert undo(found, alice)["stay"] == 1
    assert Grant.objects.get().grade == Grade.DOUBLE_OPT_IN


def test_an_opt_out_it_brought_stays(alice):
    found = bring_in(
        "Email,Unsubscribed from all email\nada@people.example,yes\n", alice
    )
    undo(found, alice)
    assert Suppression.objects.active().exists()


def test_it_is_undone_once(alice):
    found = bring_in("Email\nada@people.example\n", alice)
    undo(found, alice)
    assert found.start_undo(alice, "Again") is None


def test_it_is_too_late_after_a_week(alice):
    found = bring_in("Email\nada@people.example\n", alice)
    found.batch.undo_until = timezone.now()
    found.batch.save()
    assert found.start_undo(alice, "Late") is None


def test_only_the_last_import_is_undone(alice):
    first = bring_in("Email\nada@people.example\n", alice)
    bring_in("Email\nbo@people.example\n", alice)
    assert first.start_undo(alice, "Wrong") is None


def five(user, monkeypatch):
    rows = "".join(f"p{n}@people.example\n" for n in range(5))
    found = bring_in(f"Email\n{rows}", user)
    monkeypatch.setattr(undoing, "BATCH_SIZE", 2)
    return found


def test_an_import_that_runs_beside_it_forbids_the_undo(alice):
    other = receive("Email\nbo@people.example\n", alice)
    assert other.start(alice)
    found = bring_in("Email\nada@people.example\n", alice)
    assert found.start_undo(alice, "Wrong") is None
    work(other.job)
    assert found.start_undo(alice, "Wrong") is None


def test_no_import_starts_while_an_undo_works(client, alice):
    found = bring_in("Email\nada@people.example\n", alice)
    found.start_undo(alice, "Wrong")
    other = receive("Email\nbo@people.example\n", alice)
    start = reverse("contacts:import_start", args=[other.pk])
    page = client.post(start, follow=True).content.decode()
    assert "Another import is being undone" in page
    work(found.undo_job)
    assert other.start(alice)


def test_an_undo_whose_worker_died_goes_on(alice, monkeypatch):
    found = five(alice, monkeypatch)
    job = Job.objects.claim(found.start_undo(alice, "Wrong file").pk)
    assert undoing.take_back(found, job.pk)
    assert Contact.objects.count() == 3
    Job.objects.update(heartbeat_at=timezone.now() - JOB_LOST_AFTER * 2)
    assert work(job).result["removed"] == 5


def test_an_undo_that_is_longer_than_a_turn_goes_on_in_the_next(alice, monkeypatch):
    found = five(alice, monkeypatch)
    monkeypatch.setattr(running, "ENOUGH_SECONDS", -1)
    job = work(found.start_undo(alice, "Wrong file"))
    assert (job.state, job.done) == (JobState.QUEUED, 2)
    while not work(job).is_over:
        pass
    assert job.result["removed"] == 5


def test_an_undo_that_was_stopped_takes_nothing_more_back(alice, monkeypatch):
    found = five(alice, monkeypatch)
    job = Job.objects.claim(found.start_undo(alice, "Wrong file").pk)
    job.cancel()
    assert not undoing.take_back(found, job.pk)
    assert Contact.objects.count() == 5


def test_what_was_replaced_is_forgotten_with_the_chance_to_undo(alice):
    ContactFactory(email="ada@people.example", city="Turku")
    bring_in("Email,City\nada@people.example,Oulu\n", alice)
    running.clean_up(timezone.now())
    assert ImportedContact.objects.get().before == {"city": "Turku"}
    running.clean_up(timezone.now() + dt.timedelta(days=8))
    assert ImportedContact.objects.get().before is None


def test_what_was_replaced_is_kept_for_an_undo_that_is_not_over(alice):
    ContactFactory(email="ada@people.example", city="Turku")
    found = bring_in("Email,City\nada@people.example,Oulu\n", alice)
    found.start_undo(alice, "Wrong")
    running.clean_up(timezone.now() + dt.timedelta(days=8))
    assert ImportedContact.objects.get().before == {"city": "Turku"}


def test_the_page_asks_why_and_begins(client, alice):
    found = bring_in("Email\nada@people.example\n", alice)
    page = reverse("contacts:import_undo", args=[found.pk])
    assert "Undo this import" in client.get(page).content.decode()
    assert client.post(page, {"reason": ""}).status_code == 422
    client.post(page, {"reason": "Wrong file"})
    found.refresh_from_db()
    work(found.undo_job)
    assert "1 person is gone" in client.get(found.get_absolute_url()).content.decode()


def test_who_lacks_the_right_cannot_undo(client, alice):
    found = bring_in("Email\nada@people.example\n", alice)
    client.force_login(UserFactory(role=Role.MARKETER))
    page = reverse("contacts:import_undo", args=[found.pk])
    assert client.post(page, {"reason": "x"}).status_code == 403
    assert ContactImport.objects.get().undo_job is None


def test_who_lacks_the_right_reads_who_has_it(client, alice):
    found = bring_in("Email\nada@people.example\n", alice)
    client.force_login(UserFactory(role=Role.MARKETER))
    page = client.get(found.get_absolute_url()).content.decode()
    assert "A hygiene manager or an administrator can undo it until" in page
    assert "Undo this import" not in page
