"""Is the list healthy: a few numbers over everybody, counted now and then.

At a million people a count takes a second. So it is kept for a while, the page says
how old it is, and a page that has none yet loads without it. What became of mails is
never counted here: the months are summed up elsewhere (deliveries/months.py).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Account
from accounts.numbers import number, percent
from consent.models import ConsentRecord, SubscriptionType, Suppression
from consent.vocabulary import OPT_OUT_REASONS, Action
from contacts.models import Contact
from deliveries import months, refusals
from deliveries.models import Month
from deliveries.room import roomy

KEPT_FOR = 300  # seconds
KEY = "console:health"
MONTH = dt.timedelta(days=30)
QUARTER = dt.timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Health:
    """Numbers of the overview, as of `counted_at`."""

    contacts: int
    mailable: int
    reengaged: int
    opt_outs: int
    delivered: int
    bounced: int
    since: dt.date  # of the two numbers before
    counted_at: dt.datetime

    @property
    def bounce_rate(self) -> str:
        tried = self.delivered + self.bounced
        return percent(self.bounced / tried, 1) if tried else "–"

    def figures(self) -> list[dict[str, object]]:
        """What ui/stats.html draws; every number leads to its people."""
        people, outs = reverse("contacts:list"), reverse("optouts:list")
        mails, asked = reverse("campaigns:list"), reverse("reengagement:list")
        share = self.mailable / self.contacts if self.contacts else 0
        return [
            _figure(_("Contacts"), self.contacts, people),
            _figure(
                _("Can be emailed"),
                self.mailable,
                f"{people}?answer=yes",
                _("%(share)s of all") % {"share": percent(share, 0)},
            ),
            _figure(
                pgettext("how many", "Re-engaged"),
                self.reengaged,
                asked,
                _("in 90 days"),
            ),
            _figure(_("Opt-outs"), self.opt_outs, outs, _("in 30 days")),
            _figure(
                _("Hard bounces"), self.bounce_rate, f"{mails}?state=sent", self._tried
            ),
        ]

    @property
    def _tried(self) -> str:
        return _("%(bounced)s of %(tried)s since %(day)s") % {
            "bounced": number(self.bounced),
            "tried": number(self.delivered + self.bounced),
            "day": date_format(self.since, "MONTH_DAY_FORMAT"),
        }


def _figure(label: str, value: object, url: str, note: str = "") -> dict[str, object]:
    return {"label": label, "value": value, "url": url, "note": note}


def known() -> Health | None:
    """The numbers of the last few minutes, or None: they have to be counted."""
    found: Health | None = cache.get(KEY)
    return found


def count() -> Health:
    """Count everything, and keep it for the next visitors. Seconds at a million."""
    now = timezone.now()
    default = SubscriptionType.objects.select_related("brand").default()
    since = months.last_months(Account.current().today())[-2]
    sent = _sent_since(since)
    with roomy():
        mailable = refusals.mailable(Contact.objects.all(), default).count()
    found = Health(
        contacts=Contact.objects.total()[0],
        mailable=mailable,
        reengaged=ConsentRecord.objects.filter(
            action__in=[Action.RENEWED, Action.LATE_CONFIRMED],
            occurred_at__gte=now - QUARTER,
        ).count(),
        opt_outs=Suppression.objects.active()
        .filter(reason__in=OPT_OUT_REASONS, occurred_at__gte=now - MONTH)
        .count(),
        delivered=sent["delivered"],
        bounced=sent["bounced"],
        since=since,
        counted_at=now,
    )
    cache.set(KEY, found, KEPT_FOR)
    return found


def _sent_since(first: dt.date) -> dict[str, int]:
    """What became of the mails of messages that began in these months."""
    return Month.objects.filter(month__gte=first).aggregate(
        delivered=Sum("delivered", default=0), bounced=Sum("bounced", default=0)
    )
