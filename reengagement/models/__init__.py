from reengagement.models.campaign import BEYOND, Campaign
from reengagement.models.members import CampaignEmail, Member, Pause
from reengagement.models.sunset import Sunset
from reengagement.models.tallies import Tally

__all__ = [
    "BEYOND",
    "Campaign",
    "CampaignEmail",
    "Member",
    "Pause",
    "Sunset",
    "Tally",
]
