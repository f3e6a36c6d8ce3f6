"""The suppression lists of the providers that send for us, read into global blocks.

A page at a time, each with its own commit, so a list of any length takes the memory of
one page and what breaks off is read again. Nothing is taken off here: that an address
left a list of a provider says nothing of the others.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Iterator, Sequence
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urljoin
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings
from django.db import transaction

from bounces import acting
from bounces.models import ProviderList
from bounces.provider_lists import Entry, ListAt
from consent.addresses import BadAddress, Parsed, parse
from consent.models import BATCH_SIZE, Address
from consent.vocabulary import Act, Action, Actor, Mechanism

logger = logging.getLogger(__name__)

SECONDS = 30
LARGEST = 64 * 1024 * 1024  # octets of one page
MOST_PAGES = 20_000
REFUSED = (401, 403)
BUSY = 429


class NotRead(Exception):
    """A list could not be read; the message says what seems to have happened."""


class Stay(HTTPRedirectHandler):
    """The key is for one machine: nobody sends it to another."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


OPENER = build_opener(Stay)


def read_all() -> list[ProviderList]:
    """Read every list of the settings, and write down how it went."""
    return [read(one) for one in settings.SUPPRESSION_LISTS]


def read(source: ListAt) -> ProviderList:
    listed = added = 0
    try:
        for entries in pages(source):
            listed += len(entries)
            added += take(entries, source.name)
    except NotRead as problem:
        logger.error("The suppression list of %s was not read. %s", source, problem)
        return ProviderList.objects.failed(str(source), str(problem))
    return ProviderList.objects.done(str(source), listed=listed, added=added)


@transaction.atomic
def take(entries: Collection[Entry], provider: str) -> int:
    """Block these; for how many that is new. What is no address is passed over."""
    complaints = [one.email for one in entries if one.is_complaint]
    blocks = [one.email for one in entries if not one.is_complaint]
    added = 0
    for ids in _batches(blocks):
        added += len(acting.block_globally(ids, provider))
    for ids in _batches(complaints):
        added += len(acting.complain(ids, _complaint(provider)))
    return added


def _complaint(provider: str) -> Act:
    return Act(
        action=Action.WITHDRAWN,
        mechanism=Mechanism.FEEDBACK_LOOP,
        actor=Actor.MAILBOX_PROVIDER,
        explanation="The provider that sends for us lists a complaint of the address.",
        source={"provider": provider},
    )


def _batches(emails: Sequence[str]) -> Iterator[list[int]]:
    found = [one for email in emails if (one := _read_address(email))]
    for start in range(0, len(found), BATCH_SIZE):
        ids = Address.objects.ensure(found[start : start + BATCH_SIZE])
        yield sorted(ids.values())


def _read_address(email: str) -> Parsed | None:
    try:
        return parse(str(email))
    except BadAddress:
        return None


def pages(source: ListAt) -> Iterator[list[Entry]]:
    """The entries of every page. NotRead when one is not to be had."""
    for first in source.pages:
        url, count = first, 0
        while url:
            page, count = _fetch(source, url), count + 1
            yield _entries(source, page, url)
            url = _following(source, page, url)
            if count >= MOST_PAGES:
                raise NotRead(f"It has more than {MOST_PAGES:,} pages.")


def _entries(source: ListAt, page: Any, url: str) -> list[Entry]:
    try:
        return list(source.provider.read(page, url))
    except (KeyError, TypeError, AttributeError) as problem:
        raise NotRead("The answer is not what its documentation says.") from problem


def _following(source: ListAt, page: Any, url: str) -> str:
    """The next page, on the same machine; "" after the last."""
    try:
        found = source.provider.following(page, url)
    except (KeyError, TypeError, AttributeError) as problem:
        raise NotRead("The answer is not what its documentation says.") from problem
    following = urljoin(url, found) if found else ""
    if following and not following.startswith(f"{source.base}/"):
        raise NotRead("Its next page is on another machine, which gets no key of ours.")
    return "" if following == url else following


def _fetch(source: ListAt, url: str) -> Any:
    headers = {"Accept": "application/json", **source.provider.headers(source.key)}
    asked = Request(url, headers=headers)  # noqa: S310  https, see ListAt.of
    try:
        with OPENER.open(asked, timeout=SECONDS) as answer:
            octets = answer.read(LARGEST + 1)
    except HTTPError as problem:
        problem.close()
        raise NotRead(_refusal(problem.code)) from problem
    except (OSError, HTTPException) as problem:
        raise NotRead("It could not be reached.") from problem
    if len(octets) > LARGEST:
        raise NotRead("One page of it is over 64 MB.")
    try:
        return json.loads(octets)
    except (ValueError, RecursionError) as problem:
        raise NotRead("The answer is no list.") from problem


def _refusal(code: int) -> str:
    if code in REFUSED:
        return f"The key was refused ({code}). Set another one in SUPPRESSION_LISTS."
    if code == BUSY:
        return "It was asked too often (429); the next hour tries again."
    return f"It answered with an error ({code})."
