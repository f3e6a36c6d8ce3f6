"""A list as somebody wants it: filters and columns, kept by name."""

from importlib import import_module

import pytest
from django.db import connection
from django.urls import reverse

from accounts.saved_views import Page, SavedView
from contacts.models import Contact, PropertyDefinition
from contacts.properties import Kind
from tests.factories import ContactFactory, UserFactory, make_segment

pytestmark = pytest.mark.django_db

LIST = reverse("contacts:list")
SAVE = reverse("console:view_save")


def heads(answer):
    return [one["label"] for one in answer.context["columns"][1:]]


def names(answer):
    return [one.first_name for one in answer.context["page"].rows]


def save(client, name="Norway", query="q=ada", page=Page.CONTACTS, **more):
    return client.post(SAVE, {"page": page, "name": name, "query": query, **more})


def test_the_usual_columns_are_shown_where_none_is_chosen(client):
    ContactFactory()
    assert heads(client.get(LIST))[:3] == ["Contact", "Email", "Can be emailed"]


def test_the_chosen_columns_are_shown_and_no_other(client):
    ContactFactory(city="Oslo")
    answer = client.get(LIST, {"col": ["city", "company"]})
    assert heads(answer) == ["Contact", "Company", "City"]
    assert "Oslo" in answer.content.decode()


def test_an_own_property_can_be_a_column(client):
    one = PropertyDefinition.objects.create(name="x", label="Seats", kind=Kind.NUMBER)
    Contact.objects.filter(pk=ContactFactory().pk).update(properties={one.key: 417})
    answer = client.get(LIST, {"col": f"own-{one.pk}"})
    assert heads(answer) == ["Contact", "Seats"]
    assert "417" in answer.content.decode()


def test_rows_can_stand_close_together(client):
    ContactFactory()
    assert "tbl compact cards" in client.get(LIST, {"dense": "yes"}).content.decode()


def test_the_columns_stay_while_the_order_changes(client):
    ContactFactory()
    head = client.get(LIST, {"col": "city"}).context["columns"][1]
    assert head["sort"] == "?col=city&sort=name"


def test_the_list_shows_a_segment(client):
    ada = ContactFactory(first_name="In")
    ContactFactory(first_name="Out")
    segment = make_segment(ada)
    assert names(client.get(LIST, {"segment": segment.pk})) == ["In"]


def test_the_list_shows_whom_somebody_owns(client, alice):
    ContactFactory(first_name="Mine", owner=alice)
    ContactFactory(first_name="Free")
    assert names(client.get(LIST, {"owner": alice.pk})) == ["Mine"]


@pytest.mark.parametrize("asked", ["segment=x", "segment=0", "owner=x", "col=x"])
def test_a_strange_address_shows_the_list_all_the_same(client, asked):
    ContactFactory()
    assert client.get(f"{LIST}?{asked}").status_code == 200


def test_a_view_is_kept_and_leads_to_the_list(client):
    assert save(client)["Location"] == f"{LIST}?q=ada"
    assert "Norway" in client.get(LIST).content.decode()


def test_a_view_of_ones_own_is_nobody_elses(client):
    save(client)
    client.force_login(UserFactory(role="admin"))
    assert list(client.get(LIST).context["views"]) == []


def test_a_view_for_everybody_is_shown_to_everybody(client):
    save(client, is_shared="on")
    client.force_login(UserFactory(role="admin"))
    assert [str(one) for one in client.get(LIST).context["views"]] == ["Norway"]


def test_the_same_name_again_is_the_same_view(client):
    save(client)
    save(client, name="norway", query="q=bea")
    assert SavedView.objects.get().query == "q=bea"


def test_a_name_that_everybody_has_is_taken(client, alice):
    SavedView.objects.create(
        page=Page.CONTACTS, name="Norway", owner=UserFactory(), is_shared=True
    )
    answer = client.post(
        SAVE,
        {"page": Page.CONTACTS, "name": "norway", "query": "", "is_shared": "on"},
        follow=True,
    )
    assert "Everybody has a view of this name already." in answer.content.decode()


@pytest.mark.parametrize("name", ["", " ", "x" * 61])
def test_a_view_needs_a_name(client, name):
    words = {"page": Page.CONTACTS, "name": name, "query": ""}
    answer = client.post(SAVE, words, follow=True)
    assert "Give the view a name" in answer.content.decode()
    assert not SavedView.objects.exists()


def test_what_is_shown_is_what_is_kept(client):
    ContactFactory()
    answer = client.get(LIST, {"q": "a", "col": "city", "sort": "name"})
    assert answer.context["said"] == "q=a&col=city&sort=name"


def test_ones_own_view_is_forgotten(client):
    save(client)
    client.post(reverse("console:view_forget", args=[SavedView.objects.get().pk]))
    assert not SavedView.objects.exists()


def test_another_ones_view_is_not_forgotten(client):
    view = SavedView.objects.create(
        page=Page.CONTACTS, name="X", owner=UserFactory(), is_shared=True
    )
    url = reverse("console:view_forget", args=[view.pk])
    assert client.post(url).status_code == 404


def test_views_of_the_bounce_audit_are_kept_apart(client):
    ContactFactory(hard_bounce_reason="POLICY", email="ada@gmail.com")
    ContactFactory(hard_bounce_reason="POLICY", email="bea@firm.example")
    save(client)
    kept = save(client, "Gmail", "tab=policy&provider=gmail", Page.BOUNCES)
    assert kept["Location"] == f"{reverse('bounces:list')}?tab=policy&provider=gmail"
    answer = client.get(kept["Location"])
    assert [one.contact.email for one in answer.context["rows"]] == ["ada@gmail.com"]
    assert [str(one) for one in answer.context["views"]] == ["Gmail"]
    assert "Forget “Gmail”" in answer.content.decode()


def test_a_view_of_no_list_is_not_kept(client):
    answer = client.post(SAVE, {"page": "x:y", "name": "X"}, follow=True)
    assert "Views are kept of the lists that offer it" in answer.content.decode()
    assert not SavedView.objects.exists()


def test_views_of_before_are_found_again(alice):
    """Those of the bounce audit were for everybody, by any spelling of a name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE bounces_savedview AS SELECT * FROM (VALUES"
            " (1, 'Gmail', 'q=a', %(id)s), (2, 'gmail', 'q=b', %(id)s))"
            " v(id, name, query, made_by_id)",
            {"id": alice.pk},
        )
        cursor.execute(import_module("bounces.migrations.0018_views_move").MOVE)
    views = SavedView.objects.filter(page=Page.BOUNCES, is_shared=True)
    assert list(views.values_list("name", "query")) == [
        ("Gmail", "q=a"),
        ("gmail 2", "q=b"),
    ]
