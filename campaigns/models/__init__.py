"""Marketing emails: one message to some segments, once."""

from campaigns.models.approvals import Approval
from campaigns.models.emails import LAUNCH_GRACE, MarketingEmail
from campaigns.models.pictures import Picture
from campaigns.models.shared import SharedPreview
from campaigns.models.singles import MOST_SINGLES, SingleContact
from campaigns.models.states import ApprovalState, EmailKind, EmailState
from campaigns.models.templates import EmailTemplate
from campaigns.models.versions import EmailVersion, Outdated

__all__ = [
    "LAUNCH_GRACE",
    "MOST_SINGLES",
    "Approval",
    "ApprovalState",
    "EmailKind",
    "EmailState",
    "EmailTemplate",
    "EmailVersion",
    "MarketingEmail",
    "Outdated",
    "Picture",
    "SharedPreview",
    "SingleContact",
]
