"""Kinds and categories of bounces, as their judge writes them on a delivery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

BOUNCE_KINDS: tuple[tuple[str, StrOrPromise], ...] = (
    ("hard", _("Hard bounce")),
    ("soft", _("Soft bounce")),
    ("block", _("Blocked")),
    ("complaint", _("Spam complaint")),
)
BOUNCE_CATEGORIES: tuple[tuple[str, StrOrPromise], ...] = (
    ("unknown_user", _("Unknown user")),
    ("address_moved", _("Address moved")),
    ("domain_no_mail", _("Domain no mail")),
    ("dns_failure", _("Dns failure")),
    ("mailbox_full", _("Mailbox full")),
    ("mailbox_disabled", _("Mailbox disabled")),
    ("timeout", _("Timeout")),
    ("network_error", _("Network error")),
    ("tls_failure", _("Tls failure")),
    ("server_error", _("Server error")),
    ("throttled", _("Throttled")),
    ("greylisted", _("Greylisted")),
    ("reputation", _("Reputation")),
    ("sender_rejected", _("Sender rejected")),
    ("auth", _("Auth")),
    ("relay_denied", _("Relay denied")),
    ("policy", _("Policy")),
    ("filtered", _("Filtered")),
    ("spam", _("Spam")),
    ("content", _("Content")),
    ("virus", _("Virus")),
    ("suppressed", _("Suppressed")),
    ("sender_dns", _("Sender dns")),
    ("too_large", _("Too large")),
    ("protocol_error", _("Protocol error")),
    ("other", _("Other")),
    ("complaint", _("Complaint")),
)
