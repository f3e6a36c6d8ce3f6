"""Mail servers that our mail is handed to, and how quickly it may leave."""

from __future__ import annotations

import datetime as dt
import math
import random
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import connection, models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import vault
from accounts.numbers import number
from deliveries.providers import LABELS
from deliveries.transports.table import KINDS, PROVIDERS, SMTP, is_told, places_of

# a relay that could not be reached is tried last for so long
SHUNNED = dt.timedelta(minutes=1)
# first half of the advisory lock of a connection: "one relay's slot"
SLOT = 0x4C57
PERIODS = ("second", "hour", "day")
LIMITS = {
    "second": gettext_lazy("%(most)s a second"),
    "hour": gettext_lazy("%(most)s an hour"),
    "day": gettext_lazy("%(most)s a day"),
}


class Security(models.TextChoices):
    NONE = "none", gettext_lazy("None")
    STARTTLS = "starttls", "STARTTLS"
    TLS = "tls", gettext_lazy("TLS from the first octet")


class Limited(models.Model):
    """At most so many mails may be started in a second, an hour, a day (UTC); empty:
    as many as there are."""

    per_second = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)]
    )
    per_hour = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)]
    )
    per_day = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)]
    )

    class Meta:
        abstract = True

    @property
    def limits(self) -> dict[str, int]:
        """Period to the most in it."""
        found = {period: getattr(self, f"per_{period}") for period in PERIODS}
        return {period: most for period, most in found.items() if most is not None}


class RelayQuerySet(models.QuerySet["Relay"]):
    def main(self) -> Relay:
        """The mail server of EMAIL_URL, in use from the beginning."""
        relay, _ = self.get_or_create(host="", defaults={"name": "EMAIL_URL"})
        return relay

    def in_order(self) -> list[Relay]:
        """All of them, that of EMAIL_URL first."""
        self.main()
        return list(self.order_by("pk"))

    def are_off(self) -> bool:
        """There are some, and none is in use: no mail leaves."""
        weights = list(self.values_list("weight", flat=True))
        return bool(weights) and not any(weights)

    def in_turn(self) -> list[Relay]:
        """Those in use, by chance after their weight; who just failed comes last."""
        if not self.exists():
            return [self.main()]
        now = timezone.now()
        return sorted(self.filter(weight__gt=0), key=lambda one: one.place(now))


