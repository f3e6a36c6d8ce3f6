"""The suppression lists of the providers that send for us, read into global blocks.

A page at a time, with a commit for every so many addresses, so a list of any length
takes the memory of one page and what breaks off is read again. Nothing is taken off
here: that an address left a list of a provider says nothing of the others.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urljoin
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings
from django.db import DatabaseError, transaction

from bounces import acting, listed_noes
from bounces.models import ProviderList
from bounces.provider_lists import Entry, ListAt, Said
from consent.addresses import BadAddress, Parsed, parse
from consent.models import BATCH_SIZE, Address, address_hmac
from consent.vocabulary import Reason

logger = logging.getLogger(__name__)

SECONDS = 30
LARGEST = 64 * 1024 * 1024  # octets of one page
MOST_PAGES = 20_000
REFUSED = (401, 403)
BUSY = 429
BROKEN = "What it answered could not be stored; the log of the worker says why."


class NotRead(Exception):
    """A list could not be read; the message says what seems to have happened."""


class Stay(HTTPRedirectHandler):
    """The key is for one machine: nobody sends it to another."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


OPENER = build_opener(Stay)


def read_all() -> list[ProviderList]:
    """Read every list of the settings, and write down how it went. Two accounts of one
    provider are told apart by their order."""
    seen: Counter[str] = Counter()
    found = []
    for one in settings.SUPPRESSION_LISTS:
        name = str(one)
        seen[name] += 1
        found.append(read(one, f"{name} ({seen[name]})" if seen[name] > 1 else name))
    return found


def read(source: ListAt, name: str = "") -> ProviderList:
    """Whatever is wrong with one list is noted there, and keeps no other from being
    read."""
    name, listed, added = name or str(source), 0, 0
    try:
        for entries in pages(source):
            listed += len(entries)
            added += take(entries, source.name)
    except NotRead as problem:
        logger.error("The suppression list of %s was not read. %s", name, problem)
        return ProviderList.objects.failed(name, str(problem))
    except (DatabaseError, ValueError):
        logger.exception("The suppression list of %s was not read.", name)
        return ProviderList.objects.failed(name, BROKEN)
    return ProviderList.objects.done(name, listed=listed, added=added)


def take(entries: Collection[Entry], provider: str) -> int:
    """Write these down, some with each commit; for how many that is new. What is no
    address is passed over."""
    told = [(one, entry) for entry in entries if (one := _read_address(entry.email))]
    told.sort(key=lambda row: row[0].key)
    added = 0
    for start in range(0, len(told), BATCH_SIZE):
        added += _take(told[start : start + BATCH_SIZE], provider)
    return added


@transaction.atomic
def _take(told: Sequence[tuple[Parsed, Entry]], provider: str) -> int:
    ids = _ids({one.key for one, _ in told})
    Address.objects.lock(ids.values())
    said: dict[Said, dict[int, list[dt.datetime | None]]]
    said = {one: defaultdict(list) for one in Said}
    for one, entry in told:
        if one.key in ids:
            said[entry.said][ids[one.key]].append(entry.at)
    blocked = acting.block_globally(said[Said.BLOCKED], provider)
    opted_out = listed_noes.take(said[Said.OPTED_OUT], Reason.OWN_OPT_OUT, provider)
    complained = listed_noes.take(said[Said.COMPLAINED], Reason.COMPLAINT, provider)
    return len(blocked) + opted_out + complained


def _ids(keys: Collection[str]) -> dict[str, int]:
    """Their rows, made where there are none. An erased address is passed over: it is
    blocked as it is, and a list must not bring it back in plain."""
    rows = Address.objects.filter(key__in=keys)
    known = set(rows.values_list("key", flat=True))
    Address.objects.bulk_create(
        [
            Address(key=key, key_hmac=address_hmac(key))
            for key in sorted(keys)
            if key not in known
        ],
        ignore_conflicts=True,
    )
    return {str(key): pk for key, pk in rows.values_list("key", "pk")}


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
