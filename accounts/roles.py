"""Who may do what: roles, rights, and the one table that joins them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from accounts.models import User
    from accounts.web import SignedIn

View = Callable[..., HttpResponseBase]
SAFE = {"GET", "HEAD"}


class Right(models.TextChoices):
    """What somebody who is signed in may do, in words that follow “may”."""

    LOOK = "look", _("see numbers, states and settings, and nobody’s name")
    SEE_PEOPLE = "see_people", _("see names and addresses")
    EDIT = "edit", _("change contacts, segments and forms")
    SEND = "send", _("write and send emails, run re-engagement, stop sending")
    APPROVE = "approve", _("approve emails that somebody else wrote")
    IMPORT = "import", _("import contacts and opt-outs")
    EXPORT = "export", _("export lists of people")
    DELETE = "delete", _("delete contacts and segments")
    UNBOUNCE = "unbounce", _("unbounce and release contacts")
    UNDO = "undo", _("take opt-outs in bulk back")
    READ_EVERYTHING = "read_everything", _("see everything held on a person")
    ERASE = "erase", _("erase a person for good")
    SETTINGS = "settings", _("change the settings of the account")
    USERS = "users", _("invite and change users, read the audit log")


class Role(models.TextChoices):
    VIEWER = "viewer", _("Viewer")
    MARKETER = "marketer", _("Marketer")
    HYGIENE = "hygiene", _("Hygiene manager")
    ADMIN = "admin", _("Administrator")

    @property
    def rights(self) -> frozenset[Right]:
        return RIGHTS[self]


_MARKETER = {
    *(Right.LOOK, Right.SEE_PEOPLE, Right.EDIT, Right.SEND, Right.IMPORT),
    # the silent leave a segment as a file and come back as opt-outs; each export is
    # in the audit log
    Right.EXPORT,
    Right.UNBOUNCE,  # whoever sends emails may correct a bounce
}
_HYGIENE = _MARKETER | {
    Right.APPROVE,
    Right.DELETE,
    Right.UNDO,  # it makes people mailable again: not for whoever wants to mail them
    # the two that answer a person who asks what is held on her
    *(Right.READ_EVERYTHING, Right.ERASE),
}
RIGHTS: dict[Role, frozenset[Right]] = {
    Role.VIEWER: frozenset({Right.LOOK}),
    Role.MARKETER: frozenset(_MARKETER),
    Role.HYGIENE: frozenset(_HYGIENE),
    Role.ADMIN: frozenset(Right),
}
# the lowest role that has a right, and all above it: whole, as each language says it
THESE: dict[Role, StrOrPromise] = {
    Role.VIEWER: _("Whoever works here"),
    Role.MARKETER: _("A marketer, a hygiene manager or an administrator"),
    Role.HYGIENE: _("A hygiene manager or an administrator"),
    Role.ADMIN: _("An administrator"),
}


def who_may(right: Right) -> StrOrPromise:
    """The roles that have this right, in words."""
    return THESE[next(role for role in RIGHTS if right in RIGHTS[role])]


def needs(
    right: Right, *, reading: Right | None = None, every_brand: bool = False
) -> Callable[[View], View]:
    """A view for those who have `right`; the others get a page that says so.

    `reading` is enough to look (GET). `every_brand`: what it does concerns all brands,
    so it is not for who is limited to some. Goes outermost, so that no other refusal
    tells what is there.
    """
    looking = reading or right

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: SignedIn, *args: Any, **kwargs: Any) -> HttpResponseBase:
            acting = request.method not in SAFE
            if not may_enter(request.user, guarded, acting=acting):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.rights = (looking, right)  # type: ignore[attr-defined]
        # beginning to ask for it is no use either, where one has to act to look
        guarded.limits = (every_brand and not reading, every_brand)  # type: ignore[attr-defined]
        return guarded

    return decorate


def may_enter(user: User, view: View, *, acting: bool) -> bool:
    """May she open this page, or POST to it? Where nothing is said anybody may."""
    right = getattr(view, "rights", (None, None))[acting]
    is_closed = getattr(view, "limits", (False, False))[acting] and user.is_limited
    return right is None or (user.may(right) and not is_closed)


def is_open(user: User, url: str, *, acting: bool = False) -> bool:
    """May she open what stands at `url`, or POST to it? Elsewhere anybody may."""
    try:
        found = resolve(urlsplit(url).path)
    except Resolver404:
        return True
    if "admin" in found.namespaces:
        return user.is_staff
    return may_enter(user, found.func, acting=acting)
