"""The demo's people: contacts, addresses, and what each of them agreed to, when."""

from __future__ import annotations

import datetime as dt
import json
import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from consent.models import (
    Brand,
    ConsentText,
    Grant,
    SubscriptionType,
    address_hmac,
)
from consent.vocabulary import Act, Action, Actor, Grade, LegalBasis, Mechanism
from console.demo import names
from contacts.models import PropertyDefinition
from contacts.properties import Kind

# How somebody reads: share of a hundred people, chance to open, chance to click.
# "lapsed" stopped at some point in the year, "dead" mailboxes stopped working.
PERSONAS = (
    ("keen", 26, 0.62, 0.20),
    ("casual", 31, 0.28, 0.05),
    ("lapsed", 19, 0.45, 0.09),
    ("silent", 21, 0.0, 0.0),
    ("dead", 3, 0.15, 0.02),
)
# How somebody signed up: share, mechanism, strength of the evidence.
SIGN_UPS = (
    (44, Mechanism.FORM, Grade.EVIDENCED),
    (34, Mechanism.DOUBLE_OPT_IN, Grade.DOUBLE_OPT_IN),
    (16, Mechanism.IMPORT, Grade.EVIDENCED),
    (6, Mechanism.IMPORT, Grade.STATED),
)
WORDING = (
    "Yes, send me {name} by email. I can stop at any time with the link in every email."
)
STAGE = """
CREATE TEMP TABLE demo_person (
    n int PRIMARY KEY, key text, mac bytea, email text, first_name text,
    last_name text, company text, city text, country text, language text,
    time_zone text, properties jsonb, created_at timestamptz, persona text,
    opens double precision, clicks double precision, quiet_after timestamptz,
    sign_up int, month int, contact_id bigint, address_id bigint
) ON COMMIT DROP
"""
COLUMNS = (
    "n, key, mac, email, first_name, last_name, company, city, country, language,"
    " time_zone, properties, created_at, persona, opens, clicks, quiet_after, sign_up,"
    " month"
)


@dataclass(frozen=True, slots=True)
class Types:
    """The subscription types of the demo."""

    general: SubscriptionType
    news: SubscriptionType
    events: SubscriptionType


def load(size: int, now: dt.datetime) -> Types:
    """Make `size` people with their consents; leaves them in temp table demo_person."""
    types = make_types()
    interest, spend = make_properties()
    with connection.cursor() as cursor:
        cursor.execute(STAGE)
        with cursor.copy(f"COPY demo_person ({COLUMNS}) FROM STDIN") as copy:
            for row in people(size, now, interest.key, spend.key):
                copy.write_row(row)
        for statement in SPREAD:
            cursor.execute(statement)
    give_consent(types, now)
    return types


SPREAD = (
    """
    INSERT INTO consent_address (key, key_hmac, ledger_head)
    SELECT key, mac, ''::bytea FROM demo_person ORDER BY n
    """,
    """
    UPDATE demo_person p SET address_id = a.id
    FROM consent_address a WHERE a.key_hmac = p.mac
    """,
    """
    INSERT INTO contacts_contact (address_id, email, first_name, last_name, company,
        city, country, language, time_zone, properties, created_at, updated_at)
    SELECT address_id, email, first_name, last_name, company, city, country, language,
        time_zone, properties, created_at, created_at
    FROM demo_person ORDER BY n
    """,
    """
    UPDATE demo_person p SET contact_id = c.id
    FROM contacts_contact c WHERE c.address_id = p.address_id
    """,
    "ANALYZE demo_person, consent_address, contacts_contact",
)


def make_types() -> Types:
    brand = Brand.objects.default()
    Brand.objects.filter(pk=brand.pk).update(
        name="Hallin kauppa",
        legal_name="Hallin kauppa Oy",
        postal_address="Kauppakatu 12\n33200 Tampere\nFinland",
        website="https://hallin-kauppa.example",
        from_name="Hallin kauppa",
        from_email="news@hallin-kauppa.example",
        reply_to="hello@hallin-kauppa.example",
    )
    brand.refresh_from_db()
    news, events = (
        SubscriptionType.objects.create(
            brand=brand,
            name=name,
            slug=slug,
            description=text,
            frequency=often,
            position=position,
        )
        for position, name, slug, text, often in (
            (1, "Product news", "product-news", "What is new in the shop", "monthly"),
            (2, "Events", "events", "Workshops and open days", "now and then"),
        )
    )
    return Types(SubscriptionType.objects.default(), news, events)


