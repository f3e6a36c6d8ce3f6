"""Re-engagement campaigns of the demo, one in every state."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.models import User
from campaigns import starters
from campaigns.models import EmailState, MarketingEmail
from consent.models import Batch, Grant, Suppression
from consent.vocabulary import (
    Act,
    Action,
    Actor,
    Grade,
    LegalBasis,
    Mechanism,
    Reason,
)
from console.demo.people import Types
from console.demo.segments import NEVER_OPENED
from contacts.models import Contact
from deliveries.models import Delivery
from reengagement import outcomes
from reengagement.models import Campaign, CampaignEmail, Sunset
from reengagement.vocabulary import CampaignState, Outcome
from segments.models import Segment

# Silent people, dealt out so that nobody is in two campaigns.
PEOPLE = """
SELECT contact_id FROM demo_person p
JOIN consent_grant g ON g.address_id = p.address_id
    AND g.subscription_type_id = %(type)s AND g.grade = 'evidenced'
WHERE persona IN ('silent', 'lapsed') AND n %% 5 = %(share)s AND g.given_at < %(at)s
  AND NOT EXISTS (SELECT FROM consent_suppression s
                  WHERE s.address_id = p.address_id)
"""
ASK = """
INSERT INTO deliveries_delivery (message_id, address_id, contact_id, state, provider,
    open_tracked, click_tracked, queued_at, due_at, started_at, settled_at, attempts,
    smtp_code, enhanced_code, reply, delivered_at, opened_at, last_opened_at,
    clicked_at, last_clicked_at, confirmed_at, unverified_click_at)
SELECT %(message)s, address_id, id,
    CASE WHEN chance < 0.012 THEN 'expired' ELSE 'delivered' END, 'other', true, true,
    %(at)s, %(at)s, sent, sent, 1, CASE WHEN chance < 0.012 THEN 452 ELSE 250 END,
    CASE WHEN chance < 0.012 THEN '4.2.2' ELSE '2.0.0' END,
    CASE WHEN chance < 0.012 THEN '4.2.2 Mailbox full' ELSE 'OK queued' END,
    CASE WHEN chance >= 0.012 THEN sent END,
    CASE WHEN said < 0.24 AND chance >= 0.012 THEN answered END,
    CASE WHEN said < 0.24 AND chance >= 0.012 THEN answered END,
    CASE WHEN said < 0.17 AND chance >= 0.012 THEN answered END,
    CASE WHEN said < 0.17 AND chance >= 0.012 THEN answered END,
    CASE WHEN said < 0.15 AND chance >= 0.012 THEN answered END,
    CASE WHEN said BETWEEN 0.24 AND 0.255 AND chance >= 0.012 THEN answered END
