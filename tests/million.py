"""A large organisation in minutes: people with a yes, a no, mail and a campaign.

Written set by set with the triggers asleep: it is what the program would have written,
but for the chain of the ledger. Everybody has an address that the program would find.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from campaigns.models import MarketingEmail
from consent.models import Brand, SubscriptionType, address_hmac
from deliveries import audience, partitions, rendering
from deliveries.models import Message
from deliveries.room import roomy
from reengagement.models import Campaign, CampaignEmail
from segments.models import Segment
from tests.factories import MarketingEmailFactory, SegmentFactory

DOMAINS = 50

PEOPLE = """
INSERT INTO contacts_contact (address_id, email, first_name, last_name, city,
    delivered, opened, clicked, sends_since_engagement, last_opened_at,
    last_delivered_at, properties, created_at)
SELECT id, key, 'Ada' || id % 900, 'Person' || id, 'City' || id % 300, 5 + id % 26,
    CASE WHEN id % 5 > 1 THEN 3 ELSE 0 END, 0, id % 26,
    CASE WHEN id % 5 > 1 THEN now() - (40 + id % 900) * interval '1 day' END,
    now() - interval '30 days', jsonb_build_object('1', id % 7),
    now() - (id % 900) * interval '1 day'
FROM consent_address
"""
RECORDS = """
INSERT INTO consent_consentrecord (address_id, action, mechanism, actor, basis,
    occurred_at, recorded_at, explanation, source, evidence_hash, prev_hash, hash,
    subscription_type_id)
SELECT id, 'given', 'form', 'contact', 'consent', now() - interval '2 years',
    now() - interval '2 years', '', '{}', '', '', '', %s
FROM consent_address
"""
# nineteen of twenty agreed; one of those in a way that nobody can prove
GRANTS = """
INSERT INTO consent_grant
    (address_id, subscription_type_id, record_id, basis, grade, given_at)
SELECT address_id, subscription_type_id, id, basis,
    CASE WHEN address_id % 40 = 1 THEN 'stated' ELSE 'evidenced' END, occurred_at
FROM consent_consentrecord WHERE address_id % 20 <> 0
"""
# two of twenty said no, one no was taken back, one of fifty bounced, and so on
NOES = """
INSERT INTO consent_suppression (address_id, scope, brand_id, reason, record_id,
    occurred_at, created_at, lifted_at, lifted_by, lifted_record_id)
SELECT address_id, CASE WHEN rest = 3 THEN 'brand' ELSE 'everything' END,
    CASE WHEN rest = 3 THEN %s END,
    CASE rest WHEN 4 THEN 'complaint' WHEN 5 THEN 'dead_address' WHEN 6 THEN 'bounced'
        WHEN 3 THEN 'imported_opt_out' ELSE 'own_opt_out' END,
    id, now() - interval '1 year', now() - interval '1 year',
    CASE WHEN rest = 9 THEN now() - interval '90 days' END,
    CASE WHEN rest = 9 THEN 'double_opt_in' ELSE '' END,
    CASE WHEN rest = 9 THEN id END
FROM (SELECT *, address_id %% 100 AS rest FROM consent_consentrecord) r
WHERE rest BETWEEN 2 AND 13
"""
MAILS = """
INSERT INTO deliveries_delivery (message_id, address_id, contact_id, state, reason,
    queued_at, started_at, settled_at, delivered_at, opened_at, clicked_at,
    bounced_at, bounce_kind, bounce_category, open_tracked, click_tracked)
SELECT %(message)s, c.address_id, c.id,
    CASE WHEN missed THEN 'not_sent' ELSE 'delivered' END,
    CASE WHEN missed AND c.id %% 2 = 0 THEN 'own_opt_out'
         WHEN missed THEN 'no_consent' ELSE '' END,
    %(at)s, %(at)s, %(at)s, CASE WHEN NOT missed THEN %(at)s END,
    CASE WHEN NOT missed AND c.id %% %(openers)s = 1 THEN
        %(at)s + (c.id %% 70) * interval '1 hour' END,
    CASE WHEN NOT missed AND c.id %% %(clickers)s = 1 THEN
        %(at)s + (c.id %% 70) * interval '1 hour' END,
    CASE WHEN NOT missed AND c.id %% 50 = 7 THEN %(at)s END,
    CASE WHEN NOT missed AND c.id %% 50 = 7 THEN 'hard' ELSE '' END,
    CASE WHEN NOT missed AND c.id %% 50 = 7 THEN 'unknown_user' ELSE '' END,
    true, true
FROM (SELECT *, address_id %% 100 BETWEEN 10 AND 13 OR address_id %% 20 = 0 AS missed
      FROM contacts_contact) c
"""
CLICKS = """
INSERT INTO deliveries_event (at, kind, delivery_id, message_id, address_id, link_id,
    method, user_agent, traits, verdict, score, signals)
SELECT clicked_at, 'click', id, message_id, address_id, %(link)s, 'GET', 'Mozilla/5.0',
    '{}', CASE WHEN id %% 9 = 0 THEN 'machine' ELSE 'human' END, 0, '{}'
