"""What keeps a campaign from starting, in sentences."""

from __future__ import annotations

from campaigns import readiness
from campaigns.approving import unapproved
from campaigns.missing import missing_among, without_fallback
from consent.models import Tracking
from reengagement import eligibility
from reengagement.models import Campaign, CampaignEmail
from segments.models import SegmentState

UNTRACKED = "It does not track clicks, so nobody's answer could be seen."
BRAND_OFF = (
    "{brand} tracks nobody, so silence could not be told from a click on another link."
    " “Hygiene only” in the settings of the brand is enough."
)


def obstacles(campaign: Campaign) -> list[str]:
    """One sentence each; nothing: it can start."""
    emails = list(campaign.emails.select_related("email"))
    segment = campaign.segment
    broken = segment is not None and segment.state == SegmentState.BROKEN
    checks = [
        (segment is None, "Choose the segment of people to ask."),
        (broken, f"The segment “{segment}” is broken. Open it and put it right."),
        (campaign.subscription_type is None, "Choose the subscription type."),
        (not emails, "Write at least one email."),
    ]
    found = [sentence for fails, sentence in checks if fails]
    for item in emails:
        found += [f"Email {item.position}: {one}" for one in _about(item)]
    return found


def _about(item: CampaignEmail) -> list[str]:
    email = item.email
    found = readiness.obstacles(email) + unapproved(email)
    if email.brand.tracking == Tracking.OFF:
        return [*found, BRAND_OFF.format(brand=email.brand)]
    return found if email.click_tracked else [*found, UNTRACKED]


def lacking(campaign: Campaign) -> list[str]:
    """One sentence for each value without a fallback that somebody to be asked lacks.

    Counts the people: it takes seconds where they are many.
    """
    people, rules = campaign.audience(), eligibility.left_out(campaign)
    return [
        f"Email {item.position}: {sentence}"
        for item in campaign.emails.select_related("email__subscription_type")
        for sentence in without_fallback(missing_among(people, item.email, rules))
    ]
