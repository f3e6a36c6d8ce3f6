"""Who gets a message: everybody in the audience gets a row, with the reason if not.

One INSERT ... SELECT for any number of people, made from the same table of refusals
that is asked again when a mail starts. The counts add up to the audience.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models, transaction
from django.db.models import Case, Count, Exists, F, OuterRef, Value, When
from django.utils import timezone

from accounts.doorbell import ring
from consent.models import SubscriptionType
from contacts.models import Contact
from deliveries import partitions
from deliveries.models import Channel, Delivery, Message
from deliveries.providers import provider_case
from deliveries.queue import SEND_DUE
from deliveries.refusals import Asked, refusal
from deliveries.rendering import compile_message

EXCLUDED = "excluded"

# so many new rows that the database must count anew before it plans with them
MANY = 2_000

# (key of at most 24 characters, condition on a contact, sentence for people)
LeftOut = tuple[str, Any, str]


def preview(
    contacts: models.QuerySet[Contact],
    subscription_type: SubscriptionType,
    *,
    channel: str = Channel.MARKETING,
    exclude: models.QuerySet[Contact] | None = None,
    extra: Sequence[LeftOut] = (),
) -> Counter[str]:
    """How many would get it ('') and how many not, by reason, if it left now.

    `exclude`: contacts who are left out as "excluded". `extra`: reasons of the
    caller's own, told when nothing of the table applies.
    """
    rows = _judged(contacts, subscription_type, channel, _extras(exclude, extra))
    counts = rows.values("reason").annotate(people=Count("pk")).order_by()
    return Counter(dict(counts.values_list("reason", "people")))


@transaction.atomic
def fix(
    message: Message,
    contacts: models.QuerySet[Contact],
    *,
    due_at: dt.datetime | None = None,
    exclude: models.QuerySet[Contact] | None = None,
    extra: Sequence[LeftOut] = (),
) -> Counter[str]:
    """Write down the audience of `message`, freeze it and ring for a worker.

    From then on the content never changes. Safe to repeat: who has a row keeps it.
    Returns the stored counts by reason, '' for those who get it.
    """
    _freeze(message)
    partitions.ensure_for(message.pk)
    rows = _judged(
        contacts, message.subscription_type, message.channel, _extras(exclude, extra)
    ).annotate(provider=provider_case("address__domain"))
    if _insert(message, rows, due_at or timezone.now()) > MANY:
        partitions.analyze(message.pk)
    ring(SEND_DUE)
    return stored(message)


def stored(message: Message) -> Counter[str]:
    """The audience as it was fixed: '' for all who were to get it, else the reason."""
    rows = Delivery.objects.filter(message=message)
    counts = rows.values("reason").annotate(people=Count("pk")).order_by()
    return Counter(dict(counts.values_list("reason", "people")))


def _extras(
    exclude: models.QuerySet[Contact] | None, extra: Sequence[LeftOut]
) -> list[LeftOut]:
    if exclude is None:
        return list(extra)
    excluded = Exists(exclude.filter(pk=OuterRef("pk")))
    return [(EXCLUDED, excluded, "Is in an excluded segment."), *extra]


def _judged(
    contacts: models.QuerySet[Contact],
    subscription_type: SubscriptionType,
    channel: str,
    extra: Sequence[LeftOut],
) -> models.QuerySet[Any]:
    """Each contact once, with `.reason`."""
    asked = Asked.about(subscription_type, "address_id")
    left_out = [When(condition, then=Value(key)) for key, condition, _ in extra]
    first = refusal(channel, asked)
    return (
        Contact.objects.filter(pk__in=contacts.values("pk"))
        .annotate(refused=first)
        .annotate(
            reason=Case(
                When(~models.Q(refused=""), then=F("refused")),
                *left_out,
                default=Value(""),
                output_field=models.TextField(),
            )
        )
    )


def _freeze(message: Message) -> None:
    """Under the message's lock: two who launch at once freeze it once."""
    locked = Message.objects.select_for_update().get(pk=message.pk)
    if locked.frozen_at is None:
        compile_message(locked)
        locked.frozen_at = timezone.now()
        locked.save(update_fields=["frozen_at"])
    message.refresh_from_db()


def _insert(
    message: Message,
    rows: models.QuerySet[Any],
    due_at: dt.datetime,
) -> int:
    chosen = rows.order_by().values_list("pk", "address_id", "reason", "provider")
    try:
        sql, params = chosen.query.sql_with_params()
    except EmptyResultSet:  # nobody, and Django knows it without asking
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO deliveries_delivery (message_id, contact_id, address_id,
                state, reason, provider, open_tracked, click_tracked,
                due_at)
            SELECT %s, t.contact_id, t.address_id,
                CASE t.reason WHEN '' THEN 'queued' ELSE 'not_sent' END, t.reason,
                t.provider, %s, %s, %s
            FROM ({sql}) AS t(contact_id, address_id, reason, provider)
            ON CONFLICT DO NOTHING
            """,  # noqa: S608  the inner statement is compiled with parameters
            [
                message.pk,
                message.open_tracked,
                message.click_tracked,
                due_at,
                *params,
            ],
        )
        return int(cursor.rowcount)
