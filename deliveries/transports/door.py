"""What a worker sends through where the transport is a provider: a door as to SMTP.

The promise is the same. What was not handed over waits, what was refused for good is,
and of what nobody answered nothing is known: it is never handed over again by itself.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from typing import Any

import requests
from anymail.exceptions import AnymailError
from django.conf import settings
from django.utils import timezone
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NewConnectionError,
    ProxyError,
)

from deliveries.models import Relay
from deliveries.smtp import Answer, Gone, Mail, Unreachable
from deliveries.transports.amazon import KIND as AMAZON
from deliveries.transports.amazon import Raw
from deliveries.transports.answers import REFUSED, Said, unknown
from deliveries.transports.table import PROVIDERS, NoPlace, url_of
from deliveries.transports.ways import LISTS, Alone, Together, Way

logger = logging.getLogger(__name__)

TO_CONNECT, TO_ANSWER = 10.0, 30.0
NOT_BEGUN = (ConnectTimeoutError, NewConnectionError, ProxyError)
UNTRUSTED = "its certificate is not trusted. Nothing was sent."
RESTING = "It is left alone until {:%H:%M} (UTC)."


class Session(requests.Session):
    """Stays where it was sent: the key is for one machine."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


def open_door(relay: Relay) -> ApiDoor:
    """Nothing is asked yet; Unreachable while the provider is to be left alone."""
    if relay.rests_until and relay.rests_until > timezone.now():
        raise Unreachable(f"{relay.problem} {RESTING.format(relay.rests_until)}")
    try:
        return ApiDoor(relay, way_of(relay))
    except NoPlace as problem:
        raise Unreachable(str(problem)) from problem


def way_of(relay: Relay) -> Way:
    """How mails are handed to it. NoPlace, vault.Locked."""
    provider, secret = PROVIDERS[relay.kind], relay.secret()
    url = url_of(relay.kind, relay.host)
    if relay.kind == AMAZON:
        return Raw(url, relay.host, (relay.user, secret), relay.option)
    module = import_module(f"anymail.backends.{provider.adapter}")
    said = [
        (provider.key, secret),
        (provider.user, relay.user),
        (provider.option, relay.option),
    ]
    words = {asked.word: value for asked, value in said if asked and value}
    adapter = module.EmailBackend(
        **words, api_url=url, ignore_unsupported_features=True
    )
    if relay.kind in LISTS:
        return Together(relay.kind, adapter, provider.most)
    return Alone(relay.kind, adapter)


class ApiDoor:
    """As smtp.Door. The relay is told of trouble, so that others are tried first."""

    def __init__(self, relay: Relay, way: Way) -> None:
        self.relay, self.way = relay, way
        self.label = PROVIDERS[relay.kind].label
        self.session = Session()
        self.session.headers["User-Agent"] = f"Listwell ({settings.BASE_URL})"

    def close(self) -> None:
        self.session.close()

    def deliver(self, mails: Iterable[Mail]) -> Iterator[tuple[Mail, Answer]]:
        """Each mail with its answer; Gone when nothing more is tried for a while."""
        ready: list[tuple[Mail, Any]] = []
        for mail in mails:
            try:
                ready.append((mail, self.way.payload(mail)))
            except (AnymailError, ValueError, LookupError, TypeError) as problem:
                words = f"{self.label} cannot be given this mail: {problem}"
                yield mail, Answer(REFUSED, " ".join(words.split()))
            if len(ready) >= self._most():
                yield from self._hand_over(ready)
                ready = []
        if ready:
            yield from self._hand_over(ready)

    def _most(self) -> int:
        """One alone where the last request went wrong: whatever becomes of it, becomes
        of no other."""
        return 1 if self.relay.problem else self.way.most

    def _hand_over(
        self, ready: Sequence[tuple[Mail, Any]]
    ) -> Iterator[tuple[Mail, Answer]]:
        said = self._ask([payload for _, payload in ready])
        if said.splits:
            for one in ready:
                yield from self._hand_over([one])
            return
        yield from zip((mail for mail, _ in ready), said.answers, strict=False)
        if said.trouble:
            self.relay.rest(said.trouble, said.wait)
            raise Gone(None)
        if any(answer.is_accepted for answer in said.answers):
            self.relay.works()

    def _ask(self, payloads: Sequence[Any]) -> Said:
        """From the moment at which the request leaves nothing may be raised: who calls
        would take the mails for unsent."""
        request = self.way.request(payloads)
        try:
            response = self.session.request(timeout=(TO_CONNECT, TO_ANSWER), **request)
            return self.way.read(response, payloads)
        except requests.RequestException as problem:
            return self._lost(problem, len(payloads))
        except Exception:
            logger.exception("The answer of %s cannot be read.", self.label)
            answer = unknown(self.label, "its answer cannot be read.")
            return Said([answer] * len(payloads))

    def _lost(self, problem: requests.RequestException, mails: int) -> Said:
        why = _in_words(problem)
        trouble = f"{self.label} cannot be used: {why}"
        if _has_left(problem):
            return Said([unknown(self.label, why)] * mails, trouble)
        return Said(trouble=trouble)


def _has_left(problem: requests.RequestException) -> bool:
    """Whether the mails may have been taken before it broke off."""
    if isinstance(problem, requests.ConnectTimeout):
        return False
    cause = problem.args[0] if problem.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    return not (isinstance(reason, NOT_BEGUN) or _is_untrusted(reason))


def _is_untrusted(reason: object) -> bool:
    found = [reason, *getattr(reason, "args", ())]
    return any(isinstance(one, ssl.SSLCertVerificationError) for one in found)


def _in_words(problem: requests.RequestException) -> str:
    if isinstance(problem, requests.ConnectTimeout):
        return f"it could not be reached within {TO_CONNECT:.0f} seconds."
    if isinstance(problem, requests.ReadTimeout):
        return f"it gave no answer within {TO_ANSWER:.0f} seconds."
    if not _has_left(problem):
        is_secure = not isinstance(problem, requests.exceptions.SSLError)
        return "it could not be reached." if is_secure else UNTRUSTED
    return "it hung up without an answer."
