"""What a report knows of opens and clicks, and what it cannot: untracked is not
unopened, so a rate is a share of those of whom it is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from campaigns.models import MarketingEmail
from consent.models import Tracking

# group: where the figures have how many it is known of
KNOWN = {"opened": "opens_known", "clicked": "clicks_known"}


def known(email: MarketingEmail, counts: Mapping[str, Any], key: str) -> int:
    """Of how many of the delivered it is known whether they opened, or clicked; figures
    kept from before say it of all."""
    is_tracked = email.open_tracked if key == "opened" else email.click_tracked
    usual = counts.get("delivered") or 0 if is_tracked else 0
    return int(counts.get(KNOWN[key], usual))


def unknown(email: MarketingEmail, counts: Mapping[str, Any]) -> str:
    """What the figures do not know and why, as a sentence; "" where they know all."""
    message, delivered = email.message, counts["delivered"]
    if message is None or not delivered:
        return ""
    wanted = {"opened": email.open_tracked, "clicked": email.click_tracked}
    asked = [key for key in KNOWN if wanted[key]]
    if not asked:
        return "Who opened and clicked is not known: this email tracks neither."
    least = min(known(email, counts, key) for key in asked)
    if least == delivered:
        return ""
    if least:
        return (
            f"{delivered - least:,} of {delivered:,} readers were not tracked, because"
            " they had not agreed to it or refused. Whether they opened or clicked is"
            " not known; the rates are of the others."
        )
    if Tracking.strictest(message.tracking, message.brand.tracking) == Tracking.HYGIENE:
        return (
            f"Who opened and clicked is not known: {message.brand} keeps no more than"
            " the day of each reader’s last open and click."
        )
    return "Who opened and clicked is not known: nobody was tracked."
