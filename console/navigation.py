"""The navigation of the console, in one table."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.roles import Right
from accounts.web import SignedIn

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclasses.dataclass(frozen=True)
class Entry:
    """One link of the rail. `key` is the letter after `g` that goes there."""

    label: StrOrPromise
    icon: str
    url_name: str
    key: str = ""
    local_only: bool = False
    right: Right = Right.LOOK
    every_brand: bool = False  # not for who is limited to some


@dataclasses.dataclass(frozen=True)
class Link:
    """An entry as it is drawn for one request."""

    entry: Entry
    url: str
    is_current: bool


WORK = (
    Entry(_("Overview"), "layout-dashboard", "console:overview", "o"),
    Entry(_("Contacts"), "users", "contacts:list", "c", right=Right.SEE_PEOPLE),
    Entry(_("Segments"), "filter", "segments:list", "s"),
    Entry(_("Marketing emails"), "mail", "campaigns:list", "m"),
    Entry(_("Re-engagement"), "refresh-cw", "reengagement:list", "r"),
    Entry(_("Forms"), "file-text", "signups:list", "f"),
    Entry(_("Opt-outs"), "bell-off", "optouts:list", "u", right=Right.SEE_PEOPLE),
)
HYGIENE = (
    Entry(_("Email health"), "activity", "console:email_health", "h"),
    Entry(_("Bounce audit"), "mail-x", "bounces:list", "b", right=Right.SEE_PEOPLE),
    Entry(_("Jobs"), "list-checks", "console:jobs", "j"),
    Entry(_("Outbox"), "inbox", "console:outbox", "x", True, Right.SEE_PEOPLE, True),
    Entry(_("Settings"), "settings", "consent:brand", "e"),
)


def is_current(url: str, path: str) -> bool:
    return path == url or (url != "/" and path.startswith(url))


def links(entries: tuple[Entry, ...], request: SignedIn) -> list[Link]:
    """The links that this installation has and this person may open, the one of this
    page marked."""
    shown = [
        one
        for one in entries
        if (settings.LOCAL_MODE or not one.local_only)
        and request.user.may(one.right)
        and not (one.every_brand and request.user.is_limited)
    ]
    urls = [reverse(one.url_name) for one in shown]
    return [
        Link(one, url, is_current(url, request.path))
        for one, url in zip(shown, urls, strict=True)
    ]
