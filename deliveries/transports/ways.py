"""How mails become one request to a provider, and what its answer says of each.

Alone is one mail in the words of its adapter of django-anymail. Together is several,
each complete in itself with its own headers and links, where a provider takes a list
of such mails: the adapters know only lists of readers of one mail.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import requests
from anymail.exceptions import AnymailAPIError

from deliveries.smtp import Answer, Mail
from deliveries.transports.answers import (
    LATER,
    REFUSED,
    Reply,
    Said,
    is_about_us,
    judged,
    kept_back,
    shown,
    taken,
    unknown,
    wait_in,
)
from deliveries.transports.mails import as_message
from deliveries.transports.table import PROVIDERS

Request = dict[str, Any]
READABLE = 2_000


class Way(Protocol):
    """`payload` says no with a sentence (AnymailError, ValueError) where a provider
    cannot take such a mail; `read` is asked about an answer of whatever status."""

    @property
    def most(self) -> int: ...

    def payload(self, mail: Mail) -> Any: ...

    def request(self, payloads: Sequence[Any]) -> Request: ...

    def read(self, response: requests.Response, payloads: Sequence[Any]) -> Said: ...


def reply_of(response: requests.Response) -> Reply:
    wait = wait_in(response.headers.get("Retry-After", ""))
    return Reply(response.status_code, response.text[:READABLE], wait)


@dataclass
class Alone:
    """One mail a request."""

    kind: str
    adapter: Any
    most: int = 1

    def payload(self, mail: Mail) -> Any:
        message = as_message(mail)
        return self.adapter.build_message_payload(message, self.adapter.send_defaults)

    def request(self, payloads: Sequence[Any]) -> Request:
        return dict(payloads[0].get_request_params(self.adapter.api_url))

    def read(self, response: requests.Response, payloads: Sequence[Any]) -> Said:
        label, payload = PROVIDERS[self.kind].label, payloads[0]
        try:
            self.adapter.raise_for_status(response, payload, payload.message)
            found = self.adapter.parse_recipient_status(
                response, payload, payload.message
            )
        except AnymailAPIError:
            return judged(self.kind, label, reply_of(response), 1)
        status = next(iter(found.values()))
        if status.status in {"sent", "queued"}:
            return Said([taken(label, self.kind, str(status.message_id or ""))])
        if status.status in {"invalid", "rejected", "failed"}:
            return kept_back(self.kind, label, reply_of(response))
        words = shown(label, response.text[:READABLE], response.status_code)
        return Said([unknown(label, words)])


@dataclass(frozen=True, slots=True)
class Item:
    """What is said of one mail of several: its `ref` where it was taken; else why not,
    and whether that is about us."""

    ref: str = ""
    why: str = ""
    blames_us: bool = False

    @property
    def is_ours(self) -> bool:
        return self.blames_us or is_about_us(self.why)


@dataclass(frozen=True, slots=True)
class List:
    """Where several mails go, as what, and what comes back for each, in their order."""

    path: str
    joined: Callable[[list[Any]], Any]
    items: Callable[[Any], list[Item]]


def _postmark(body: Any) -> list[Item]:
    """Source: “API error codes”, Postmark: of these only 300 and 406 are about the mail
    or its reader."""
    return [
        Item(one["MessageID"])
        if not one.get("ErrorCode", 0)
        else Item(why=one["Message"], blames_us=one["ErrorCode"] not in {300, 406})
        for one in body
    ]


def _mailjet(body: Any) -> list[Item]:
    return [
        Item(str(one["To"][0]["MessageID"]))
        if one["Status"] == "success"
        else Item(why=" ".join(e["ErrorMessage"] for e in one["Errors"]))
        for one in body["Messages"]
    ]


def _mailtrap(body: Any) -> list[Item]:
    return [
        Item(str(one["message_ids"][0]))
        if one["success"]
        else Item(why=" ".join(one["errors"]))
        for one in body["responses"]
    ]


LISTS = {
    "postmark": List("email/batch", lambda mails: mails, _postmark),
    "resend": List(
        "emails/batch",
        lambda mails: mails,
        lambda body: [Item(str(one["id"])) for one in body["data"]],
    ),
    "mailjet": List(
        "send",
        lambda mails: {
            "Messages": [one["Globals"] | one["Messages"][0] for one in mails]
        },
        _mailjet,
    ),
    "mailtrap": List("batch", lambda mails: {"base": {}, "requests": mails}, _mailtrap),
}


@dataclass
class Together(Alone):
    """Several mails a request."""

    @property
    def list(self) -> List:
        return LISTS[self.kind]

    def request(self, payloads: Sequence[Any]) -> Request:
        request = super().request(payloads)
        url = self.adapter.api_url
        mails = [json.loads(one.get_request_params(url)["data"]) for one in payloads]
        body = json.dumps(self.list.joined(mails))
        return request | {"url": url + self.list.path, "data": body}

    def read(self, response: requests.Response, payloads: Sequence[Any]) -> Said:
        label = PROVIDERS[self.kind].label
        try:
            items = self.list.items(response.json())
        except (ValueError, LookupError, TypeError, AttributeError):
            items = []
        if len(items) != len(payloads):
            return judged(self.kind, label, reply_of(response), len(payloads))
        ours = [one for one in items if one.is_ours]
        trouble = shown(label, ours[0].why) if ours else ""
        if len(ours) == len(items):
            return Said(trouble=trouble)
        return Said([self._answer(label, one) for one in items], trouble)

    def _answer(self, label: str, item: Item) -> Answer:
        if item.ref:
            return taken(label, self.kind, item.ref)
        return Answer(LATER if item.is_ours else REFUSED, shown(label, item.why))
