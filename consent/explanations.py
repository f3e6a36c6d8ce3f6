"""What the ledger gives as the reason of an act, in the language of whoever reads it.

A record is kept in English and never changes. Sentences that the program wrote are
known by what stands in them; what somebody typed, and what is new here, is told as it
was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

# as acts have them, in their own words
WRITTEN: tuple[Promise, ...] = (
    _("Opted out by staff on request."),
    _("Said at another address of the same person."),
    _("Said with the address before."),
    _("The pause that the person asked for is over."),
    _("For %(days)s days."),
    _("Kept when an opt-out from everything was ended for one brand."),
    _("Kept when a new sign-up ended an opt-out that reached further."),
    _("Signed up with an invitation by staff."),
    _("Signed up with %(form)s."),
    _("Said that the sign-up was somebody else’s."),
    _("Confirmed from the email “%(mail)s”."),
    _("Did not confirm “%(campaign)s” within %(days)s days of the last email."),
    _("From the opt-out journal, after the database was restored."),
    _("The import that brought it was undone: %(reason)s"),
    # of bounces
    _("The address does not exist"),
    _("Bounced too often"),
    _("The mailbox has another owner: what the one before said is void."),
    _("The domain says that it takes no mail: no consent holds there."),
    _("What the server said means something else by the rules of today."),
    _("Her mailbox provider reported our mail as spam."),
    _("The provider that sends for us keeps the address on its list."),
    _("The provider that sends for us lists a complaint."),
    _("The provider that sends for us lists an opt-out."),
    _("Unbounced. %(change)s: %(note)s"),
    _("The mailbox gets another chance after 90 days."),
    _("The incident at %(place)s is solved: %(solution)s"),
)
_VALUE = re.compile(r"%\\?\((\w+)\\?\)s")


def spoken(explanation: str) -> str:
    """The stored `explanation` in the language that is spoken."""
    for pattern, text in _known():
        if found := pattern.fullmatch(explanation):
            return str(text) % found.groupdict()
    return explanation


@cache
def _known() -> tuple[tuple[re.Pattern[str], Promise], ...]:
    with override("en"):
        return tuple(_patterns())


def _patterns() -> Iterator[tuple[re.Pattern[str], Promise]]:
    for text in WRITTEN:
        pattern = _VALUE.sub(r"(?P<\1>.+)", re.escape(str(text)))
        yield re.compile(pattern, re.DOTALL), text
