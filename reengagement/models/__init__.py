from reengagement.models.campaign import Campaign
from reengagement.models.members import CampaignEmail, Member, Pause
from reengagement.models.sunset import Sunset
from reengagement.models.tallies import Tally

__all__ = ["Campaign", "CampaignEmail", "Member", "Pause", "Sunset", "Tally"]
