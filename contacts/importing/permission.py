"""What the people of a piece have said: the noes first, then the yeses.

A no always wins: an address that said no to a type gets no yes to it. A bounce is no
no: the yes is kept, and holds once somebody unbounces the address.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Set
from dataclasses import replace
from typing import Any

from consent.models import Brand, Grant, SubscriptionType, Suppression
from consent.vocabulary import (
    BOUNCE_REASON,
    MAILABLE_GRADES,
    OPT_OUT_REASONS,
    Act,
    Action,
    Grade,
    Reason,
)
from contacts.importing import columns
from contacts.importing.pieces import Piece, among
from contacts.models import ContactImport


def kept_out(piece: Piece) -> set[int]:
    """Who was suppressed before this file came, for whatever reason."""
    suppressed = Suppression.objects.active().filter(piece.here())
    return set(suppressed.values_list("address_id", flat=True))


def reach(found: ContactImport) -> list[Brand | None]:
    """What a no to everything in the file ends: all mail, which is None; where whoever
    brought the file is limited to some brands, the mail of each of them."""
    by = found.created_by
    return [*Brand.objects.for_user(by)] if by.is_limited else [None]


def say_no(piece: Piece) -> Counter[str]:
    """The opt-outs and bounces of the rows, as suppressions of this import's batch."""
    left = piece.found.act(Action.WITHDRAWN, "Opted out before the import.")
    dead = piece.found.act(Action.SUPPRESSED, "Bounced before the import.")
    everything = {pk for (pk,) in piece.saying("address_id", "opted_out")}
    gone = [_suppress(everything, left, brand=one) for one in reach(piece.found)]
    counts = Counter(opted_out=len(set().union(*gone)), bounced=0)
    for why, ids in _by_word(piece, "bounce_reason", "bounce_reason <> ''").items():
        act = replace(dead, source={**dead.source, BOUNCE_REASON: why})
        dead_now = _suppress(ids, act, reason=Reason.IMPORTED_BOUNCE)
        counts["bounced"] += len(dead_now)
    of_some = _by_word(piece, "unnest(opted_out_of)", "opted_out_of <> '{}'")
    for one in SubscriptionType.objects.filter(pk__in=of_some):
        counts["opted_out_of"] += len(_suppress(of_some[one.pk], left, only=one))
    return counts


def _by_word(piece: Piece, word: str, condition: str) -> dict[Any, set[int]]:
    """Who said each word, in the order of the words."""
    said: dict[Any, set[int]] = {}
    for what, pk in sorted(piece.saying(f"{word}, address_id", condition)):
        said.setdefault(what, set()).add(pk)
    return said


def _suppress(
    ids: set[int],
    act: Act,
    *,
    reason: Reason = Reason.IMPORTED_OPT_OUT,
    brand: Brand | None = None,
    only: SubscriptionType | None = None,
) -> set[int]:
    """Suppress those of `ids` that are not yet for this reason; who is new."""
    if not ids:
        return set()
    already = Suppression.objects.active().filter(
        among(ids), reason=reason, subscription_type=only, brand=brand
    )
    new = sorted(ids - set(already.values_list("address_id", flat=True)))
    return Suppression.objects.suppress(
        new, reason, act, brand=brand, subscription_type=only
    )


def say_yes(piece: Piece) -> Counter[str]:
    """The consent that the people arrive with."""
    day = piece.found.consent_date
    if not (piece.found.brings_consent and day):
        return Counter()
    acts = list(_yeses(piece, piece.found.yes(day)))
    subscribed: set[int] = set()
    for one in piece.found.subscription_types.all():
        free = _free_to_agree(piece, one)
        for act, said in acts:
            ids = sorted(free & said)
            Grant.objects.give(ids, one, act, Grade.EVIDENCED)
            subscribed.update(ids)
    return Counter(subscribed=len(subscribed))


def _yeses(piece: Piece, usual: Act) -> Iterator[tuple[Act, Set[int]]]:
    """Who said yes, and each with the moment of his own row, by where that was; as
    `usual` where a row does not say it."""
    told = columns.AGREED_AT, columns.AGREED_WHERE, columns.AGREED
    if not set(told) & set(piece.found.mapping):
        yield usual, frozenset(piece.addresses)
        return
    places: dict[str, dict[int, dt.datetime]] = {}
    rows = piece.saying("address_id, agreed_where, agreed_at", "agreed")
    for pk, where, at in sorted(rows, key=lambda row: row[1]):
        places.setdefault(where, {})[pk] = at or usual.occurred_at
    for where, moments in places.items():
        explanation = where or usual.explanation
        act = replace(usual, explanation=explanation, moments=moments)
        yield act, moments.keys()


def _free_to_agree(piece: Piece, one: SubscriptionType) -> set[int]:
    """Those who neither said no to this type nor have said an equal yes before."""
    noes = Suppression.objects.active().filter(reason__in=OPT_OUT_REASONS)
    refused = noes.covering(one).filter(piece.here())
    agreed = Grant.objects.filter(
        piece.here(), subscription_type=one, grade__in=MAILABLE_GRADES
    )
    free = set(piece.addresses)
    free -= set(refused.values_list("address_id", flat=True))
    return free - set(agreed.values_list("address_id", flat=True))
