"""What a mailing may learn of its readers: the mode of its brand, and their own word.

Asked once for everybody when an audience is fixed, and again of each as her mail
starts. The stricter always holds: of the message and its brand as it is now, and of
both and what the reader said. A press of the confirm button is an answer and no
tracking: its link is signed in every mail.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import BooleanField, ExpressionWrapper, OuterRef, Q

from consent.models import Brand, Tracking, TrackingChoice
from consent.vocabulary import Act
from deliveries.layout import without_pixel
from deliveries.models import Message

# joined to the people of an audience
CHOICES = """LEFT JOIN (
    SELECT address_id AS person, agreed FROM consent_trackingchoice WHERE brand_id = %s
) choice ON choice.person = t.address_id"""


@dataclass(frozen=True, slots=True)
class Measured:
    """Of one message. `opens`, `clicks`: known of each mail; `dated`: only the day of
    the last one is kept of each reader."""

    brand: Brand
    opens: bool
    clicks: bool
    dated: bool

    @classmethod
    def of(cls, message: Message) -> Measured:
        brand = message.brand
        mode = Tracking.strictest(message.tracking, brand.tracking)
        is_full = mode == Tracking.FULL
        asked = message.open_tracked or message.click_tracked
        return cls(
            brand=brand,
            opens=message.open_tracked and is_full,
            clicks=message.click_tracked and is_full,
            dated=asked and mode == Tracking.HYGIENE,
        )

    @property
    def anything(self) -> bool:
        return self.opens or self.clicks or self.dated

    @property
    def allowed(self) -> str:
        """SQL: whether one of the people joined with CHOICES may be tracked."""
        if self.brand.tracking_needs_consent:
            return "choice.agreed IS TRUE"
        return "choice.agreed IS NOT FALSE"

    @property
    def flags(self) -> dict[str, bool]:
        """Of a mail to somebody who may be tracked."""
        return {
            "open_tracked": self.opens,
            "click_tracked": self.clicks,
            "dated": self.dated,
        }


# The day goes, and of what she did not answer until now nobody will know whether she
# does: that is no "did not open" any more.
SILENCE = """
WITH mail AS (
    UPDATE deliveries_delivery d SET
        open_tracked = d.open_tracked AND num_nonnulls(d.opened_at, d.clicked_at) > 0,
        click_tracked = d.click_tracked AND d.clicked_at IS NOT NULL,
        dated = false
    FROM deliveries_message m
    WHERE d.address_id = ANY(%(addresses)s) AND m.id = d.message_id
        AND m.brand_id = %(brand)s AND (d.dated OR d.open_tracked OR d.click_tracked)
    RETURNING d.address_id
), day AS (
    DELETE FROM deliveries_lastseen
    WHERE address_id = ANY(%(addresses)s) AND brand_id = %(brand)s
    RETURNING address_id
)
INSERT INTO deliveries_touched (address_id)
SELECT address_id FROM mail UNION SELECT address_id FROM day
"""


@transaction.atomic
def say(address_ids: Sequence[int], brand: Brand, act: Act, *, agreed: bool) -> None:
    """Somebody agreed to being tracked by `brand`, or refused: then mail that was sent
    before goes dark as well."""
    TrackingChoice.objects.say(address_ids, brand, act, agreed=agreed)
    refused = TrackingChoice.objects.filter(
        address__in=address_ids, brand=brand, agreed=False
    )
    ids = list(refused.values_list("address_id", flat=True))
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(SILENCE, {"addresses": ids, "brand": brand.pk})


def trackable(message: Message) -> Any:
    """Whether a delivery of `message` may be tracked now, and was to be before."""
    said = TrackingChoice.objects.allow(message.brand, OuterRef("address_id"))
    before = Q(open_tracked=True) | Q(click_tracked=True) | Q(dated=True)
    return ExpressionWrapper(before & Q(said), BooleanField())


def ways(message: Message) -> dict[bool, Message]:
    """The message as it goes to who may be tracked, and to who may not be: without the
    picture, its links as they are."""
    plain = copy.copy(message)
    plain.click_tracked = False
    plain.html = without_pixel(message.html)
    plain.variants = {
        language: {**said, "html": without_pixel(said.get("html", ""))}
        for language, said in message.variants.items()
    }
    return (
        {True: message, False: plain}
        if Measured.of(message).anything
        else {False: plain}
    )
