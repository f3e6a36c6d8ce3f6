"""What the views of this app ask the request and the address for."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Account, AuditEntry
from accounts.web import SignedIn
from campaigns.models import MarketingEmail


def find(pk: int) -> MarketingEmail:
    """The email, or 404."""
    emails = MarketingEmail.objects.with_progress()
    return get_object_or_404(
        emails.select_related("subscription_type__brand", "message", "job"), pk=pk
    )


def note(request: SignedIn, verb: str, email: MarketingEmail) -> None:
    """Write into the audit log what was done to `email`."""
    AuditEntry.objects.record(
        request.user, verb, subject=email.name, url=email.get_absolute_url()
    )


def writing_tabs(email: MarketingEmail, current: str) -> list[dict[str, object]]:
    """The steps of a draft. A campaign chooses the recipients of its own emails."""
    pages = [(_("Content"), "content"), (_("Settings"), "settings")]
    if not email.group:
        pages += [(_("Recipients"), "recipients"), (_("Review & send"), "review")]
    if current == "approval" or Account.current().second_person:
        pages.append((_("Approval"), "approval"))
    return _tabs(email, pages, current)


def report_tabs(email: MarketingEmail, current: str) -> list[dict[str, object]]:
    pages = [
        (_("Performance"), "detail"),
        (_("Recipients"), "people"),
        (_("Content"), "shown"),
    ]
    return _tabs(email, pages, current)


def _tabs(
    email: MarketingEmail, pages: list[tuple[str, str]], current: str
) -> list[dict[str, object]]:
    return [
        {
            "label": label,
            "url": reverse(f"campaigns:{name}", args=[email.pk]),
            "current": name == current,
        }
        for label, name in pages
    ]
