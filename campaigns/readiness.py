"""What keeps an email from being sent, in sentences."""

from __future__ import annotations

from campaigns.conditions import unfinished
from campaigns.models import MarketingEmail
from campaigns.preview import property_keys
from deliveries.domains import sender_problems
from deliveries.problems import BLOCK, Problem, problems

NO_SEGMENT = "Choose at least one segment to send to."


def complaints(email: MarketingEmail) -> list[Problem]:
    """About content and sender, those that block first."""
    written = problems(
        email, property_keys().keys(), confirm_required=email.is_reengagement
    )
    asked = [Problem(BLOCK, *one) for one in unfinished(email.blocks)]
    found = [*sender_problems(email.from_email), *asked, *written]
    return sorted(found, key=lambda problem: problem.level != BLOCK)


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
    if recipients and not email.group and not email.include.exists():
        found.append(NO_SEGMENT)
    return found
