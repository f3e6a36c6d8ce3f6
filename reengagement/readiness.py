"""What keeps a campaign from starting, in sentences."""

from __future__ import annotations

from campaigns import readiness
from reengagement.models import Campaign, CampaignEmail

UNTRACKED = "It does not track clicks, so nobody's answer could be seen."


def obstacles(campaign: Campaign) -> list[str]:
    """One sentence each; nothing: it can start."""
    emails = list(campaign.emails.select_related("email"))
    checks = [
        (campaign.segment is None, "Choose the segment of people to ask."),
        (campaign.subscription_type is None, "Choose the subscription type."),
        (not emails, "Write at least one email."),
    ]
    found = [sentence for fails, sentence in checks if fails]
    for item in emails:
        found += [f"Email {item.position}: {one}" for one in _about(item)]
    return found


def _about(item: CampaignEmail) -> list[str]:
    found = readiness.obstacles(item.email)
    return found if item.email.click_tracked else [*found, UNTRACKED]
