"""The pages of the app: person, properties, import wizard."""

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from consent.models import Grant, SubscriptionType, Suppression
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from contacts.models import Contact, PropertyDefinition
from tests.contacts.importing import receive
from tests.factories import ContactFactory, make_address, no_because

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"contacts:{name}", args=args)


def test_a_person_is_made_with_typed_properties(client):
    age = PropertyDefinition.objects.create(name="age", label="Age", kind="number")
    client.post(
        url("create"),
        {"address_as_typed": "ada@people.example", f"property_{age.pk}": "41"},
    )
    assert Contact.objects.get().properties == {age.key: 41}


def test_the_form_of_a_new_person_is_empty(client):
    form = client.get(url("create")).context["form"]
    assert {field.value() or "" for field in form} == {""}


def test_a_bad_value_is_told_beside_its_field(client):
    age = PropertyDefinition.objects.create(name="age", label="Age", kind="number")
    answer = client.post(
        url("create"), {"first_name": "Ada", f"property_{age.pk}": "old"}
    )
    assert answer.status_code == 422
    assert "“old” is not a number." in answer.content.decode()


def test_a_taken_address_links_to_who_has_it(client):
    bo = ContactFactory(email="bo@people.example")
    answer = client.post(url("create"), {"address_as_typed": "BO@people.example"})
    assert answer.status_code == 422
    assert f'href="{bo.get_absolute_url()}"' in answer.content.decode()
    assert Contact.objects.count() == 1


def test_a_malformed_address_gets_a_sentence(client):
    answer = client.post(url("create"), {"address_as_typed": "ada@"})
    assert "has no usable domain" in answer.content.decode()


def test_a_new_person_at_a_suppressed_address_is_announced_at_once(client):
    act = Act(
        action=Action.WITHDRAWN, mechanism=Mechanism.ONE_CLICK, actor=Actor.CONTACT
    )
    pk = make_address("ada@people.example").pk
    Suppression.objects.suppress([pk], Reason.OWN_OPT_OUT, act)
    answer = client.post(
        url("create"), {"address_as_typed": "ada@people.example"}, follow=True
    )
    assert "must not be emailed" in answer.content.decode()


def test_the_form_says_why_an_address_with_a_no_stays(client):
    ada = ContactFactory(email="ada@people.example", first_name="Ada")
    no = no_because(Reason.OWN_OPT_OUT)
    Suppression.objects.suppress([ada.address_id], Reason.OWN_OPT_OUT, no)
    answers = {"address_as_typed": "", "first_name": "Ada"}
    answer = client.post(url("edit", ada.pk), answers)
    assert "She said no to mails at this address" in answer.content.decode()
    ada.refresh_from_db()
    assert ada.email == "ada@people.example"


def test_an_edit_changes_fields_and_address(client):
    ada = ContactFactory(email="ada@old.example", first_name="Ada")
    client.post(
        url("edit", ada.pk),
        {"address_as_typed": "ada@new.example", "first_name": "Adah"},
    )
    ada.refresh_from_db()
    assert (ada.first_name, ada.address.key) == ("Adah", "ada@new.example")


def test_who_saves_second_is_told_and_overwrites_nothing(client):
    ada = ContactFactory(email="ada@people.example", first_name="Ada")
    seen = client.get(url("edit", ada.pk)).context["form"]["seen"].value()
    answers = {"address_as_typed": "ada@people.example", "seen": seen}
    client.post(url("edit", ada.pk), answers | {"first_name": "First"})
    second = client.post(url("edit", ada.pk), answers | {"first_name": "Second"})
    assert second.status_code == 422
    assert "Somebody saved this contact" in second.content.decode()
    assert Contact.objects.get().first_name == "First"


def test_deleting_asks_first(client):
    ada = ContactFactory()
    client.get(url("delete", ada.pk))
    assert Contact.objects.exists()
    client.post(url("delete", ada.pk))
    assert not Contact.objects.exists()


def test_opting_out_offers_undo(client):
    ada = ContactFactory()
    answer = client.post(url("opt_out", ada.pk), follow=True)
    no = Suppression.objects.get()
    assert url("undo_opt_out", ada.pk, no.pk) in answer.content.decode()
    client.post(url("undo_opt_out", ada.pk, no.pk))
    assert not Suppression.objects.active().exists()


def test_opting_in_needs_basis_day_and_explanation(client):
    ada = ContactFactory()
    news = SubscriptionType.objects.default()
    answer = client.post(url("opt_in", ada.pk), {"subscription_type": news.pk})
    assert answer.status_code == 422
    client.post(
        url("opt_in", ada.pk),
        {
            "subscription_type": news.pk,
            "basis": "consent",
            "day": "2026-01-02",
            "explanation": "By phone",
        },
    )
    assert Grant.objects.get().record.explanation == "By phone"


