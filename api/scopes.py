"""What a program may do by the API: scopes, and the right that each asks for.

A token has some of them and never exceeds its owner: a scope counts only while the role
of the owner has its right. Reading whole lists is what the console calls an export.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.roles import Right


class TokenScope(models.TextChoices):
    """In words that follow “may”."""

    CONTACTS_READ = "contacts:read", _("look up a contact")
    CONTACTS_WRITE = "contacts:write", _("create contacts and change them")
    CONTACTS_EXPORT = "contacts:export", _("read all contacts, and who is in a segment")
    CONSENT_READ = "consent:read", _("read who agreed to what, and how that came about")
    CONSENT_WRITE = "consent:write", _("write down that somebody agrees or leaves")
    SUPPRESSIONS_READ = "suppressions:read", _("ask whether an address is blocked")
    SUPPRESSIONS_WRITE = (
        "suppressions:write",
        _("put addresses on the do-not-mail list"),
    )
    SUPPRESSIONS_EXPORT = (
        "suppressions:export",
        _("read the whole do-not-mail list and follow its changes"),
    )
    SEGMENTS_READ = "segments:read", _("read segments, without the people in them")
    SEGMENTS_WRITE = "segments:write", _("put people into static segments, and out")
    FORMS_READ = "forms:read", _("read which forms there are, and where")

    @property
    def right(self) -> Right:
        return NEEDED[self]


NEEDED: dict[TokenScope, Right] = {
    TokenScope.CONTACTS_READ: Right.SEE_PEOPLE,
    TokenScope.CONTACTS_WRITE: Right.EDIT,
    TokenScope.CONTACTS_EXPORT: Right.EXPORT,
    TokenScope.CONSENT_READ: Right.SEE_PEOPLE,
    TokenScope.CONSENT_WRITE: Right.EDIT,
    TokenScope.SUPPRESSIONS_READ: Right.SEE_PEOPLE,
    # a thousand at once is an import
    TokenScope.SUPPRESSIONS_WRITE: Right.IMPORT,
    TokenScope.SUPPRESSIONS_EXPORT: Right.EXPORT,
    TokenScope.SEGMENTS_READ: Right.LOOK,
    TokenScope.SEGMENTS_WRITE: Right.EDIT,
    TokenScope.FORMS_READ: Right.LOOK,
}
