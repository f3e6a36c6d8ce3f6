"""Who gets a message: everybody in the audience gets a row, with the reason if not.

One INSERT ... SELECT for any number of people, made from the same table of refusals
that is asked again when a mail starts. The counts add up to the audience.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import Case, Count, Value, When
from django.utils import timezone

from accounts.doorbell import ring
from accounts.models import Account, Clock
from consent.models import SubscriptionType
from contacts.models import Contact
from deliveries import pace, partitions
from deliveries.clock import Plan, Quiet
from deliveries.dues import due
from deliveries.frequency import Limit, limits_of
from deliveries.measuring import CHOICES, Measured
from deliveries.models import Channel, Delivery, Message
from deliveries.queue import SEND_DUE
from deliveries.rendering import compile_message
from deliveries.room import roomy
from deliveries.rulesets import rules_of
from deliveries.setwise import judged

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# so many new rows that the database must count anew before it plans with them
MANY = 2_000

AT_ONCE = dt.timedelta()

# What each contact gets and in which language, as the caller annotates its contacts.
SHOWN, TONGUE = "gets", "tongue"

# (key of at most 24 characters, condition on a contact, sentence for people)
LeftOut = tuple[str, Any, "StrOrPromise"]


def preview(
    contacts: models.QuerySet[Contact],
    subscription_type: SubscriptionType,
    *,
    channel: str = Channel.MARKETING,
    extra: Sequence[LeftOut] = (),
    limits: Sequence[Limit] = (),
) -> Counter[str]:
    """How many would get it ('') and how many not, by reason, if it left now.

    `extra`: reasons of the caller's own, told when nothing of the table applies.
    `limits`: how often somebody is mailed at most, see deliveries.frequency.
    """
    people = _people(contacts, extra).values_list("address_id", "own")
    try:
        asked = judged(people, subscription_type, channel, limits)
    except EmptyResultSet:  # nobody, and Django knows it without asking
        return Counter()
    with roomy(), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT reason, count(*) FROM ({asked.sql}) AS judged GROUP BY reason",  # noqa: S608  compiled with parameters
            asked.params,
        )
        return Counter(dict(cursor.fetchall()))


def fix(
    message: Message,
    contacts: models.QuerySet[Contact],
    *,
    due_at: dt.datetime | None = None,
    plan: Plan | None = None,
    extra: Sequence[LeftOut] = (),
) -> Counter[str]:
    """Write down the audience of `message`, freeze it and ring for a worker.

    Where only some get a block, `contacts` are annotated with `gets` (see optional);
    where there are variants, with the language of each as `tongue`.
    Each mail is due at `due_at` (now), or as `plan` says; without one, outside the
    quiet hours of the account. From then on the content never changes. Safe to repeat:
    who has a row keeps it. Returns the stored counts by reason, '' for those who get
    it.
    """
    people, plan = _people(contacts, extra), plan or plan_of()
    with roomy():
        freeze(message)
        partitions.ensure_for(message.pk)
        if _insert(message, people, plan, due_at or timezone.now()) > MANY:
            partitions.analyze(message.pk)
        ring(SEND_DUE)
        counts = stored(message)
        if plan.spread:
            pace.keep(message.pk, counts[""], plan.spread)
        return counts


def plan_of(
    readers_at: dt.datetime | None = None, spread: dt.timedelta = AT_ONCE
) -> Plan:
    """By the quiet hours that the account has now."""
    account = Account.current()
    if account.quiet_from is None or account.quiet_until is None:
        return Plan(account.time_zone, readers_at, spread=spread)
    quiet = Quiet(account.quiet_from, account.quiet_until)
    by_one = account.time_zone if account.quiet_by == Clock.ACCOUNT else ""
    return Plan(account.time_zone, readers_at, quiet, by_one, spread)


def quiet_hours(message: Message) -> Plan | None:
    """What keeps mails of `message` from starting although they are due: they come
    late, or were stopped for a while. None: they may leave at any hour."""
    if message.channel != Channel.MARKETING:
        return None
    plan = plan_of()
    return plan if plan.quiet else None


def stored(message: Message) -> Counter[str]:
    """The audience as it was fixed: '' for all who were to get it, else the reason."""
    rows = Delivery.objects.filter(message=message)
    counts = rows.values("reason").annotate(people=Count("pk")).order_by()
    return Counter(dict(counts.values_list("reason", "people")))


def _people(
    contacts: models.QuerySet[Contact], extra: Sequence[LeftOut]
) -> models.QuerySet[Any]:
    """Each contact once, with `.own`: the first of the caller's reasons, or ''."""
    left_out = [When(condition, then=Value(key)) for key, condition, _ in extra]
    own = Case(*left_out, default=Value(""), output_field=models.TextField())
    if len(contacts.query.alias_map) > 1:  # a join may tell somebody twice
        contacts = plain(contacts)
    return contacts.order_by().annotate(own=own)


