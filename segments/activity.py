"""What each kind of marketing-email activity means on a delivery. One table.

Only human opens and clicks count, unless a condition says otherwise: machines count for
nothing here. "But did not" is asked of mails whose opens (or clicks) are tracked: with
tracking off nobody can know, so those people are left out and counted apart. With
several emails, "but did not" means in none of them: whoever clicked in the second email
of a campaign is not one who did not click. With a number of emails ("at least 3"), each
email is looked at by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import (
    BooleanField,
    Count,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Value,
)

from deliveries.models import (
    Channel,
    Delivery,
    DeliveryState,
    Event,
    EventKind,
    Message,
    Verdict,
)
from segments.dates import Clock, interval, moments
from segments.emails import HUMAN, Emails

SENT = ~Q(
    state__in=[
        DeliveryState.NOT_SENT,
        DeliveryState.QUEUED,
        DeliveryState.CANCELLED,
    ]
)
# accepted by the receiving server, and not returned afterwards
RECEIVED = Q(delivered_at__isnull=False) & (
    Q(bounced_at=None) | Q(bounced_at__lt=F("delivered_at"))
)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens to a mail: how the delivery tells it and its opposite.

    `at`: pairs of the columns with its first and its last moment. `events`: which
    events say more than the columns do: who, which link, every moment.
    """

    done: Q
    undone: Q
    at: tuple[tuple[str, str], ...]
    tracked: str = ""
    events: tuple[EventKind, ...] = ()


def _step(column: str) -> Step:
    return Step(Q((f"{column}__isnull", False)), Q((column, None)), ((column, column),))


_CLICK_AT = ("clicked_at", "last_clicked_at")
STEPS: dict[str, Step] = {
    "sent": Step(SENT, ~SENT, (("started_at", "started_at"),)),
    "received": Step(RECEIVED, ~RECEIVED, (("delivered_at", "delivered_at"),)),
    # whoever clicked a link has opened the mail, pictures or not
    "opened": Step(
        Q(opened_at__isnull=False) | Q(clicked_at__isnull=False),
        Q(opened_at=None, clicked_at=None),
        (("opened_at", "last_opened_at"), _CLICK_AT),
        "open_tracked",
        (EventKind.OPEN, EventKind.CLICK),
    ),
    "clicked": Step(
        Q(clicked_at__isnull=False),
        Q(clicked_at=None),
        (_CLICK_AT,),
        "click_tracked",
        (EventKind.CLICK,),
    ),
    "confirmed": _step("confirmed_at"),
    "replied": _step("replied_at"),
    "bounced": _step("bounced_at"),
    "unsubscribed": _step("unsubscribed_at"),
    "marked_spam": _step("complained_at"),
}
EVERYBODY = Value(True, BooleanField())
VERDICTS = {
    HUMAN: (Verdict.HUMAN,),
    "unverified": (Verdict.UNVERIFIED,),
    "machine": (Verdict.MACHINE,),
    "any": (Verdict.HUMAN, Verdict.UNVERIFIED, Verdict.MACHINE),
}


def steps(operator: str) -> tuple[Step, Step | None]:
    """What was done, and what was not: of “received_but_not_opened”, both."""
    did, _, missing = operator.removeprefix("link_").partition("_but_not_")
    return STEPS[did], STEPS[missing] if missing else None


