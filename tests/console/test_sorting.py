"""The list of contacts, sorted by what its head offers."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db

LIST = reverse("contacts:list")


@pytest.fixture(autouse=True)
def people():
    now = timezone.now()
    for number, (first, last, email, days) in enumerate(
        [
            ("Zoe", "Abel", "m@people.example", None),
            ("ada", "Young", "z@people.example", 3),
            ("", "", "k@people.example", 9),
            ("Ada", "Berg", "a@people.example", 1),
        ]
    ):
        ContactFactory(
            first_name=first,
            last_name=last,
            email=email,
            created_at=now - dt.timedelta(days=number),
            last_clicked_at=now - dt.timedelta(days=days) if days else None,
        )


def initials(answer):
    return [one.email[0] for one in answer.context["page"].rows]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", "mzka"),
        ("name", "azkm"),
        ("-name", "mkza"),
        ("email", "akmz"),
        ("-email", "zmka"),
        ("created", "akzm"),
        ("-created", "mzka"),
        ("-engaged", "azkm"),
        ("engaged", "mkza"),
        ("shoe size", "mzka"),
    ],
)
@pytest.mark.parametrize("size", [50, 1])
def test_the_list_is_sorted_page_after_page(client, monkeypatch, sort, order, size):
    monkeypatch.setattr("console.people.PAGE", size)
    answer = client.get(LIST, {"sort": sort})
    met = initials(answer)
    while place := answer.context["page"].next:
        answer = client.get(LIST + place)
        met += initials(answer)
    assert "".join(met) == order


def head(answer, label):
    return next(one for one in answer.context["columns"] if one.get("label") == label)


def test_the_head_says_what_is_sorted_and_turns_it_round(client):
    answer = client.get(LIST, {"sort": "name", "q": "", "answer": "no"})
    assert head(answer, "Contact") == {
        "label": "Contact",
        "num": False,
        "sort": "?answer=no&sort=-name",
        "order": "ascending",
    }
    assert head(answer, "Created")["sort"] == "?answer=no&sort=-created"
    assert head(answer, "Delivered") == {"label": "Delivered", "num": True}
    assert answer.content.decode().count("aria-sort") == 1


def test_the_newest_are_first_where_nothing_is_asked(client):
    assert head(client.get(LIST), "Created")["order"] == "descending"


def test_a_search_keeps_the_order(client):
    assert initials(client.get(LIST, {"q": "ada", "sort": "-name"})) == ["z", "a"]
    assert 'name="sort" value="-name"' in (
        client.get(LIST, {"sort": "-name"}).content.decode()
    )