def plain(contacts: models.QuerySet[Contact]) -> models.QuerySet[Contact]:
    """The same people, each once."""
    return Contact.objects.filter(pk__in=contacts.order_by().values("pk"))


def freeze(message: Message) -> None:
    """Compile it and make it final. Under its lock: two who launch at once freeze it
    once."""
    locked = Message.objects.select_for_update().get(pk=message.pk)
    if locked.frozen_at is None:
        compile_message(locked)
        locked.frozen_at = timezone.now()
        locked.save(update_fields=["frozen_at"])
    message.refresh_from_db()


def _insert(
    message: Message, people: models.QuerySet[Any], plan: Plan, earliest: dt.datetime
) -> int:
    """Under the lock of the message; looks for rows that are there only if some are:
    that look costs as much again as the row."""
    of_some = [one for one in (SHOWN, TONGUE) if one in people.query.annotations]
    rows = people.values_list("address_id", "own", "pk", "time_zone", *of_some)
    try:
        kind = message.subscription_type
        limits = limits_of(kind, message.bound)
        asked = judged(rows, kind, message.channel, limits)
    except EmptyResultSet:
        return 0
    repeated = Delivery.objects.filter(message=message).exists()
    columns = ["address_id", "own", "contact_id", "zone", *of_some, "provider"]
    when = due(
        plan,
        f"({asked.sql}) AS t ({', '.join(columns)}, consent, reason)",
        _zones(people, plan),
        earliest=earliest,
        message=message.pk,
    )
    measured = Measured.of(message)
    flag = f"%s AND {measured.allowed}" if measured.anything else "%s"
    brand = [measured.brand.pk] if measured.anything else []
    values = [message.pk, *measured.flags.values()]
    rules = rules_of(message, plan, limits).pk
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO deliveries_delivery (message_id, contact_id, address_id,
                state, reason, provider, open_tracked, click_tracked, dated, due_at,
                shown, language, consent_id, rule_set_id)
            SELECT %s, contact_id, address_id,
                CASE reason WHEN '' THEN 'queued' ELSE 'not_sent' END, reason,
                provider, {flag}, {flag}, {flag}, {when.moment},
                {SHOWN if SHOWN in of_some else "NULL"},
                {TONGUE if TONGUE in of_some else "''"}, consent, %s
            FROM {when.people} {when.join}
            {CHOICES if measured.anything else ""}
            {"ON CONFLICT DO NOTHING" if repeated else ""}
            """,  # noqa: S608  the inner statement is compiled with parameters
            [*values, *when.first, rules, *asked.params, *when.last, *brand],
        )
        return int(cursor.rowcount)


def _zones(people: models.QuerySet[Any], plan: Plan) -> list[str]:
    """Where they read, as far as the plan needs it."""
    if plan.is_plain:
        return []
    zones = people.order_by().values_list("time_zone", flat=True).distinct()
    return list(zones)
