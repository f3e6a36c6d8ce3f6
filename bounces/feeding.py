"""The suppression lists of the providers that send for us, read into global blocks.

A page at a time, with a commit for every so many addresses: a list of any length takes
the memory of one page, and a reading that broke off, or was asked to wait, goes on at
its page. Nothing is taken off here: that an address left a list of a provider says
nothing of the others.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from http.client import HTTPException
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.parse import urljoin
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone

from bounces import acting, listed_noes
from bounces.models import ProviderList
from bounces.provider_lists import Entry, ListAt, Said, moment
from consent.addresses import BadAddress, Parsed, parse
from consent.models import BATCH_SIZE, Address, address_hmac
from consent.vocabulary import Reason

logger = logging.getLogger(__name__)

SECONDS = 30
LARGEST = 64 * 1024 * 1024  # octets of one page
MOST_PAGES = 20_000
REFUSED = (401, 403)
BUSY = 429
BROKEN_THERE = 500
USUAL, LONGEST = dt.timedelta(minutes=10), dt.timedelta(days=1)  # to wait
BROKEN = "What it answered could not be stored; the log of the worker says why."


class NotRead(Exception):
    """A list could not be read; the message says what seems to have happened.

    `goes_on`: nothing is wrong with the page, a later try may begin there; `wait`: for
    how long its provider wants to hear nothing of us.
    """

    def __init__(
        self, words: str, *, goes_on: bool = False, wait: dt.timedelta | None = None
    ) -> None:
        super().__init__(words)
        self.goes_on, self.wait = goes_on, wait


class Page(NamedTuple):
    """`cursor`: where to go on after it; "" after the last one."""

    entries: list[Entry]
    cursor: str


class Stay(HTTPRedirectHandler):
    """The key is for one machine: nobody sends it to another."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


OPENER = build_opener(Stay)


def read_all(*, by_hand: bool = True) -> list[ProviderList]:
    """Read every list of the settings that is due, or `by_hand` all of them, and write
    down how it went. Two accounts of one provider are told apart by their order."""
    seen: Counter[str] = Counter()
    found = []
    for one in settings.SUPPRESSION_LISTS:
        name = str(one)
        seen[name] += 1
        name = f"{name} ({seen[name]})" if seen[name] > 1 else name
        found.append(read(one, name, by_hand=by_hand))
    return found


def read(source: ListAt, name: str = "", *, by_hand: bool = True) -> ProviderList:
    """Whatever is wrong with one list is noted there, and keeps no other from being
    read."""
    name = name or str(source)
    row = ProviderList.objects.begin(name, by_hand=by_hand)
    if row is None:
        return ProviderList.objects.get(name=name[:200])
    try:
        for page in pages(source, row.cursor):
            added = take(page.entries, source.name)
            row.turn(page.cursor, listed=len(page.entries), added=added)
    except NotRead as problem:
        logger.error("The suppression list of %s was not read. %s", name, problem)
        return row.failed(str(problem), problem.wait, goes_on=problem.goes_on)
    except (DatabaseError, ValueError):
        logger.exception("The suppression list of %s was not read.", name)
        return row.failed(BROKEN)
    return row.done()


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
    known |= Address.objects.erased_among(keys)
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


def pages(source: ListAt, cursor: str = "") -> Iterator[Page]:
    """The pages from `cursor` on. NotRead when one is not to be had."""
    lists = source.pages
    at, url = _place(source, cursor)
    for _ in range(MOST_PAGES):
        page = _fetch(source, url)
        following = _following(source, page, url)
        if not following:
            at += 1
            following = lists[at] if at < len(lists) else ""
        entries = _entries(source, page, url)
        yield Page(entries, f"{at} {following}" if following else "")
        if not following:
            return
        url = following
    raise NotRead(f"It has more than {MOST_PAGES:,} pages.")


def _place(source: ListAt, cursor: str) -> tuple[int, str]:
    """The list and the page that a cursor names: the first ones where it names none
    of this source, as when another machine was set meanwhile."""
    number, _, url = cursor.partition(" ")
    lists = source.pages
    if number.isdecimal() and int(number) < len(lists) and source.has(url):
        return int(number), url
    return 0, lists[0]


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
    if following and not source.has(following):
        raise NotRead("Its next page is on another machine, which gets no key of ours.")
    return "" if following == url else following


def _fetch(source: ListAt, url: str) -> Any:
    headers = {"Accept": "application/json", **source.provider.headers(source, url)}
    asked = Request(url, headers=headers)  # noqa: S310  https, see ListAt.of
    try:
        with OPENER.open(asked, timeout=SECONDS) as answer:
            octets = answer.read(LARGEST + 1)
    except HTTPError as problem:
        problem.close()
        raise _refusal(problem.code, problem.headers.get("Retry-After")) from problem
    except (OSError, HTTPException) as problem:
        raise NotRead("It could not be reached.", goes_on=True) from problem
    if len(octets) > LARGEST:
        raise NotRead("One page of it is over 64 MB.")
    try:
        return json.loads(octets)
    except (ValueError, RecursionError) as problem:
        raise NotRead("The answer is no list.") from problem


def _refusal(code: int, retry_after: str | None) -> NotRead:
    if code in REFUSED:
        words = f"The key was refused ({code}). Set another one in SUPPRESSION_LISTS."
        return NotRead(words)
    if code == BUSY or retry_after:
        words = f"It was asked too often ({code}), and goes on when it may."
        return NotRead(words, goes_on=True, wait=_wait(retry_after or ""))
    words = f"It answered with an error ({code})."
    return NotRead(words, goes_on=code >= BROKEN_THERE)


def _wait(retry_after: str) -> dt.timedelta:
    """How long a provider wants us to wait (RFC 9110 10.2.3): seconds, or a date."""
    asked = retry_after.strip()
    if asked.isdecimal():
        found = dt.timedelta(seconds=min(int(asked), LONGEST.total_seconds()))
    elif at := moment(asked):
        found = at - timezone.now()
    else:
        found = USUAL
    return min(max(found, dt.timedelta(0)), LONGEST)