@dataclass(frozen=True, slots=True)
class Asked:
    """One condition on mails, as questions to a delivery."""

    did: Q
    missing: Q | None
    absent: Q | None
    tracked: str

    @classmethod
    def of(cls, operator: str, emails: Emails, clock: Clock) -> Asked:
        first, second = steps(operator)
        narrow = Narrowed(emails, clock)
        did = narrow.done(first, linked=second is None, timed=True)
        if second is None:
            return cls(did, None, None, "")
        missing = narrow.done(second, linked=True, timed=False)
        plain = missing is second.done
        return cls(did, missing, second.undone if plain else ~missing, second.tracked)

    @property
    def known(self) -> Q:
        return Q((self.tracked, True)) if self.tracked else Q()

    @property
    def whole(self) -> Q:
        """All of it, asked of one mail."""
        if self.absent is None:
            return self.did
        return self.did & self.absent & self.known


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The steps of a condition with its time, its link, and who it was."""

    emails: Emails
    clock: Clock

    def done(self, step: Step, *, linked: bool, timed: bool) -> Q:
        link = self.emails.link if linked and step.events else ""
        by = self.emails.by if step.events else HUMAN
        window = self._window() if timed else (None, None)
        if link or by != HUMAN:
            return Q(Exists(_events(step, window, link, by)))
        if window == (None, None):
            return step.done
        found = [self._in(window, step, at) for at in step.at]
        return step.done & reduce(or_, found)

    def _window(self) -> tuple[Any, Any]:
        when = self.emails.when
        if when is None:
            return None, None
        days = interval(when.operator, when.value, self.clock.today)
        return moments(days, self.clock)

    def _in(self, window: tuple[Any, Any], step: Step, at: tuple[str, str]) -> Q:
        """Did it happen inside: the first or last time, or any time between them?"""
        first, last = at
        found = _within(first, window)
        if first == last:
            return found
        low, high = window
        around = _within(last, window)
        if low is not None and high is not None:
            spans = Q((f"{first}__lt", low), (f"{last}__gte", high))
            around |= spans & Q(Exists(_events(step, window, "", HUMAN)))
        return found | around


def _within(column: str, window: tuple[Any, Any]) -> Q:
    low, high = window
    found = Q((f"{column}__isnull", False))
    if low is not None:
        found &= Q((f"{column}__gte", low))
    return found if high is None else found & Q((f"{column}__lt", high))


def _events(step: Step, window: tuple[Any, Any], link: str, by: str) -> QuerySet[Event]:
    """The judged events of an outer delivery."""
    rows = Event.objects.filter(
        delivery_id=OuterRef("pk"), kind__in=step.events, verdict__in=VERDICTS[by]
    )
    if link:
        rows = rows.filter(link__url__icontains=link)
    return rows if window == (None, None) else rows.filter(_within("at", window))


def message_ids(emails: Emails) -> list[int]:
    """The marketing messages that `emails` names; not for "any"."""
    chosen = (
        Q(group__in=emails.groups)
        | Q(pk__in=emails.messages)
        | Q(subscription_type__in=emails.types)
    )
    rows = Message.objects.filter(chosen, channel=Channel.MARKETING)
    return list(rows.order_by("pk").values_list("pk", flat=True))


class Mails:
    """The deliveries of some emails."""

    def __init__(self, emails: Emails) -> None:
        self.ids = [] if emails.any else message_ids(emails)
        self.nothing = not emails.any and not self.ids

    @property
    def is_one(self) -> bool:
        """One message goes to an address once, so one row answers."""
        return len(self.ids) == 1

    def every(self) -> QuerySet[Delivery]:
        mails = Delivery.objects.all()
        if self.is_one:
            return mails.filter(message_id=self.ids[0])
        if self.ids:
            return mails.filter(message_id__in=self.ids)
        every = Message.objects.filter(channel=Channel.MARKETING)
        return mails.filter(message_id__in=every.values("pk"))

    def some(self, condition: Q) -> Exists:
        """To the address of an outer contact."""
        mine = self.every().filter(address_id=OuterRef("address_id"))
        return Exists(mine.filter(condition))

    def at_least(self, number: int, condition: Q) -> IsTrue:
        """So many of them; never null, so that its opposite is everybody else."""
        counted = (
            self.every()
            .filter(condition, address_id__isnull=False)
            .values("address_id")
            .annotate(mails=Count("pk"))
            .filter(mails__gte=number)
        )
        return IsTrue(Q(address_id__in=counted.values("address_id")))


class IsTrue(Func):
    """Neither false nor unknown."""

    template = "(%(expressions)s) IS TRUE"
    output_field = BooleanField()


def matches(operator: str, emails: Emails, clock: Clock) -> Any:
    """The condition on Contact for one kind of activity; never null."""
    mails, asked = Mails(emails), Asked.of(operator, emails, clock)
    if emails.times:
        return _counted(mails, asked, emails)
    if mails.nothing:
        return Value(False, BooleanField())
    if asked.missing is None:
        return mails.some(asked.did)
    if mails.is_one:
        return mails.some(asked.whole)
    contrary = asked.missing
    if asked.tracked:
        contrary |= asked.did & Q((asked.tracked, False))
    return Q(mails.some(asked.did)) & ~mails.some(contrary)


def _counted(mails: Mails, asked: Asked, emails: Emails) -> Any:
    """“At most” and “exactly” have those in it who did it in no email at all."""
    assert emails.times  # noqa: S101  for the type checker
    operator, number = emails.times.operator, emails.times.number
    if mails.nothing:  # nobody was in any of none
        none = {"at_least": False, "at_most": True, "exactly": number == 0}
        return Value(none[operator], BooleanField())
    enough = mails.at_least(number, asked.whole) if number else EVERYBODY
    if operator == "at_least":
        return enough
    more = ~mails.at_least(number + 1, asked.whole)
    return more if operator == "at_most" else Q(enough) & Q(more)


def unknowable(operator: str, emails: Emails, clock: Clock) -> Any | None:
    """Those of whom tracking was off, so that nobody can know; None: all is known."""
    mails, asked = Mails(emails), Asked.of(operator, emails, clock)
    if mails.nothing or not asked.tracked or asked.missing is None or emails.times:
        return None
    blind = mails.some(asked.did & Q((asked.tracked, False)))
    return Q(blind) & ~mails.some(asked.missing)
