"""What the categories of bounces are called on pages; rows keep their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NAMES: dict[str, StrOrPromise] = {
    "unknown_user": pgettext_lazy("why it bounced", "unknown user"),
    "address_moved": pgettext_lazy("why it bounced", "address moved"),
    "domain_no_mail": pgettext_lazy("why it bounced", "domain no mail"),
    "dns_failure": pgettext_lazy("why it bounced", "dns failure"),
    "mailbox_full": pgettext_lazy("why it bounced", "mailbox full"),
    "mailbox_disabled": pgettext_lazy("why it bounced", "mailbox disabled"),
    "timeout": pgettext_lazy("why it bounced", "timeout"),
    "network_error": pgettext_lazy("why it bounced", "network error"),
    "tls_failure": pgettext_lazy("why it bounced", "tls failure"),
    "server_error": pgettext_lazy("why it bounced", "server error"),
    "throttled": pgettext_lazy("why it bounced", "throttled"),
    "greylisted": pgettext_lazy("why it bounced", "greylisted"),
    "reputation": pgettext_lazy("why it bounced", "reputation"),
    "sender_rejected": pgettext_lazy("why it bounced", "sender rejected"),
    "auth": pgettext_lazy("why it bounced", "auth"),
    "relay_denied": pgettext_lazy("why it bounced", "relay denied"),
    "policy": pgettext_lazy("why it bounced", "policy"),
    "filtered": pgettext_lazy("why it bounced", "filtered"),
    "spam": pgettext_lazy("why it bounced", "spam"),
    "content": pgettext_lazy("why it bounced", "content"),
    "virus": pgettext_lazy("why it bounced", "virus"),
    "suppressed": pgettext_lazy("why it bounced", "suppressed"),
    "sender_dns": pgettext_lazy("why it bounced", "sender dns"),
    "too_large": pgettext_lazy("why it bounced", "too large"),
    "protocol_error": pgettext_lazy("why it bounced", "protocol error"),
    "other": pgettext_lazy("why it bounced", "other"),
    "complaint": pgettext_lazy("why it bounced", "complaint"),
}


def name_of(category: str) -> str:
    """In words that may stand within a sentence; of one that is new, its key."""
    return str(NAMES.get(category, category.replace("_", " ")))
