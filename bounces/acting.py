"""What a bounce does to an address: the one place that acts.

Safe to repeat. A dead mailbox ends an address at once; a full or failing one only
when it goes on over several mails and weeks without a sign of life between.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import connection
from django.utils.translation import override

from bounces.shown import shown_as
from consent.models import Grant, Suppression
from consent.vocabulary import BOUNCE_REASON, Act, Action, Actor, Mechanism, Reason
from contacts.models import Contact, HardBounceReason

# Consecutive failures, one per mail, since the last accepted mail, sign of a person or
# release of the address.
# "Silent" is no sign of a person for 180 days. Whoever is asked whether to stay in two
# campaigns and reached in neither cannot be asked: blocked as not reachable, not as one
# who said no (shared notes: hygiene 6.3).
WORN_OUT = """
SELECT t.address_id, failed.is_full
FROM unnest(%s::bigint[]) AS t(address_id)
CROSS JOIN LATERAL (
    SELECT greatest(
            max(greatest(d.delivered_at, d.last_opened_at, d.last_clicked_at,
                d.replied_at)),
            (SELECT max(r.at) FROM bounces_release r
             WHERE r.address_id = t.address_id)
        ) AS at,
        coalesce(max(greatest(d.last_opened_at, d.last_clicked_at, d.replied_at))
            < now() - interval '180 days', true) AS is_silent
    FROM deliveries_delivery d WHERE d.address_id = t.address_id
) good
CROSS JOIN LATERAL (
    SELECT count(*) AS n, max(at) - min(at) AS span,
        count(*) FILTER (WHERE is_full) AS full_n,
        max(at) FILTER (WHERE is_full) - min(at) FILTER (WHERE is_full) AS full_span,
        count(DISTINCT campaign) AS campaigns
    FROM (
        SELECT max(b.at) AS at, bool_or(b.doing = 'count_full') AS is_full,
            max(m."group") FILTER (WHERE m."group" LIKE 'reengagement:%%') AS campaign
        FROM bounces_bounce b JOIN deliveries_message m ON m.id = b.message_id
        WHERE b.address_id = t.address_id AND b.doing IN ('count', 'count_full')
            AND (good.at IS NULL OR b.at > good.at)
        GROUP BY b.delivery_id
    ) one
) s
CROSS JOIN LATERAL (
    SELECT (full_n >= 3 AND full_span >= interval '21 days')
        OR (full_n >= 2 AND full_span >= interval '7 days' AND is_silent) AS is_full
) failed
WHERE failed.is_full OR (n >= 5 AND span >= interval '14 days' AND is_silent)
    OR (n >= 10 AND span >= interval '30 days') OR campaigns >= 2
"""


def kill(address_ids: Collection[int], **source: str) -> None:
    """These mailboxes are not there: never again, whatever anybody agreed to.
    `source`: what tells it where that is not a bounce of the address itself."""
    dead = HardBounceReason.UNKNOWN_USER
    _suppress(address_ids, Reason.DEAD_ADDRESS, dead, **source)


def change_owner(address_ids: Collection[int]) -> None:
    """Somebody else reads there now (RFC 7293): blocked, and nobody ever agreed."""
    _void(
        address_ids, "The mailbox has another owner: what the one before said is void."
    )
    kill(address_ids)


def lose_domain(address_ids: Collection[int], **source: str) -> None:
    """Their domain says that it takes no mail (null MX, RFC 7505). Should it ever take
    some again, others read it: blocked, and nobody ever agreed."""
    _void(address_ids, "The domain says that it takes no mail: no consent holds there.")
    kill(address_ids, **source)


def _void(address_ids: Collection[int], why: str) -> None:
    if not address_ids:
        return
    act = Act(
        action=Action.EXPIRED,
        mechanism=Mechanism.BOUNCE,
        actor=Actor.MAILBOX_PROVIDER,
        explanation=why,
    )
    Grant.objects.void(sorted(address_ids), act)


def block_strictly(by_category: Mapping[str, Collection[int]]) -> None:
    """The switch "strict": blocked for what a server holds against the sender."""
    for category in sorted(by_category):
        _suppress(by_category[category], Reason.BOUNCED, shown_as(category))


def wear_out(address_ids: Collection[int]) -> None:
    """Block those that have failed too often."""
    found = worn_out(address_ids)
    full = {address for address, is_full in found.items() if is_full}
    _suppress(full, Reason.BOUNCED, HardBounceReason.MAILBOX_FULL)
    _suppress(found.keys() - full, Reason.BOUNCED, HardBounceReason.OTHER)


def worn_out(address_ids: Collection[int]) -> dict[int, bool]:
    """Those of these that have failed too often, and whether by full mailboxes."""
    with connection.cursor() as cursor:
        cursor.execute(WORN_OUT, [sorted(address_ids)])
        return dict(cursor.fetchall())


def _kept(reason: Reason) -> str:
    """As the record says it, whoever brought the bounce."""
    with override("en"):
        return str(reason.label)


def _suppress(
    address_ids: Collection[int],
    reason: Reason,
    shown: HardBounceReason,
    **source: str,
) -> None:
    if not address_ids:
        return
    act = Act(
        action=Action.SUPPRESSED,
        mechanism=Mechanism.BOUNCE,
        actor=Actor.MAILBOX_PROVIDER,
        explanation=_kept(reason),
        source={BOUNCE_REASON: shown.value, **source},
    )
    Suppression.objects.suppress(sorted(address_ids), reason, act)
    Contact.objects.filter(address_id__in=address_ids, hard_bounce_reason="").update(
        hard_bounce_reason=shown
    )


def complain(address_ids: Collection[int], act: Act) -> set[int]:
    """They called our mail spam: no marketing until they say otherwise themselves.
    Those for whom it is new."""
    return Suppression.objects.suppress(sorted(address_ids), Reason.COMPLAINT, act)


def block_globally(address_ids: Collection[int], provider: str = "") -> set[int]:
    """The sending provider keeps them on a list of its own: nobody's mail gets there.
    `provider`: who says so, where that is known. Those for whom it is new."""
    if not address_ids:
        return set()
    act = Act(
        action=Action.SUPPRESSED,
        mechanism=Mechanism.BOUNCE,
        actor=Actor.MAILBOX_PROVIDER,
        explanation="The provider that sends for us keeps the address on its list.",
        source={"provider": provider} if provider else {},
    )
    return Suppression.objects.suppress(sorted(address_ids), Reason.GLOBAL_BLOCK, act)