class Relay(Limited):
    """One mail server, or one account at a provider. Without a host: the mail server of
    EMAIL_URL.

    `password` is closed, see accounts.vault; of a provider it is the key, `user` and
    `option` are what else it asks for. `problem`: why it could not be used the last
    time, '' when it could.
    """

    kind = models.CharField(max_length=20, choices=KINDS, default=SMTP)
    name = models.CharField(max_length=60, unique=True)
    host = models.CharField(
        max_length=253, blank=True, help_text="Empty: the mail server of EMAIL_URL."
    )
    port = models.PositiveIntegerField(default=587)
    security = models.CharField(
        max_length=8, choices=Security, default=Security.STARTTLS
    )
    user = models.CharField(max_length=200, blank=True)
    option = models.CharField(max_length=200, blank=True, default="")
    password = models.BinaryField(blank=True, default=b"")
    weight = models.PositiveSmallIntegerField(
        default=1, help_text="Its share of the mail beside the others; 0: not in use."
    )
    connections = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="At most so many at once, over all workers.",
    )
    problem = models.CharField(max_length=500, blank=True, editable=False)
    problem_at = models.DateTimeField(null=True, editable=False)
    # nothing is handed to a provider before
    rests_until = models.DateTimeField(null=True, editable=False)

    objects = RelayQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["host"], condition=Q(host=""), name="relay_one_of_email_url"
            ),
            models.CheckConstraint(
                condition=Q(security__in=Security.values),
                name="relay_security_is_known",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind for kind, _label in KINDS]),
                name="relay_kind_is_known",
            ),
            models.CheckConstraint(
                condition=Q(kind=SMTP) | ~Q(host=""),
                name="relay_provider_has_a_place",
                violation_error_message=gettext_lazy(
                    "Choose where the provider is asked."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("deliveries:relay", args=[self.pk])

    @property
    def is_smtp(self) -> bool:
        return self.kind == SMTP

    @property
    def provider_label(self) -> str:
        return "" if self.is_smtp else PROVIDERS[self.kind].label

    @property
    def is_unheard(self) -> bool:
        """What a provider tells of its mail is not taken: bounces are never known."""
        return not self.is_smtp and not is_told(self.kind)

    @property
    def place_shown(self) -> str:
        """Where it is, for people."""
        if self.is_smtp:
            own = {"host": self.host, "port": self.port}
            at = own if self.host else settings.LISTWELL_SMTP
            return f"{at['host']}:{at['port']}"
        return str(places_of(self.kind).get(self.host, self.host))

    @property
    def limits_shown(self) -> str:
        return ", ".join(
            LIMITS[one] % {"most": number(most)} for one, most in self.limits.items()
        )

    def clean(self) -> None:
        if self.is_smtp and self.user and self.security == Security.NONE:
            raise ValidationError(_("A password is not sent in the clear: use TLS."))

    @property
    def purpose(self) -> str:
        return f"relay {self.pk}"

    def set_password(self, password: str) -> None:
        self.password = vault.close(password.encode(), self.purpose)
        self.save(update_fields=["password"])

    def secret(self) -> str:
        """Password or key, readable; raises vault.Locked."""
        closed = bytes(self.password)
        return vault.reopen(closed, self.purpose).decode() if closed else ""

    def settings(self) -> dict[str, Any]:
        """As settings.LISTWELL_SMTP; raises vault.Locked."""
        if not self.host:
            return dict(settings.LISTWELL_SMTP)
        return {
            "host": self.host,
            "port": self.port,
            "user": self.user,
            "password": self.secret(),
            "starttls": self.security == Security.STARTTLS,
            "tls": self.security == Security.TLS,
        }

    def place(self, now: dt.datetime) -> tuple[bool, float]:
        """Sorts: the one that is to be used comes first more often, the heavier it is
        (the smallest of exponential variables)."""
        shunned = bool(self.problem_at and now - self.problem_at < SHUNNED)
        chance = 1 - random.random()  # noqa: S311  nobody gains by guessing it
        return shunned, -math.log(chance) / self.weight

    def failed(self, problem: str) -> None:
        self.problem, self.problem_at = problem[:500], timezone.now()
        self.save(update_fields=["problem", "problem_at"])

    def rest(self, problem: str, wait: dt.timedelta) -> None:
        """It failed, and is left alone for a while: nothing is handed to it."""
        self.rests_until = timezone.now() + wait
        self.save(update_fields=["rests_until"])
        self.failed(problem)

    def works(self) -> None:
        if self.problem:
            self.problem, self.problem_at, self.rests_until = "", None, None
            self.save(update_fields=["problem", "problem_at", "rests_until"])

    def take_slot(self) -> int | None:
        """One of its connections, until `free_slot` or the end of our session; None:
        all are taken. 0 where they are not limited."""
        for slot in range(1, (self.connections or 0) + 1):
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", self._lock(slot))
                if cursor.fetchone() == (True,):
                    return slot
        return None if self.connections else 0

    def free_slot(self, slot: int) -> None:
        if slot:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", self._lock(slot))

    def _lock(self, slot: int) -> tuple[int, int]:
        return SLOT, self.pk * 1_000 + slot


class ProviderLimit(Limited):
    """How quickly mail may leave for one mailbox provider, over all relays."""

    provider = models.CharField(
        max_length=60, unique=True, choices=list(LABELS.items())
    )

    def __str__(self) -> str:
        return LABELS.get(self.provider, self.provider)


class Spent(models.Model):
    """How many mails were started in the present second, hour or day."""

    # "relay:<id>" or "provider:<key>"
    key = models.CharField(max_length=80)
    period = models.CharField(max_length=6)
    starts_at = models.DateTimeField()
    number = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "period"], name="spent_once"),
            models.CheckConstraint(
                condition=Q(period__in=PERIODS), name="spent_period_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.number} this {self.period}"