def make_properties() -> tuple[PropertyDefinition, PropertyDefinition]:
    interest = PropertyDefinition.objects.create(
        name="interest",
        label="Interest",
        kind=Kind.CHOICE,
        choices=list(names.INTERESTS),
    )
    spend = PropertyDefinition.objects.create(
        name="yearly_spend", label="Yearly spend", kind=Kind.NUMBER
    )
    return interest, spend


def people(
    size: int, now: dt.datetime, interest: str, spend: str
) -> Iterator[tuple[object, ...]]:
    """One row of demo_person each; the same for the same size and day."""
    draw = random.Random(7)  # noqa: S311  people of a demo, not a secret
    domains, weights = zip(*names.DOMAINS, strict=True)
    given, family = names.FIRST.split(), names.LAST.split()
    for n in range(size):
        first, last = draw.choice(given), draw.choice(family)
        domain = draw.choices(domains, weights)[0]
        email = f"{_ascii(first)}.{_ascii(last)}{n}@{domain}"
        persona, _, opens, clicks = draw.choices(
            PERSONAS, [share for _, share, _, _ in PERSONAS]
        )[0]
        sign_up = draw.choices(range(4), [share for share, _, _ in SIGN_UPS])[0]
        month = min(35, int(draw.expovariate(1 / 14))) // 3 * 3
        joined = now - dt.timedelta(days=30 * month + draw.randrange(2, 88))
        quiet = now - dt.timedelta(days=draw.randrange(60, 340))
        properties: dict[str, str | int] = {}
        if draw.random() < 0.8:
            properties[interest] = draw.choice(names.INTERESTS)
        if draw.random() < 0.55:
            properties[spend] = draw.randrange(10, 900)
        yield (
            n,
            email,
            address_hmac(email),
            email,
            first,
            last,
            draw.choice(names.COMPANIES),
            *draw.choice(names.PLACES),
            json.dumps(properties),
            joined,
            persona,
            opens * draw.uniform(0.5, 1.4),
            clicks * draw.uniform(0.3, 1.6),
            quiet if persona in {"lapsed", "dead"} else None,
            sign_up,
            month,
        )


def _ascii(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return plain.lower()


def give_consent(types: Types, now: dt.datetime) -> None:
    """Everybody's yes, a month and a way of signing up at a time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sign_up, month, array_agg(address_id ORDER BY address_id)"
            " FROM demo_person GROUP BY sign_up, month ORDER BY month DESC, sign_up"
        )
        groups = cursor.fetchall()
    for sign_up, month, ids in groups:
        when = now - dt.timedelta(days=30 * month + 88)
        _, mechanism, grade = SIGN_UPS[sign_up]
        for subscription_type, part in (
            (types.general, ids[::2]),
            (types.news, ids[: len(ids) * 9 // 10]),
            (types.events, ids[::5]),
        ):
            act = _yes(subscription_type, mechanism, when)
            Grant.objects.give(part, subscription_type, act, grade)


def _yes(kind: SubscriptionType, mechanism: Mechanism, when: dt.datetime) -> Act:
    imported = mechanism == Mechanism.IMPORT
    text = None if imported else ConsentText.of(WORDING.format(name=kind.name))
    return Act(
        action=Action.GIVEN,
        mechanism=mechanism,
        actor=Actor.IMPORT if imported else Actor.CONTACT,
        basis=LegalBasis.CONSENT,
        occurred_at=when,
        explanation="From the till system" if imported else "",
        text_id=text.pk if text else None,
        source={"file": "till-customers.csv"} if imported else {"form": "Footer form"},
    )
