"""Whom we may mail, keyed by address; it outlives contacts, merges and erasure.

The row of an address is its lock. Whoever writes consent takes it FOR NO KEY
UPDATE, whoever starts a mail takes it FOR SHARE: so after an opt-out commits, no
mail to that address starts.
"""

from consent.models.address import BATCH_SIZE, Address, address_hmac
from consent.models.batch import Batch, BatchKind
from consent.models.brand import (
    Brand,
    Period,
    SubscriptionType,
    Tracking,
    TypeTranslation,
    Words,
)
from consent.models.changes import (
    ConsentChange,
    Forgetting,
    OtherHistory,
    Place,
    TooOld,
)
from consent.models.fewer import OwnLimit, Seldom
from consent.models.grant import Grant
from consent.models.ledger import Break, ConsentEvidence, ConsentRecord, ConsentText
from consent.models.look import BrandWords, Logo
from consent.models.seal import Seal
from consent.models.suppression import Suppression, WrongActor
from consent.models.tracking import TrackingChoice

__all__ = [
    "BATCH_SIZE",
    "Address",
    "Batch",
    "BatchKind",
    "Brand",
    "BrandWords",
    "Break",
    "ConsentChange",
    "ConsentEvidence",
    "ConsentRecord",
    "ConsentText",
    "Forgetting",
    "Grant",
    "Logo",
    "OtherHistory",
    "OwnLimit",
    "Period",
    "Place",
    "Seal",
    "Seldom",
    "SubscriptionType",
    "Suppression",
    "TooOld",
    "Tracking",
    "TrackingChoice",
    "TypeTranslation",
    "Words",
    "WrongActor",
    "address_hmac",
]