def test_the_refusal_of_an_opt_in_is_a_sentence(client):
    ada = ContactFactory(first_name="Ada")
    act = Act(
        action=Action.WITHDRAWN, mechanism=Mechanism.ONE_CLICK, actor=Actor.CONTACT
    )
    Suppression.objects.suppress([ada.address_id], Reason.OWN_OPT_OUT, act)
    answer = client.post(
        url("opt_in", ada.pk),
        {
            "subscription_type": SubscriptionType.objects.default().pk,
            "basis": "consent",
            "day": "2026-01-02",
            "explanation": "By phone",
        },
    )
    assert "Only Ada can undo this" in answer.content.decode()


def test_a_property_is_made_archived_and_brought_back(client):
    client.post(
        url("property_create"),
        {"label": "Plan", "kind": "choice", "options": "Basic\nPro"},
    )
    plan = PropertyDefinition.objects.get()
    assert (plan.name, plan.choices) == ("plan", ["Basic", "Pro"])
    client.post(url("property_archive", plan.pk))
    assert PropertyDefinition.objects.get().archived_at
    client.post(url("property_restore", plan.pk))
    assert PropertyDefinition.objects.get().archived_at is None
    assert "Plan" in client.get(url("properties")).content.decode()


def test_two_who_archive_a_property_both_find_it_archived(client):
    age = PropertyDefinition.objects.create(name="age", label="Age", kind="number")
    for _ in range(2):
        client.post(url("property_archive", age.pk))
    age.refresh_from_db()
    assert age.archived_at


def test_what_becomes_of_a_property_is_written_down(client, alice):
    client.post(url("property_create"), {"label": "Age", "kind": "number"})
    age = PropertyDefinition.objects.get()
    client.post(url("property_edit", age.pk), {"label": "Years"})
    for name in ("property_archive", "property_restore"):
        client.post(url(name, age.pk))
    told = AuditEntry.objects.filter(url=age.get_absolute_url()).order_by("pk")
    assert [(one.actor, one.verb, one.subject) for one in told] == [
        (alice, "added a property", "Age"),
        (alice, "changed a property", "Years"),
        (alice, "archived a property", "Years"),
        (alice, "brought a property back", "Years"),
    ]


def test_the_kind_of_a_property_stays_what_it_was(client):
    age = PropertyDefinition.objects.create(name="age", label="Age", kind="number")
    client.post(url("property_edit", age.pk), {"label": "Years", "kind": "string"})
    age.refresh_from_db()
    assert (age.label, age.kind) == ("Years", "number")


def test_a_choice_needs_choices(client):
    answer = client.post(url("property_create"), {"label": "Plan", "kind": "choice"})
    assert "Give at least one choice" in answer.content.decode()


@pytest.mark.parametrize("kind", ["choice", "choices"])
def test_a_choice_that_is_not_offered_any_more_is_kept(client, kind):
    plan = PropertyDefinition.objects.create(
        name="plan", label="Plan", kind=kind, choices=["Basic"]
    )
    value = "Gold" if kind == "choice" else ["Gold"]
    ada = ContactFactory(properties={plan.key: value})
    page = client.get(url("edit", ada.pk))
    assert "Gold (not offered any more)" in page.content.decode()
    form = page.context["form"]
    client.post(
        url("edit", ada.pk),
        {name: form[name].value() or "" for name in form.fields} | {"last_name": "L"},
    )
    ada.refresh_from_db()
    assert (ada.last_name, ada.properties) == ("L", {plan.key: value})


PAGES = [
    "/contacts/",
    "/contacts/1/",
    "/contacts/new/",
    "/contacts/1/edit/",
    "/contacts/1/delete/",
    "/contacts/1/opt-in/",
    "/contacts/properties/",
    "/contacts/import/",
    "/contacts/import/1/",
    "/contacts/import/1/sheet/",
    "/contacts/import/1/columns/",
    "/contacts/import/1/undo/",
    "/contacts/import/1/problems.csv",
    "/jobs/",
    "/jobs/1/",
    "/jobs/bell/",
]


@pytest.mark.parametrize("page", PAGES)
def test_nobody_looks_without_signing_in(outsider_client, page):
    answer = outsider_client.get(page)
    assert answer.status_code == 302
    assert answer.url.startswith("/login/")


def test_what_does_not_exist_is_not_found(client):
    for page in ("/contacts/99/", "/contacts/99/edit/", "/jobs/99/"):
        assert client.get(page).status_code == 404


def test_reading_changes_nothing(client, alice):
    found = receive("Email\nada@people.example\n", alice)
    ada = ContactFactory()
    for name in ("opt_out", "import_start", "property_archive", "property_restore"):
        pk = found.pk if name == "import_start" else ada.pk
        assert client.get(url(name, pk)).status_code == 405
