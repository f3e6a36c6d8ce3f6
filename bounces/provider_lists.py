"""How mail providers are asked for their suppression lists, and how they answer.

Pure. A provider that sends for us refuses every mail to an address on its list, so the
list is one of global blocks. One row per provider; sources: their API references,
"Suppressions" (Postmark, Mailgun, SendGrid, SparkPost, MailerSend) and "Blocked or
unsubscribed contacts" (Brevo).
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

# a part of the address of a page, or all of it; "" after the last one
Following = Callable[[Any, str], str]
LOCAL = ("127.0.0.1", "::1", "localhost")


class Entry(NamedTuple):
    email: str
    is_complaint: bool


@dataclass(frozen=True, slots=True)
class Provider:
    """`paths`: where the lists are, "{part}" stands for a stream or a domain; `read`:
    the entries of one page."""

    label: str
    paths: tuple[str, ...]
    headers: Callable[[str], dict[str, str]]
    read: Callable[[Any, str], Iterator[Entry]]
    following: Following
    part: str = ""


@dataclass(frozen=True, slots=True)
class ListAt:
    """One list that is read: `postmark+https://KEY@api.postmarkapp.com/outbound`."""

    name: str
    base: str
    key: str
    part: str

    @classmethod
    def of(cls, url: str) -> ListAt:
        """ValueError when it cannot be used. The key goes in plain to no other
        machine."""
        parts = urlsplit(url.strip())
        name, _, scheme = parts.scheme.partition("+")
        is_safe = scheme == "https" or (scheme == "http" and parts.hostname in LOCAL)
        if name not in PROVIDERS or not is_safe or not parts.username:
            raise ValueError(
                "A suppression list is written as PROVIDER+https://KEY@HOST/PART, with"
                f" one of {', '.join(sorted(PROVIDERS))}."
            )
        host = parts.netloc.rpartition("@")[2]
        part = unquote(parts.path.strip("/")) or PROVIDERS[name].part
        return cls(name, f"{scheme}://{host}", unquote(parts.username), part)

    def __str__(self) -> str:
        return f"{self.provider.label} {self.part}".strip()

    @property
    def provider(self) -> Provider:
        return PROVIDERS[self.name]

    @property
    def pages(self) -> list[str]:
        """The first page of each of its lists."""
        part = quote(self.part, safe="")
        return [f"{self.base}{one.format(part=part)}" for one in self.provider.paths]


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def basic(key: str) -> dict[str, str]:
    words = base64.b64encode(f"api:{key}".encode()).decode()
    return {"Authorization": f"Basic {words}"}


def at_once(page: Any, url: str) -> str:
    """Everything stands on the first page."""
    return ""


def by_offset(rows: Callable[[Any], list[Any]]) -> Following:
    """Pages of `limit` rows from `offset` on; the last one is not full."""

    def following(page: Any, url: str) -> str:
        asked = parse_qs(urlsplit(url).query)
        limit, offset = int(asked["limit"][0]), int(asked["offset"][0])
        if len(rows(page)) < limit:
            return ""
        words = urlencode({"limit": limit, "offset": offset + limit})
        return f"{url.partition('?')[0]}?{words}"

    return following


def postmark(page: Any, url: str) -> Iterator[Entry]:
    for row in page["Suppressions"]:
        yield Entry(row["EmailAddress"], row["SuppressionReason"] == "SpamComplaint")


def mailgun(page: Any, url: str) -> Iterator[Entry]:
    for row in page["items"]:
        yield Entry(row["address"], "/complaints" in url)


def after_mailgun(page: Any, url: str) -> str:
    """The last page names a next one as well; that one is empty."""
    return str(page["paging"]["next"]) if page["items"] else ""


def sendgrid(page: Any, url: str) -> Iterator[Entry]:
    for row in page:
        yield Entry(row["email"], "/spam_reports" in url)


def sparkpost(page: Any, url: str) -> Iterator[Entry]:
    for row in page["results"]:
        yield Entry(row["recipient"], row.get("source") == "Spam Complaint")


def after_sparkpost(page: Any, url: str) -> str:
    links = page.get("links") or []
    return next((str(one["href"]) for one in links if one["rel"] == "next"), "")


def brevo(page: Any, url: str) -> Iterator[Entry]:
    for row in page["contacts"]:
        reason = (row.get("reason") or {}).get("code")
        yield Entry(row["email"], reason == "contactFlaggedAsSpam")


def mailersend(page: Any, url: str) -> Iterator[Entry]:
    for row in page["data"]:
        yield Entry(row["recipient"]["email"], "/spam-complaints" in url)


PROVIDERS: dict[str, Provider] = {
    "brevo": Provider(
        "Brevo",
        ("/v3/smtp/blockedContacts?limit=100&offset=0",),
        lambda key: {"api-key": key},
        brevo,
        by_offset(lambda page: list(page["contacts"])),
    ),
    "mailersend": Provider(
        "MailerSend",
        (
            "/v1/suppressions/hard-bounces?limit=100",
            "/v1/suppressions/spam-complaints?limit=100",
        ),
        bearer,
        mailersend,
        lambda page, url: str((page.get("links") or {}).get("next") or ""),
    ),
    "mailgun": Provider(
        "Mailgun",
        ("/v3/{part}/bounces?limit=1000", "/v3/{part}/complaints?limit=1000"),
        basic,
        mailgun,
        after_mailgun,
    ),
    "postmark": Provider(
        "Postmark",
        ("/message-streams/{part}/suppressions/dump",),
        lambda key: {"X-Postmark-Server-Token": key},
        postmark,
        at_once,
        part="outbound",
    ),
    "sendgrid": Provider(
        "SendGrid",
        (
            "/v3/suppression/bounces?limit=500&offset=0",
            "/v3/suppression/invalid_emails?limit=500&offset=0",
            "/v3/suppression/spam_reports?limit=500&offset=0",
        ),
        bearer,
        sendgrid,
        by_offset(list),
    ),
    "sparkpost": Provider(
        "SparkPost",
        ("/api/v1/suppression-list?cursor=initial&per_page=1000",),
        lambda key: {"Authorization": key},
        sparkpost,
        after_sparkpost,
    ),
}