FROM (
    SELECT id, address_id, %(at)s::timestamptz + interval '1 second' * (id %% 600)
            AS sent,
        %(at)s::timestamptz + interval '1 minute'
            * (20 + abs(hashint8extended(id, %(message)s)) %% %(minutes)s) AS answered,
        (abs(hashint8extended(id, %(message)s + 1)) %% 100000) / 1e5 AS chance,
        (abs(hashint8extended(id, %(message)s + 2)) %% 100000) / 1e5 AS said
    FROM contacts_contact
    WHERE id IN (SELECT contact_id FROM segments_segmentmember
                 WHERE segment_id = %(segment)s AND left_at IS NULL)
) AS drawn
"""


@dataclass(frozen=True, slots=True)
class Pass:
    """One campaign of the demo: what it is called, when it began, where it stands."""

    name: str
    days_ago: int
    state: CampaignState


PASSES = (
    Pass("Spring clean-up", 170, CampaignState.DONE),
    Pass("Summer check-in", 75, CampaignState.STOPPED),
    Pass("Autumn clean-up", 15, CampaignState.REVIEW),
    Pass("Workshop friends", 9, CampaignState.PAUSED),
    Pass("November check-in", 4, CampaignState.RUNNING),
)


def run_all(types: Types, now: dt.datetime, user: User) -> None:
    for share, one in enumerate(PASSES):
        run(one, share, types, now - dt.timedelta(days=one.days_ago), user)
    draft = Campaign.objects.create(
        name="Winter clean-up",
        segment=Segment.objects.get(name=NEVER_OPENED),
        subscription_type=types.news,
        created_by=user,
    )
    draft.note_choices()
    CampaignEmail.objects.write(draft, user)


def run(one: Pass, share: int, types: Types, at: dt.datetime, user: User) -> Campaign:
    campaign = _begin(one, types, at, user)
    segment = _choose(campaign, share, types, at)
    email = _write(campaign, at, user)
    _ask(email, segment, at)
    outcomes.enrol(campaign.pk, email.message_id or 0)
    _confirm(campaign, email)
    campaign.fold()
    _finish(campaign, one, user)
    return campaign


def _begin(one: Pass, types: Types, at: dt.datetime, user: User) -> Campaign:
    return Campaign.objects.create(
        name=one.name,
        segment=Segment.objects.create(name=f"Asked: {one.name}", kind="static"),
        subscription_type=types.news,
        state=CampaignState.RUNNING,
        started_at=at,
        announced_on=(at + dt.timedelta(days=15)).date(),
        created_at=at - dt.timedelta(days=2),
        created_by=user,
    )


def _choose(campaign: Campaign, share: int, types: Types, at: dt.datetime) -> Segment:
    segment = campaign.segment
    assert segment  # noqa: S101  made a moment ago
    values: dict[str, Any] = {"share": share, "type": types.news.pk, "at": at}
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, values)
        ids = [row[0] for row in cursor.fetchall()]
    segment.add(Contact.objects.filter(pk__in=ids))
    campaign.note_choices()
    return segment


def _write(campaign: Campaign, at: dt.datetime, user: User) -> MarketingEmail:
    brand = campaign.subscription_type.brand  # type: ignore[union-attr]
    email = MarketingEmail.objects.start(
        starters.find("reengagement"), f"{campaign.name}, email 1", user, brand
    )
    email.subscription_type = campaign.subscription_type
    email.group, email.owner_label = campaign.group, campaign.name
    email.owner_url = campaign.get_absolute_url()
    email.save()
    CampaignEmail.objects.create(campaign=campaign, email=email, position=1)
    message = email.freeze()
    type(message).objects.filter(pk=message.pk).update(frozen_at=at, created_at=at)
    MarketingEmail.objects.filter(pk=email.pk).update(
        state=EmailState.SENT,
        message=message,
        launched_at=at,
        launched_by=user,
        finished_at=at,
    )
    email.message = message
    return email


def _ask(email: MarketingEmail, segment: Segment, at: dt.datetime) -> None:
    minutes = min(7 * 1440, int((timezone.now() - at).total_seconds() // 60) - 30)
    values: dict[str, Any] = {
        "message": email.message_id,
        "segment": segment.pk,
        "at": at,
        "minutes": minutes,
    }
    with connection.cursor() as cursor:
        cursor.execute(ASK, values)


def _confirm(campaign: Campaign, email: MarketingEmail) -> None:
    """The consent that each confirmation renewed."""
    confirmed = Delivery.objects.filter(
        message=email.message, confirmed_at__isnull=False
    ).order_by("confirmed_at")
    rows: list[tuple[int, Any]] = list(
        confirmed.values_list("address_id", "confirmed_at")
    )
    if not rows or campaign.subscription_type is None:
        return
    act = Act(
        action=Action.RENEWED,
        mechanism=Mechanism.PERMISSION_PASS,
        actor=Actor.CONTACT,
        basis=LegalBasis.CONSENT,
        occurred_at=rows[-1][1],
        source={"message": email.message_id},
    )
    ids = [address for address, _ in rows]
    Grant.objects.give(ids, campaign.subscription_type, act, Grade.RECONFIRMED)


def _finish(campaign: Campaign, one: Pass, user: User) -> None:
    """Bring the campaign from running to the state the demo shows."""
    if one.state == CampaignState.DONE:
        _opt_out(campaign, user)
    elif one.state == CampaignState.PAUSED:
        campaign.pause(user, "Checking the DKIM record with the provider")
    elif one.state == CampaignState.STOPPED:
        campaign.stop(user)
    elif one.state == CampaignState.REVIEW:
        campaign.advance()


def _opt_out(campaign: Campaign, user: User) -> None:
    """The opt-out as it happened on the announced day, not today."""
    assert campaign.started_at  # noqa: S101  it runs
    day = campaign.started_at + dt.timedelta(days=15)
    batch = Batch.objects.create(
        kind="sunset",
        label=campaign.name,
        url=campaign.get_absolute_url(),
        created_by=user,
        created_at=day,
        undo_until=day + dt.timedelta(days=30),
    )
    Sunset.objects.create(campaign=campaign, batch=batch)
    silent = campaign.members.silent().order_by("address_id")
    act = Act(
        action=Action.SUNSET,
        mechanism=Mechanism.REENGAGEMENT,
        actor=Actor.STAFF,
        user_id=user.pk,
        batch_id=batch.pk,
        occurred_at=day,
        explanation=f"Did not confirm “{campaign.name}”.",
    )
    ids = list(silent.values_list("address_id", flat=True))
    Suppression.objects.suppress(ids, Reason.SUNSET, act)
    silent.update(outcome=Outcome.SUNSET, outcome_at=day)
    Campaign.objects.filter(pk=campaign.pk).update(
        state=CampaignState.DONE, finished_at=day
    )
