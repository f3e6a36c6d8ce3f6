"""How mail providers are asked for their suppression lists, and how they answer.

Pure. A provider that sends for us refuses every mail to an address on its list, so the
list is one of global blocks. What a person said there herself is told apart: it is a
no, or a complaint. One row per provider; sources: their API references,
"Suppressions" (Postmark, Mailgun, SendGrid, SparkPost, MailerSend), "Blocked or
unsubscribed contacts" (Brevo) and "ListSuppressedDestinations" (Amazon SES).
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any, NamedTuple
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

from deliveries import signed_requests

# a part of the address of a page, or all of it; "" after the last one
Following = Callable[[Any, str], str]
# what proves that the page at an address may be asked for
Headers = Callable[["ListAt", str], dict[str, str]]
LOCAL = ("127.0.0.1", "::1", "localhost")


class Said(Enum):
    """Why an address stands on a list."""

    BLOCKED = "blocked"
    OPTED_OUT = "opted out"
    COMPLAINED = "complained"


class Entry(NamedTuple):
    """`at`: since when, where the list tells."""

    email: str
    said: Said
    at: dt.datetime | None


# the words of a list for what a person did; all others are of the provider or ours
POSTMARK = {
    ("SpamComplaint", "Recipient"): Said.COMPLAINED,
    ("SpamComplaint", "Customer"): Said.COMPLAINED,
    ("SpamComplaint", "Admin"): Said.COMPLAINED,
    ("ManualSuppression", "Recipient"): Said.OPTED_OUT,
}
SPARKPOST = {
    "Spam Complaint": Said.COMPLAINED,
    "List Unsubscribe": Said.OPTED_OUT,
    "Unsubscribe Link": Said.OPTED_OUT,
}
BREVO = {
    "contactFlaggedAsSpam": Said.COMPLAINED,
    "unsubscribedViaMA": Said.OPTED_OUT,
    "unsubscribedViaEmail": Said.OPTED_OUT,
    "unsubscribedViaApi": Said.OPTED_OUT,
}
OF_COMPLAINTS = ("/complaints", "/spam_reports", "/spam-complaints")
OF_OPT_OUTS = ("/unsubscribes", "/asm/suppressions")  # the latter: of groups
SIGNED = (
    "The suppression list of Amazon SES is written as"
    " amazon+https://ID:SECRET@email.REGION.amazonaws.com/REGION, with the signs / and"
    " + of the secret as %2F and %2B."
)
FIRST_YEAR = 1990  # an earlier date is none


@dataclass(frozen=True, slots=True)
class Provider:
    """`paths`: where the lists are, "{part}" stands for a stream or a domain; `read`:
    the entries of one page."""

    label: str
    paths: tuple[str, ...]
    headers: Headers
    read: Callable[[Any, str], Iterator[Entry]]
    following: Following
    part: str = ""
    is_signed: bool = False  # the key is an id and a secret, the part a region


@dataclass(frozen=True, slots=True)
class ListAt:
    """One list that is read: `postmark+https://KEY@api.postmarkapp.com/outbound`."""

    name: str
    base: str
    key: str = field(repr=False)
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
        key = unquote(parts.username)
        if PROVIDERS[name].is_signed:
            if not parts.password or not part:
                raise ValueError(SIGNED)
            key = f"{key}:{unquote(parts.password)}"
        return cls(name, f"{scheme}://{host}", key, part)

    def __str__(self) -> str:
        return f"{self.provider.label} {self.part}".strip()

    @property
    def provider(self) -> Provider:
        return PROVIDERS[self.name]

    def has(self, url: str) -> bool:
        """Whether it is on this machine, which alone gets the key."""
        return url.startswith(f"{self.base}/")

    @property
    def pages(self) -> list[str]:
        """The first page of each of its lists."""
        part = quote(self.part, safe="")
        return [f"{self.base}{one.format(part=part)}" for one in self.provider.paths]


def bearer(source: ListAt, url: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {source.key}"}


def basic(source: ListAt, url: str) -> dict[str, str]:
    words = base64.b64encode(f"api:{source.key}".encode()).decode()
    return {"Authorization": f"Basic {words}"}


def signed(source: ListAt, url: str) -> dict[str, str]:
    key_id, _, secret = source.key.partition(":")
    now, scope = dt.datetime.now(dt.UTC), (source.part, "ses")
    return signed_requests.headers(url, (key_id, secret), scope, now)


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


def moment(value: object) -> dt.datetime | None:
    """A date of a list: in seconds, or as RFC 5322 or ISO 8601 write it."""
    try:
        if isinstance(value, (int, float)):
            found = dt.datetime.fromtimestamp(value, dt.UTC)
        elif "," in str(value):
            found = parsedate_to_datetime(str(value))
        else:
            found = dt.datetime.fromisoformat(str(value))
    except (ValueError, OverflowError, OSError):
        return None
    if found.year < FIRST_YEAR:
        return None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def of_the_list(url: str) -> Said:
    """Where complaints and opt-outs have lists of their own."""
    path = url.partition("?")[0]
    if path.endswith(OF_OPT_OUTS):
        return Said.OPTED_OUT
    return Said.COMPLAINED if path.endswith(OF_COMPLAINTS) else Said.BLOCKED


def postmark(page: Any, url: str) -> Iterator[Entry]:
    for row in page["Suppressions"]:
        why = row["SuppressionReason"], row.get("Origin") or "Customer"
        said = POSTMARK.get(why, Said.BLOCKED)
        yield Entry(row["EmailAddress"], said, moment(row.get("CreatedAt")))


def mailgun(page: Any, url: str) -> Iterator[Entry]:
    for row in page["items"]:
        yield Entry(row["address"], of_the_list(url), moment(row.get("created_at")))


def after_mailgun(page: Any, url: str) -> str:
    """The last page names a next one as well; that one is empty."""
    return str(page["paging"]["next"]) if page["items"] else ""


def sendgrid(page: Any, url: str) -> Iterator[Entry]:
    for row in page:
        at = row.get("created") or row.get("created_at")
        yield Entry(row["email"], of_the_list(url), moment(at))


def after_sendgrid(page: Any, url: str) -> str:
    """The list of who left a group has no pages."""
    return by_offset(list)(page, url) if "offset=" in url else ""


def sparkpost(page: Any, url: str) -> Iterator[Entry]:
    for row in page["results"]:
        said = SPARKPOST.get(row.get("source") or "", Said.BLOCKED)
        at = row.get("updated") or row.get("created")
        yield Entry(row["recipient"], said, moment(at))


def after_sparkpost(page: Any, url: str) -> str:
    links = page.get("links") or []
    return next((str(one["href"]) for one in links if one["rel"] == "next"), "")


def brevo(page: Any, url: str) -> Iterator[Entry]:
    for row in page["contacts"]:
        reason = (row.get("reason") or {}).get("code")
        said = BREVO.get(reason or "", Said.BLOCKED)
        yield Entry(row["email"], said, moment(row.get("blockedAt")))


def mailersend(page: Any, url: str) -> Iterator[Entry]:
    for row in page["data"]:
        email, at = row["recipient"]["email"], moment(row.get("created_at"))
        yield Entry(email, of_the_list(url), at)


def amazon(page: Any, url: str) -> Iterator[Entry]:
    for row in page["SuppressedDestinationSummaries"]:
        is_complaint = row["Reason"] == "COMPLAINT"
        said = Said.COMPLAINED if is_complaint else Said.BLOCKED
        yield Entry(row["EmailAddress"], said, moment(row.get("LastUpdateTime")))


def after_amazon(page: Any, url: str) -> str:
    if not page.get("NextToken"):
        return ""
    words = urlencode({"PageSize": 1000, "NextToken": page["NextToken"]})
    return f"{url.partition('?')[0]}?{words}"


PROVIDERS: dict[str, Provider] = {
    "amazon": Provider(
        "Amazon SES",
        ("/v2/email/suppression/addresses?PageSize=1000",),
        signed,
        amazon,
        after_amazon,
        is_signed=True,
    ),
    "brevo": Provider(
        "Brevo",
        ("/v3/smtp/blockedContacts?limit=100&offset=0",),
        lambda source, url: {"api-key": source.key},
        brevo,
        by_offset(lambda page: list(page["contacts"])),
    ),
    "mailersend": Provider(
        "MailerSend",
        (
            "/v1/suppressions/hard-bounces?limit=100",
            "/v1/suppressions/spam-complaints?limit=100",
            "/v1/suppressions/unsubscribes?limit=100",
        ),
        bearer,
        mailersend,
        lambda page, url: str((page.get("links") or {}).get("next") or ""),
    ),
    "mailgun": Provider(
        "Mailgun",
        (
            "/v3/{part}/bounces?limit=1000",
            "/v3/{part}/complaints?limit=1000",
            "/v3/{part}/unsubscribes?limit=1000",
        ),
        basic,
        mailgun,
        after_mailgun,
    ),
    "postmark": Provider(
        "Postmark",
        ("/message-streams/{part}/suppressions/dump",),
        lambda source, url: {"X-Postmark-Server-Token": source.key},
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
            "/v3/suppression/unsubscribes?limit=500&offset=0",
            "/v3/asm/suppressions",
        ),
        bearer,
        sendgrid,
        after_sendgrid,
    ),
    "sparkpost": Provider(
        "SparkPost",
        ("/api/v1/suppression-list?cursor=initial&per_page=1000",),
        lambda source, url: {"Authorization": source.key},
        sparkpost,
        after_sparkpost,
    ),
}
