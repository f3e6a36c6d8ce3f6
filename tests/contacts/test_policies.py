"""What an import does to values that are there, and what it says beforehand."""

import pytest

from accounts.models import Job
from consent.models import Suppression
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from contacts.importing import reviewing, running, staging
from contacts.models import Contact, ContactImport, Policy, PropertyDefinition
from tests.contacts.importing import bring_in, receive, work
from tests.factories import ContactFactory, UserFactory, make_address

pytestmark = pytest.mark.django_db
FILE = "Email,First name,City\nada@people.example,Adele,Oulu\n"


@pytest.mark.parametrize(
    ("policy", "after"),
    [
        (Policy.OVERWRITE, ("Adele", "Oulu")),
        (Policy.FILL, ("Ada", "Oulu")),
        (Policy.KEEP, ("Ada", "")),
    ],
)
def test_the_policy_decides_on_values_that_are_there(alice, policy, after):
    ContactFactory(email="ada@people.example", first_name="Ada", city="")
    bring_in(FILE, alice, policy=policy)
    assert Contact.objects.values_list("first_name", "city").get() == after


def test_a_column_may_have_its_own_policy(alice):
    ContactFactory(email="ada@people.example", first_name="Ada", city="Turku")
    bring_in(FILE, alice, policy=Policy.KEEP, policies=["", "", Policy.OVERWRITE])
    ada = Contact.objects.get()
    assert (ada.first_name, ada.city) == ("Ada", "Oulu")


def test_each_property_follows_the_policy_of_its_column(alice):
    made = [
        PropertyDefinition.objects.create(name=name, label=name, kind="string")
        for name in ("one", "two", "three", "four")
    ]
    one, two, _, four = (each.key for each in made)
    ContactFactory(
        email="ada@people.example", properties={one: "a", two: "a", four: "a"}
    )
    bring_in(
        "Email,one,two,three\nada@people.example,b,b,b\n",
        alice,
        policies=["", Policy.FILL, Policy.OVERWRITE, Policy.KEEP],
    )
    assert Contact.objects.get().properties == {one: "a", two: "b", four: "a"}


def test_a_new_person_gets_every_value_whatever_the_policy(alice):
    bring_in(FILE, alice, policy=Policy.KEEP)
    assert Contact.objects.get().city == "Oulu"


def test_the_dry_run_counts_as_the_import_does(alice):
    ContactFactory(email="old@people.example", first_name="Olga")
    ContactFactory(email="same@people.example", first_name="Sam")
    act = Act(
        action=Action.WITHDRAWN, mechanism=Mechanism.ONE_CLICK, actor=Actor.CONTACT
    )
    address = make_address("out@people.example")
    Suppression.objects.suppress([address.pk], Reason.OWN_OPT_OUT, act)
    found = receive(
        "Email,First name\nold@people.example,Maria\nsame@people.example,Sam\n"
        "out@people.example,Otto\nSAME@people.example,Sam\nbad,B\n,\n",
        alice,
    )
    before = found.checked
    found.start(alice)
    work(found.job)
    found.refresh_from_db()
    names = ("new", "updated", "unchanged", "duplicates", "refused", "kept_out")
    assert {name: before[name] for name in names} == {
        name: found.counts[name] for name in names
    }


def test_the_samples_of_the_dry_run_name_rows_and_reasons(alice):
    age = PropertyDefinition.objects.create(name="age", label="Age", kind="number")
    ContactFactory(email="ada@people.example", properties={age.key: 40})
    found = receive("Email,Age\nada@people.example,41\nbo@people.example,x\n", alice)
    outcomes, besides = reviewing.outcomes(found)
    told = {
        one.name: [(row.number, row.what) for row in one.samples]
        for one in (*outcomes, *besides)
    }
    assert told["updated"] == [(2, "Age: 40 → 41")]
    assert told["remarked"] == [(3, "Age was left out: “x” is not a number.")]


def test_the_owner_is_found_by_address_and_by_name(alice):
    rita = UserFactory(first_name="Rita", last_name="Roe")
    bring_in(
        f"Email,Owner\nada@people.example,{alice.email}\nbo@people.example,rita roe\n",
        alice,
    )
    owners = Contact.objects.order_by("email").values_list("owner", flat=True)
    assert list(owners) == [alice.pk, rita.pk]


def test_an_owner_whom_nobody_knows_stays_out_with_a_sentence(alice):
    found = receive("Email,Owner\nada@people.example,Zoe\n", alice)
    assert found.checked["remarked"] == 1


def test_a_language_is_kept_by_its_code(alice):
    bring_in("Email,Language\nada@people.example,Suomi\n", alice)
    assert Contact.objects.get().language == "fi"


def test_a_time_zone_is_kept_and_what_is_none_stays_out(alice):
    found = bring_in(
        "Email,Time zone\nada@people.example,Europe/Helsinki\nbo@people.example,Mars\n",
        alice,
    )
    zones = Contact.objects.order_by("email").values_list("time_zone", flat=True)
    assert list(zones) == ["Europe/Helsinki", ""]
    assert found.counts["remarked"] == 1


def test_a_late_check_does_not_speak_for_the_new_columns(alice):
    found = receive("Email,City\nada@people.example,Oulu\n", alice)
    late = Job.objects.claim(found.match(["email", "city"]).pk)
    asked_late = ContactImport.objects.get(pk=found.pk)
    out = staging.fill(asked_late, late)
    found.refresh_from_db()
    found.match(["email", ""])
    numbers = reviewing.numbers(asked_late) | {"sentences": out}
    assert not asked_late.keep_check(late, numbers)
    found.refresh_from_db()
    assert found.checked == {}


def test_a_check_that_was_overtaken_before_it_began_does_nothing(alice):
    found = receive("Email\nada@people.example\n", alice)
    late = found.match(["email"])
    found.match(["email"])
    Job.objects.filter(pk=late.pk).update(state="running")
    running.check(late)
    assert Job.objects.get(pk=late.pk).state == "cancelled"
