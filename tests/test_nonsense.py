"""Nonsense in every address, question and form gets an answer, never an accident."""

import random
import re
from collections import Counter, deque
from html.parser import HTMLParser

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import Resolver404, URLPattern, get_resolver, resolve

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]

NONSENSE = (
    "", "\0", "a\0b", "x" * 5_000, "-1", "9" * 20, "9e999", "NaN", "[]", '{"a":', "on",
    "a\r\nBcc: x@y.test", "'; DROP TABLE contacts_contact; --",
    "<script>alert(1)</script>",
    "2026-13-45", "0001-01-01", "9999-12-31", "10000-01-01T00:00", "2026-10-25T02:30",
    "\u202egnp.exe", "\U0001f600", "ü@exämple.test",
)  # fmt: skip
# what would end the walk: the sign-in, or the mails the other pages show
LEFT_ALONE = re.compile("logout|outbox/clear|sending/stop|password")
QUESTIONS = (
    "q",
    "after",
    "before",
    "page",
    "sort",
    "dir",
    "reason",
    "state",
    "segment",
)


class Page(HTMLParser):
    """The links of a page and its forms as (method, action, {name: value})."""

    def __init__(self, text):
        super().__init__()
        self.text, self.links, self.forms = text, [], []
        self.pressed = set()  # numbers of forms that have a button
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "a" and found.get("href", "").startswith(("/", "?")):
            self.links.append(found["href"])
        if tag == "form":
            method = (found.get("method") or "get").lower()
            self.forms.append((method, found.get("action"), {}))
        if tag == "button" and found.get("type", "submit") == "submit":
            self.pressed.add(len(self.forms) - 1)
        named = tag in {"input", "select", "textarea"} and found.get("name")
        if named and self.forms and found.get("type") != "file":
            self.forms[-1][2][named] = found.get("value") or ""

    def offers(self, path):
        """(address, does it POST?) of what can be pressed; `path`: its own address."""
        yield from ((link, False) for link in self.links if link[0] == "/")
        for number in self.pressed & set(range(len(self.forms))):
            method, action, _ = self.forms[number]
            yield action or path, method == "post"


def nonsense():
    return random.choice(NONSENSE)  # noqa: S311  the seed stands in the report


def kind(path):
    """The name of the view that answers: its pages differ in what they show."""
    try:
        return resolve(path.partition("?")[0]).view_name
    except Resolver404:
        return path


def walk(client, *also):
    """(path, page) of the console, three of every kind, and of the addresses `also`."""
    ahead, known, kinds = deque(["/", *also]), {"/", *also}, Counter()
    while ahead:
        path = ahead.popleft()
        answer = client.get(path)
        if "html" not in answer.headers.get("Content-Type", ""):
            deque(answer, 0)  # a file: its end is the end of its request
            continue
        page = Page(answer.content.decode())
        yield path, page
        for link in page.links:
            there = path.partition("?")[0] + link if link[0] == "?" else link
            there = there.partition("#")[0]
            wanted = there not in known and kinds[kind(there)] < 3
            if wanted and not there.startswith(("/admin", "/static")):
                known.add(there)
                kinds[kind(there)] += 1
                ahead.append(there)


def every_address():
    for pattern, before in _patterns(get_resolver().url_patterns, ""):
        path = before + str(pattern.pattern)
        if "^" not in path and not path.startswith(("admin", "static")):
            yield "/" + path


def _patterns(entries, before):
    for entry in entries:
        if isinstance(entry, URLPattern):
            yield entry, before
        else:
            yield from _patterns(entry.url_patterns, before + str(entry.pattern))


@pytest.fixture
def demo(alice):
    call_command("seed_demo", size=400, verbosity=0)
    client = Client(raise_request_exception=True)
    client.force_login(alice)
    return client


def test_nonsense_in_an_address_or_a_question_is_answered(demo):
    asked = 0
    for address in every_address():
        if LEFT_ALONE.search(address):
            continue
        for number in ("1", "0", "9" * 26, str(2**63)):
            path = re.sub(r"<[^>]+>", number, address)
            question = {name: nonsense() for name in QUESTIONS}
            for query in ({}, question):
                assert demo.get(path, query).status_code < 500, (path, query)
                asked += 1
    assert asked > 500


def test_nonsense_in_a_form_is_answered(demo):
    tried = set()
    for path, page in [*walk(demo)]:
        for method, action, fields in page.forms:
            target = action or path
            kinds = kind(path), kind(target)
            if method != "post" or kinds in tried or LEFT_ALONE.search(target):
                continue
            tried.add(kinds)
            for form in spoilt(fields):
                assert demo.post(target, form).status_code < 500, (path, target, form)
    assert len(tried) > 60


def spoilt(fields):
    """Nothing at all, everything spoilt, and each field alone."""
    yield {}
    yield dict.fromkeys(fields, nonsense())
    for name in [*fields][:20]:
        yield fields | {name: nonsense()}
