"""What the database refuses of a campaign."""

from django.db import models
from django.db.models import Q

from reengagement.vocabulary import CampaignState, Ending, Uncertain

MIN_WAITING_DAYS = 7  # the shortest time in which most readers see a mail
MIN_GAP_DAYS, MAX_GAP_DAYS = 5, 14

# of Campaign
CONSTRAINTS: list[models.BaseConstraint] = [
    models.CheckConstraint(
        condition=Q(state__in=CampaignState.values),
        name="campaign_state_is_known",
    ),
    models.CheckConstraint(
        condition=Q(ending__in=Ending.values), name="campaign_ending_is_known"
    ),
    models.CheckConstraint(
        condition=Q(uncertain_clicks__in=Uncertain.values),
        name="campaign_uncertain_is_known",
    ),
    models.CheckConstraint(
        condition=Q(waiting_days__gte=MIN_WAITING_DAYS),
        name="campaign_waits_a_week_at_least",
        violation_error_message="Wait at least 7 days: people read late.",
    ),
    models.CheckConstraint(
        condition=Q(gap_days__gte=MIN_GAP_DAYS, gap_days__lte=MAX_GAP_DAYS),
        name="campaign_gap_is_sane",
        violation_error_message="Leave 5 to 14 days between two emails.",
    ),
    models.CheckConstraint(
        condition=Q(holdout_percent__lte=10),
        name="campaign_holdout_is_small",
        violation_error_message="Hold out 10 % at most.",
    ),
    models.CheckConstraint(
        condition=Q(state=CampaignState.DRAFT)
        | Q(started_at__isnull=False, segment__isnull=False),
        name="campaign_running_has_started",
    ),
]
