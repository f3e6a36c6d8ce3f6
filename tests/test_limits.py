"""Whoever is limited to some brands meets nothing of the others: every address that
names something, every page, and every form."""

import re

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from console.limits import NAMED, OF_A_BRAND
from tests.factories import (
    UserFactory,
)
from tests.test_matrix import addresses
from tests.test_nonsense import walk

pytestmark = pytest.mark.django_db

# What all brands share, by what stands before its number. A page that names something
# new goes here, or its kind into the table of the door.
SHARED = """
    views people contacts contacts/bulk contacts/properties contacts/import/templates
    segments segments/counts segments/exports emails/templates optouts/exports
    bounces/unbounce bounces/incidents bounces/rules bounces/rescue/kept bounces/global
    bounces/reports settings/domains second-factor/passkeys
"""
# for who is never limited, and what no limited person may open at all
CLOSED = "outbox settings/users settings/tokens settings/servers settings/webhooks"
NUMBER = re.compile(r"/([a-z/-]+)/0[/.]")


def sections():
    """(section, name, path with 0 as its number) of pages that name something."""
    for name, path, _ in addresses():
        if found := NUMBER.match(path):
            yield found[1], name, path


def test_every_address_with_a_number_is_of_a_brand_or_known_to_be_shared():
    known = {*OF_A_BRAND, *SHARED.split(), *CLOSED.split()}
    assert {section for section, _, _ in sections()} == known


def test_the_door_reads_the_section_of_every_such_address():
    read = {
        NAMED.match(path)[1] for section, _, path in sections() if section in OF_A_BRAND
    }
    assert read == set(OF_A_BRAND)


def test_the_world_of_this_test_has_one_of_each_section(theirs):
    assert set(theirs.named) == set(OF_A_BRAND)


@pytest.mark.parametrize("section", OF_A_BRAND)
def test_what_is_of_another_brand_is_not_there(limited, theirs, section):
    row = theirs.named[section]
    found = {}
    for _, name, path in (one for one in sections() if one[0] == section):
        there = path.replace("/0", f"/{row.pk}", 1)
        found[name] = limited.get(there).status_code, limited.post(there).status_code
    assert set(found.values()) == {(404, 404)}, found


@pytest.mark.parametrize("section", OF_A_BRAND)
def test_what_is_of_her_brand_answers_as_to_who_is_not_limited(limited, hers, section):
    row, free = hers.named[section], Client()
    free.force_login(UserFactory(role=Role.HYGIENE))
    paths = [
        path.replace("/0", f"/{row.pk}", 1)
        for one, _, path in sections()
        if one == section
    ]
    mine = {path: limited.get(path).status_code for path in paths}
    assert mine == {path: free.get(path).status_code for path in paths}
    assert set(mine.values()) & {200, 302, 405}


@pytest.mark.parametrize("section", CLOSED.split())
def test_what_concerns_every_brand_opens_for_nobody_limited(limited, settings, section):
    settings.LOCAL_MODE = True
    paths = [path for one, _, path in sections() if one == section]
    assert {limited.get(path).status_code for path in paths} == {403}


def foreign(text):
    return re.findall(r"Foreign \w+", text)


# contacts, segments and what was said about people are shared by all brands
ABOUT_PEOPLE = re.compile("/(contacts/[0-9]|segments)")


@pytest.fixture
def demo(theirs, hers):
    call_command("seed_demo", size=400, verbosity=0)


@pytest.mark.timeout(600)
def test_she_meets_nothing_of_other_brands_and_no_link_that_leads_nowhere(
    demo, limited
):
    seen = dict(walk(limited, "/settings/types/?archived", "/emails/new/"))
    lost = [path for path, page in seen.items() if "There is no such page" in page.text]
    met = {
        path: words
        for path, page in seen.items()
        if not ABOUT_PEOPLE.match(path) and (words := foreign(page.text))
    }
    assert len(seen) > 40
    assert (met, lost) == ({}, [])


LISTS = {
    "campaigns:list": "Own email",
    "reengagement:list": "Own campaign",
    "signups:list": "Own form",
    "consent:types": "Own letters",
    "consent:brand": "Own brand",
    "console:jobs": "Own job",
    "console:overview": "Own sent",
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_shows_what_is_hers_and_nothing_else(limited, theirs, name):
    page = limited.get(reverse(name)).content.decode()
    assert LISTS[name] in page
    assert foreign(page) == []


@pytest.mark.parametrize("name", LISTS)
def test_a_list_asks_the_database_no_more_than_for_others(
    limited, theirs, name, django_assert_max_num_queries
):
    free = Client()
    free.force_login(UserFactory(role=Role.HYGIENE))
    limited.get(reverse(name))
    with django_assert_max_num_queries(1_000) as unlimited:
        free.get(reverse(name))
    with django_assert_max_num_queries(len(unlimited)):
        limited.get(reverse(name))
