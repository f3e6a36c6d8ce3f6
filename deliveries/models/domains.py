"""Domains that our mail comes from: what their DNS says, and the keys that sign."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, ClassVar

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts import vault
from accounts.models import AuditEntry, User
from deliveries import dkim, records
from deliveries.lookup import asking
from deliveries.models.delivery import Delivery, DeliveryState
from deliveries.models.holds import Hold, HoldCause, HoldKind
from deliveries.models.relays import Relay
from deliveries.records import BAD, UNKNOWN, Ask, Finding

CHECK_EVERY = dt.timedelta(days=1)
# what could not be asked is asked again
CHECK_AGAIN = dt.timedelta(hours=1)
LOOP_EVERY = dt.timedelta(days=1)
# an administrator may let a domain send for tests
ALLOWED_FOR = dt.timedelta(hours=24)


class DomainState(models.TextChoices):
    NEW = "new_domain", "Not checked yet"
    CONNECTED = "connected", "Connected"
    FAILING = "failing", "Not connected"


class SendingDomainQuerySet(models.QuerySet["SendingDomain"]):
    def connect(self, name: str, user: User | None) -> SendingDomain:
        """Add `name` (A-label, lower case) with its first key, to be checked."""
        with transaction.atomic():
            domain, made = self.get_or_create(name=name, defaults={"created_by": user})
            if made:
                domain.add_key()
                domain.note(user, "added sending domain")
        return domain

    def want_check(self) -> None:
        """All of them: what their records have to say changed."""
        self.update(check_wanted_at=timezone.now())

    def unconnected(self) -> SendingDomainQuerySet:
        """Those whose stop ends by itself: when their records are right."""
        return self.exclude(state=DomainState.CONNECTED)

    def due(self) -> SendingDomainQuerySet:
        """Those to be checked now: asked for, or not looked at for a day."""
        now = timezone.now()
        return self.filter(
            Q(check_wanted_at__isnull=False)
            | Q(checked_at__lt=now - CHECK_EVERY)
            | Q(checked_at__lt=now - CHECK_AGAIN, is_unanswered=True)
        )

    def to_be_looped(self) -> SendingDomainQuerySet:
        """Those whose last mail to ourselves left a day ago."""
        is_old = Q(loop_sent_at=None) | Q(loop_sent_at__lt=timezone.now() - LOOP_EVERY)
        return self.filter(is_old, state=DomainState.CONNECTED)


class SendingDomain(models.Model):
    """One domain of From addresses.

    `findings` are those of the last check, see deliveries.records. What could not be
    looked up changes no state: a name server that is away disconnects nobody.
    """

    name = models.CharField(max_length=253, unique=True)
    state = models.CharField(
        max_length=10, choices=DomainState, default=DomainState.NEW
    )
    findings = models.JSONField(default=list)
    is_unanswered = models.BooleanField(default=False)
    checked_at = models.DateTimeField(null=True)
    # somebody waits for a check since then
    check_wanted_at = models.DateTimeField(null=True, default=timezone.now)
    # the mail to ourselves, see deliveries.loopback: when the last one left, when the
    # last one left that came back, and what was wrong with it
    loop_sent_at = models.DateTimeField(null=True)
    loop_at = models.DateTimeField(null=True)
    loop_problem = models.CharField(max_length=400, blank=True, default="")
    allowed_until = models.DateTimeField(null=True)
    allowed_reason = models.CharField(max_length=300, blank=True)
    allowed_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = SendingDomainQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=DomainState.values),
                name="sending_domain_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(allowed_until=None) | ~Q(allowed_reason=""),
                name="sending_domain_allowed_with_a_reason",
                violation_error_message="Say why it may send without its records.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("deliveries:domain", args=[self.pk])

    @property
    def is_connected(self) -> bool:
        return self.state == DomainState.CONNECTED

    @property
    def is_ready(self) -> bool:
        """Its records are right, and so is what last came back of it."""
        return self.is_connected and not self.loop_problem

    def came_back(self, problem: str, sent: dt.datetime) -> None:
        """The mail to ourselves that left at `sent`; a later one counts more."""
        later = Q(loop_at=None) | Q(loop_at__lte=sent)
        now_known = SendingDomain.objects.filter(later, pk=self.pk)
        now_known.update(loop_at=sent, loop_problem=problem[:400])

    @property
    def is_allowed(self) -> bool:
        """An administrator lets it send although it is not connected."""
        return bool(self.allowed_until and self.allowed_until > timezone.now())

    @property
    def faults(self) -> list[str]:
        """Sentences: what keeps it from sending, what is wrong first."""
        ours = self.is_connected and self.loop_problem
        looped = [self.loop_problem] if ours else []
        return looped + [
            one["sentence"]
            for level in (BAD, UNKNOWN)
            for one in self.findings
            if one["level"] == level and not one["optional"]
        ]

    def note(self, user: User | None, verb: str, **detail: Any) -> None:
        AuditEntry.objects.record(
            user, verb, subject=self.name, url=self.get_absolute_url(), detail=detail
        )

    def want_check(self) -> None:
        self.check_wanted_at = timezone.now()
        self.save(update_fields=["check_wanted_at"])

    def check_records(self, ask: Ask | None = None) -> None:
        """Look everything up and keep what was found; about a second a server."""
        wanted, before = self.check_wanted_at, self.state
        keys = list(self.keys.exclude(state=KeyState.RETIRED).order_by("pk"))
        findings = records.judge(self._sender(keys), ask or asking())
        with transaction.atomic():
            self._keep(findings)
            SigningKey.objects.follow(keys, findings)
            # asked for once more meanwhile: then it is looked up once more
            SendingDomain.objects.filter(pk=self.pk, check_wanted_at=wanted).update(
                check_wanted_at=None
            )
            if self.state != before:
                self.note(None, f"sending domain is {self.get_state_display().lower()}")
                self._stop_or_go_on(before)
        self.refresh_from_db()

    def _stop_or_go_on(self, before: str) -> None:
        """Queued mail of a domain that was right and is wrong waits: receivers would
        refuse it. It goes on by itself when the records are right again."""
        if self.is_connected:
            self._go_on(None, "Its records are right again.")
        elif before == DomainState.CONNECTED and not settings.LOCAL_MODE:
            Hold.objects.stop_itself(
                f"{self} is not connected any more. {' '.join(self.faults[:1])}",
                {"faults": self.faults},
                cause=HoldCause.RECORDS,
                kind=HoldKind.SENDER,
                value=self.name,
            )

    def _go_on(self, user: User | None, reason: str) -> None:
        held = Hold.objects.active().filter(kind=HoldKind.SENDER, value=self.name)
        for hold in held:
            hold.lift(user, reason)

    def _sender(self, keys: Iterable[SigningKey]) -> records.Sender:
        used = Relay.objects.in_turn() or [Relay.objects.main()]
        main = settings.LISTWELL_SMTP["host"]
        return records.Sender(
            domain=self.name,
            return_path=settings.BOUNCE_DOMAIN,
            relays=tuple(sorted({one.host or main for one in used if one.is_smtp})),
            keys=tuple(records.Key(one.selector, one.public_key) for one in keys),
            providers=tuple(sorted({one.provider_label for one in used} - {""})),
        )

    def _keep(self, findings: list[Finding]) -> None:
        level = records.level_of(findings)
        self.is_unanswered = level == UNKNOWN
        if level == BAD:
            self.state = DomainState.FAILING
        elif level != UNKNOWN:
            self.state = DomainState.CONNECTED
        self.findings = [one.as_json() for one in findings]
        self.checked_at = timezone.now()
        self.save(update_fields=["state", "findings", "is_unanswered", "checked_at"])

    def allow(self, user: User, reason: str) -> None:
        """Let it send for tests for a day, whatever its records say."""
        self.allowed_until = timezone.now() + ALLOWED_FOR
        self.allowed_reason, self.allowed_by = reason, user
        self.save(update_fields=["allowed_until", "allowed_reason", "allowed_by"])
        self.note(user, "let a domain send for tests", reason=reason)
        self._go_on(user, reason)

    def add_key(self) -> SigningKey:
        """The next key; it signs as soon as a check finds its record."""
        private, public = dkim.new_key()
        selector = f"lw{self.keys.count() + 1}"
        return self.keys.create(
            selector=selector,
            public_key=public,
            private_key=vault.close(private, f"dkim {selector} {self.name}"),
        )

    def rotate(self, user: User) -> SigningKey | None:
        """Begin with a second key; None while one waits already. The old one signs
        until the record of the new one is found."""
        with transaction.atomic():
            SendingDomain.objects.select_for_update().get(pk=self.pk)
            if self.keys.filter(state=KeyState.WAITING).exists():
                return None
            key = self.add_key()
            self.want_check()
            self.note(user, "began with a new DKIM key", selector=key.selector)
        return key

    def remove(self, user: User) -> None:
        """Forget the domain and its keys, and its stop where no mail waits for it: what
        waits would leave unsigned, and is let go by a person or not at all."""
        with transaction.atomic():
            AuditEntry.objects.record(user, "removed sending domain", subject=self.name)
            if not self._waiting().exists():
                self._go_on(user, "The domain was removed.")
            self.delete()

    def _waiting(self) -> models.QuerySet[Delivery]:
        queued = Delivery.objects.filter(state=DeliveryState.QUEUED)
        return queued.filter(message__from_email__iendswith=f"@{self.name}")


class KeyState(models.TextChoices):
    WAITING = "waiting", gettext_lazy("Waits for its record")
    ACTIVE = "active", gettext_lazy("Signs")
    RETIRED = "retired", gettext_lazy("Signs no more")


class SigningKeyQuerySet(models.QuerySet["SigningKey"]):
    def follow(self, keys: Iterable[SigningKey], findings: Iterable[Finding]) -> None:
        """A waiting key whose record was found takes over from the one before."""
        found = {one.selector for one in findings if one.level in {"ok", "warn"}}
        now = timezone.now()
        for key in keys:
            if key.state == KeyState.WAITING and key.selector in found:
                active = self.filter(domain=key.domain_id, state=KeyState.ACTIVE)
                active.update(state=KeyState.RETIRED, retired_at=now)
                key.state, key.activated_at = KeyState.ACTIVE, now
                key.save(update_fields=["state", "activated_at"])

    def signing(self, domain: str) -> SigningKey | None:
        return self.filter(domain__name=domain, state=KeyState.ACTIVE).first()


class SigningKey(models.Model):
    """One DKIM key. The private half is closed, see accounts.vault."""

    domain = models.ForeignKey(
        SendingDomain, on_delete=models.CASCADE, related_name="keys"
    )
    selector = models.CharField(max_length=63)
    public_key = models.TextField()
    private_key = models.BinaryField()
    state = models.CharField(max_length=8, choices=KeyState, default=KeyState.WAITING)
    created_at = models.DateTimeField(default=timezone.now)
    activated_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    objects = SigningKeyQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=KeyState.values),
                name="signing_key_state_is_known",
            ),
            models.UniqueConstraint(
                fields=["domain", "selector"], name="signing_key_selector_once"
            ),
            models.UniqueConstraint(
                fields=["domain", "state"],
                condition=~Q(state=KeyState.RETIRED),
                name="signing_key_one_waits_and_one_signs",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.selector}._domainkey.{self.domain}"

    def signer(self, domain: str) -> dkim.Signer:
        """Ready to sign; `domain` is the name of its domain. Raises vault.Locked."""
        purpose = f"dkim {self.selector} {domain}"
        private = vault.reopen(bytes(self.private_key), purpose)
        return dkim.Signer.of(domain, self.selector, private)
