"""Every kind of page that can be reached, in a real browser, on two kinds of screen."""

import io
from collections import defaultdict

import pytest
from django.core.management import call_command
from django.test import Client

from contacts.models import ContactImport
from deliveries.models import SendingDomain
from tests.contacts.importing import bring_in, receive
from tests.spreadsheets import workbook
from tests.test_nonsense import kind, walk

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.timeout(900)]

PEOPLE = "E-mail;Vorname\nada@people.example;Ada\nnobody;Bo\n"
# steps of a draft, and pages of an import that has ended
DRAFT, ENDED = ("columns/", "consent/", "review/"), ("", "undo/")
FRAME = "document.documentElement.scrollWidth"


def imports(alice):
    """The addresses of an import at each of its steps."""
    draft, ended = receive(PEOPLE, alice), bring_in(PEOPLE, alice)
    sheets = ContactImport.objects.receive(
        "people.xlsx", io.BytesIO(workbook(May=[["Email"]], June=[["Email"]])), alice
    )
    yield f"/contacts/import/{sheets.pk}/sheet/"
    yield from (f"/contacts/import/{draft.pk}/{step}" for step in DRAFT)
    yield from (f"/contacts/import/{ended.pk}/{page}" for page in ENDED)
    yield f"/jobs/{ended.job.pk}/"


@pytest.fixture
def pages(live_stack):
    """Up to three addresses for each kind of page, by its name."""
    live_stack.stop("worker", "beat")  # the pages stay as they are
    call_command("seed_demo", size=1_000, verbosity=0)
    alice, client = live_stack.alice, Client()
    client.force_login(alice)
    domain = SendingDomain.objects.connect("brand.example", alice)
    kinds = defaultdict(list)
    for path, _ in walk(client, *imports(alice), f"/settings/domains/{domain.pk}/"):
        kinds[kind(path)].append(path)
    return kinds


@pytest.fixture
def faults(live_stack, sign_in, new_page, axe):
    """`faults(paths, width, scheme)`: what is wrong with each of these pages."""

    def find(paths, width, scheme):
        page = sign_in(new_page(width=width, color_scheme=scheme))
        for path in paths:
            page.goto(live_stack.base_url + path)
            yield from ((path, width, one) for one in axe(page))
            if page.evaluate(FRAME) > width:
                yield path, width, "is wider than the screen"

    return find


def test_no_page_breaks_an_accessibility_rule_or_is_too_wide(pages, faults):
    assert len(pages) > 85
    first, last = zip(*((of[0], of[-1]) for of in pages.values()), strict=True)
    assert [*faults(first, 1440, "light"), *faults(last, 390, "dark")] == []
