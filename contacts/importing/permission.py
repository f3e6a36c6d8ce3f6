"""What the people of a piece have said: the noes first, then the yeses.

A no always wins: an address that said no to a type gets no yes to it. A bounce is no
no: the yes is kept, and holds once somebody unbounces the address.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from consent.models import Grant, SubscriptionType, Suppression
from consent.vocabulary import (
    BOUNCE_REASON,
    MAILABLE_GRADES,
    OPT_OUT_REASONS,
    Act,
    Action,
    Grade,
    Reason,
)
from contacts.importing.pieces import Piece


def kept_out(piece: Piece) -> int:
    """How many were suppressed before this file came, for whatever reason."""
    suppressed = Suppression.objects.active().filter(piece.here())
    return suppressed.values("address_id").distinct().count()


def say_no(piece: Piece) -> Counter[str]:
    """The opt-outs and bounces of the rows, as suppressions of this import's batch."""
    left = piece.found.act(Action.WITHDRAWN, "Opted out before the import.")
    dead = piece.found.act(Action.SUPPRESSED, "Bounced before the import.")
    everything = {row["key"] for row in piece.rows if row["opted_out"]}
    counts = Counter(opted_out=_suppress(piece, everything, left), bounced=0)
    for why in sorted({row["bounce_reason"] for row in piece.rows} - {""}):
        bounced = {row["key"] for row in piece.rows if row["bounce_reason"] == why}
        act = replace(dead, source={**dead.source, BOUNCE_REASON: why})
        imported = _suppress(piece, bounced, act, reason=Reason.IMPORTED_BOUNCE)
        counts["bounced"] += imported
    ids = {one for row in piece.rows for one in row["opted_out_of"]}
    for one in SubscriptionType.objects.filter(pk__in=ids):
        keys = {row["key"] for row in piece.rows if one.pk in row["opted_out_of"]}
        counts["opted_out_of"] += _suppress(piece, keys, left, only=one)
    return counts


def _suppress(
    piece: Piece,
    keys: set[str],
    act: Act,
    *,
    reason: Reason = Reason.IMPORTED_OPT_OUT,
    only: SubscriptionType | None = None,
) -> int:
    """Suppress those of `keys` that are not yet for this reason; how many are new."""
    if not keys:
        return 0
    ids = {piece.ids[key] for key in keys}
    already = Suppression.objects.active().filter(
        piece.here(), reason=reason, subscription_type=only, brand=None
    )
    ids -= set(already.values_list("address_id", flat=True))
    return len(
        Suppression.objects.suppress(sorted(ids), reason, act, subscription_type=only)
    )


def say_yes(piece: Piece) -> Counter[str]:
    """The consent that the people arrive with."""
    day = piece.found.consent_date
    if not (piece.found.brings_consent and day):
        return Counter()
    act = piece.found.yes(day)
    subscribed: set[int] = set()
    for one in piece.found.subscription_types.all():
        ids = sorted(_free_to_agree(piece, one))
        Grant.objects.give(ids, one, act, Grade.EVIDENCED)
        subscribed.update(ids)
    return Counter(subscribed=len(subscribed))


def _free_to_agree(piece: Piece, one: SubscriptionType) -> set[int]:
    """Those who neither said no to this type nor have said an equal yes before."""
    noes = Suppression.objects.active().filter(reason__in=OPT_OUT_REASONS)
    refused = noes.covering(one).filter(piece.here())
    agreed = Grant.objects.filter(
        piece.here(), subscription_type=one, grade__in=MAILABLE_GRADES
    )
    free = set(piece.ids.values())
    free -= set(refused.values_list("address_id", flat=True))
    return free - set(agreed.values_list("address_id", flat=True))