FROM deliveries_delivery WHERE message_id = %(message)s AND clicked_at IS NOT NULL
"""
MEMBERS = """
INSERT INTO segments_segmentmember (segment_id, contact_id, joined_at)
SELECT %s, id, now() FROM contacts_contact
"""
TABLES = (
    "consent_address consent_consentrecord consent_grant consent_suppression"
    " contacts_contact deliveries_delivery deliveries_event segments_segmentmember"
    " reengagement_member"
)


@dataclass
class Organisation:
    """What there is to look at."""

    everybody: Segment
    silent: Segment
    sent: MarketingEmail
    draft: MarketingEmail
    campaign: Campaign


def execute(sql, params=None):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def key_of(number):
    return f"p{number}@people{number % DOMAINS}.example"


def make_people(size):
    """Contacts who agreed to the default type, and those of them who said no."""
    kind = SubscriptionType.objects.default()
    execute("SET session_replication_role = replica")
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY consent_address (key, key_hmac, ledger_head) FROM STDIN"
        ) as c,
    ):
        for number in range(1, size + 1):
            key = key_of(number)
            c.write_row((key, address_hmac(key), b""))
    execute(PEOPLE)
    execute(RECORDS, [kind.pk])
    execute(GRANTS)
    execute(NOES, [kind.brand_id])
    execute("RESET session_replication_role")
    return kind


def vacuum():
    for table in TABLES.split():
        execute(f"VACUUM ANALYZE {table}")


def make_segment(name):
    """A static segment of everybody."""
    segment = SegmentFactory(name=name, kind="static", rules=None, state="ready")
    execute(MEMBERS, [segment.pk])
    size = segment.members().count()
    Segment.objects.filter(pk=segment.pk).update(size=size, refreshed_at=timezone.now())
    segment.refresh_from_db()
    return segment


def mail(email, days_ago, openers, clickers):
    """`email` as it went to everybody that long ago."""
    at = timezone.now() - dt.timedelta(days=days_ago)
    message = email.written("marketing")
    message.save()
    rendering.compile_message(message)
    Message.objects.filter(pk=message.pk).update(frozen_at=at)
    values = {"message": message.pk, "at": at}
    execute("SET session_replication_role = replica")
    execute(MAILS, {**values, "openers": openers, "clickers": clickers})
    execute(CLICKS, {**values, "link": message.links.first().pk})
    execute("RESET session_replication_role")
    MarketingEmail.objects.filter(pk=email.pk).update(
        message=message, state="sent", launched_at=at, finished_at=at
    )
    email.refresh_from_db()


def make_campaign(kind, segment):
    """One email three weeks ago, the waiting time over, most people silent."""
    campaign = Campaign.objects.create(
        name="Winter clean-up",
        segment=segment,
        subscription_type=kind,
        holdout_percent=0,
        created_at=timezone.now() - dt.timedelta(days=22),
    )
    email = MarketingEmailFactory(
        kind="reengagement", group=campaign.group, subscription_type=kind
    )
    CampaignEmail.objects.create(campaign=campaign, position=1, email=email)
    mail(email, 21, 9, 25)
    fixed = audience.stored(email.message)
    MarketingEmail.objects.filter(pk=email.pk).update(funnel=fixed)
    Campaign.objects.filter(pk=campaign.pk).update(
        state="running", started_at=timezone.now() - dt.timedelta(days=21)
    )
    campaign.refresh_from_db()
    enrol(campaign, email.message_id)
    return campaign


def enrol(campaign, message_id):
    """Everybody the first email went to, and what became of them."""
    from_first = """
        INSERT INTO reengagement_member
            (campaign_id, address_id, contact_id, outcome, outcome_at)
        SELECT %s, address_id, contact_id, 'waiting', now()
        FROM deliveries_delivery WHERE message_id = %s AND state <> 'not_sent'
    """
    execute(from_first, [campaign.pk, message_id])
    execute("VACUUM ANALYZE deliveries_delivery")
    execute("VACUUM ANALYZE reengagement_member")
    with roomy():
        campaign.fold()
    Campaign.objects.filter(pk=campaign.pk).update(state="review")
    campaign.refresh_from_db()


def make(size):
    """The whole organisation; about five minutes for a million people."""
    kind = make_people(size)
    vacuum()
    Brand.objects.update(
        legal_name="Example Oy",
        postal_address="1 Example Street, Helsinki",
        from_name="Example",
        from_email="news@brand.example",
    )
    partitions.ensure()
    execute("SELECT deliveries_ensure_partitions(1, %s, %s)", months(3))
    everybody = make_segment("Everybody")
    sent = MarketingEmailFactory(name="News", subscription_type=kind)
    sent.include.add(everybody)
    mail(sent, 40, 3, 10)
    draft = MarketingEmailFactory(name="More news", subscription_type=kind)
    draft.include.add(everybody)
    campaign = make_campaign(kind, everybody)
    silent = SegmentFactory(name="Silent", rules=SILENT)
    silent.refresh()
    vacuum()
    return Organisation(everybody, silent, sent, draft, campaign)


def months(back):
    """The range of days from `back` months ago until today."""
    today = timezone.now().date()
    return [today - dt.timedelta(days=31 * back), today]


SILENT = {
    "match": "all",
    "rules": [
        {"field": "delivered", "operator": "greater", "value": 11},
        {"field": "last_opened_at", "operator": "unknown"},
    ],
}
