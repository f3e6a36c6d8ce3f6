"""Pages by the last row seen: nobody is left out and nobody twice."""

import datetime as dt

import pytest
from django.db.models import F
from django.http import QueryDict

from accounts import web
from accounts.models import AuditEntry
from accounts.paging import FALLING, RISING, Order, keyset, moment

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
BY_VERB = Order(by=F("verb"))
BY_TIME = Order(by=F("at"), read=moment)


@pytest.fixture(autouse=True)
def entries():
    """Seven rows; verbs and times repeat."""
    for number, verb in enumerate(["b", "a.1", "é", "b", "", "b", "a&=1"]):
        AuditEntry.objects.create(
            verb=verb, at=NOON + dt.timedelta(minutes=number // 3)
        )


def walk(order, word, asked=""):
    """The pages from one end to the other."""
    pages = [keyset(AuditEntry.objects.all(), QueryDict(asked), 2, order)]
    while getattr(pages[-1], word):
        address = QueryDict(getattr(pages[-1], word).removeprefix("?"))
        pages.append(keyset(AuditEntry.objects.all(), address, 2, order))
    return pages


def keys(pages):
    return [row.pk for page in pages for row in page.rows]


@pytest.mark.parametrize(
    ("order", "sorting"),
    [
        (RISING, ["pk"]),
        (FALLING, ["-pk"]),
        (BY_VERB, ["verb", "pk"]),
        (Order(falling=True, by=F("verb")), ["-verb", "-pk"]),
        (BY_TIME, ["at", "pk"]),
        (Order(falling=True, by=F("at"), read=moment), ["-at", "-pk"]),
    ],
)
def test_forth_and_back_everybody_is_met_once(order, sorting):
    everybody = [*AuditEntry.objects.order_by(*sorting).values_list("pk", flat=True)]
    forth = walk(order, "next")
    assert keys(forth) == everybody
    last = forth[-2].next.removeprefix("?")
    back = walk(order, "previous", last)
    assert keys(reversed(back)) == everybody
    assert back[-1].previous == ""


def test_the_other_words_of_the_address_are_kept():
    page = keyset(AuditEntry.objects.all(), QueryDict("q=a%26b&empty=&x=1&x=2"), 2)
    assert page.next.startswith("?q=a%26b&x=1&x=2&after=")


def test_rows_that_are_deleted_meanwhile_leave_no_gap():
    first = keyset(AuditEntry.objects.all(), QueryDict(), 2)
    rest = AuditEntry.objects.exclude(pk=first.rows[-1].pk)
    second = keyset(rest, QueryDict(first.next.removeprefix("?")), 2)
    assert second.rows[0].pk == first.rows[-1].pk + 1


@pytest.mark.parametrize(
    "place",
    [
        *("after=x", "before=-1", "after=%C2%B2.b", f"after={'9' * 40}.b"),
        *("after=1.yesterday", "before=1.2026-01-01", "after=1.b%00"),
    ],
)
def test_a_place_that_is_none_shows_the_first_page(place):
    page = keyset(AuditEntry.objects.all(), QueryDict(place), 2, BY_TIME)
    assert page.previous == ""
    assert len(page.rows) == 2


def test_what_is_no_key_is_passed_over():
    asked = ["7", "", "-1", "²", "٣", "1e3", "x", "9" * 5_000, "12"]
    assert web.keys(asked) == [7, 12]
