"""The people: who they are, what we know of them, how they have engaged."""

from contacts.models.answers import (
    ANSWERS_WITH_CONSENT,
    ConsentAnswer,
    ImportState,
    Policy,
)
from contacts.models.definitions import PropertyDefinition
from contacts.models.engagement import (
    ENGAGEMENT_FIELDS,
    Engagement,
    HardBounceReason,
)
from contacts.models.import_templates import ImportTemplate
from contacts.models.imported import ImportedContact
from contacts.models.imports import ContactImport
from contacts.models.merged import MergedAddress
from contacts.models.people import (
    AddressTaken,
    Contact,
    ContactQuerySet,
    HasSaidNo,
    OpeningBalance,
    Outdated,
)

__all__ = [
    "ANSWERS_WITH_CONSENT",
    "ENGAGEMENT_FIELDS",
    "AddressTaken",
    "ConsentAnswer",
    "Contact",
    "ContactImport",
    "ContactQuerySet",
    "Engagement",
    "HardBounceReason",
    "HasSaidNo",
    "ImportState",
    "ImportTemplate",
    "ImportedContact",
    "MergedAddress",
    "OpeningBalance",
    "Outdated",
    "Policy",
    "PropertyDefinition",
]
