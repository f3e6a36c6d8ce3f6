"""What keeps an email from being sent, in sentences."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from campaigns.conditions import unfinished
from campaigns.languages import name_of
from campaigns.models import MarketingEmail
from campaigns.preview import property_keys
from deliveries.domains import sender_problems
from deliveries.languages import all_blocks, spoken
from deliveries.problems import BLOCK, Problem, problems

NOBODY = _("Choose at least one segment or contact to send to.")


def complaints(email: MarketingEmail) -> list[Problem]:
    """About content and sender, those that block first."""
    asked = [Problem(BLOCK, *one) for one in unfinished(all_blocks(email))]
    found = [*sender_problems(email.from_email), *asked, *_written(email)]
    return sorted(found, key=lambda problem: problem.level != BLOCK)


def _written(email: MarketingEmail) -> list[Problem]:
    """Of each language; what is wrong with all of them is told once."""
    known, required = property_keys().keys(), email.is_reengagement
    own = problems(email, known, confirm_required=required)
    others = [
        replace(one, sentence=f"{name_of(language)}: {one.sentence}", block_id="")
        for language in sorted(email.variants)
        for one in problems(spoken(email, language), known, confirm_required=required)
        if one not in own
    ]
    return own + others


def obstacles(
    email: MarketingEmail,
    checks: list[Problem] | None = None,
    *,
    recipients: bool = True,
) -> list[str]:
    """What must be put right before it can be sent; nothing: it can.

    `checks`: its complaints where they are known. A test needs no `recipients`.
    """
    checks = complaints(email) if checks is None else checks
    found = [one.sentence for one in checks if one.level == BLOCK]
    if recipients and not email.group and not email.has_recipients:
        found.append(str(NOBODY))
    return found
