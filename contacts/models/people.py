"""One person as we know her, and the numbers she brought along."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, Lower, Now
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, User, check_time_zone
from consent import addresses
from consent.models import Address, Suppression
from consent.models.suppression import SuppressionQuerySet
from consent.vocabulary import BOUNCE_REASON, Reason
from contacts.acts import take_along
from contacts.models.engagement import ENGAGEMENT_FIELDS, Engagement, HardBounceReason
from contacts.sorting import LAST_ENGAGED, TITLE

# The noes of the person herself: they go along to a new address (bounces do not).
PERSONS_OWN = (
    Reason.ERASED,
    Reason.COMPLAINT,
    Reason.OWN_OPT_OUT,
    Reason.STAFF_OPT_OUT,
    Reason.IMPORTED_OPT_OUT,
    Reason.PAUSED,
)
# The blocks that say how the address bounced, and where they say it.
TELLING = (Reason.DEAD_ADDRESS, Reason.BOUNCED, Reason.IMPORTED_BOUNCE)
SAID = KeyTextTransform(BOUNCE_REASON, "record__source")
# Below this many rows counting is quick; above, the planner's number is shown as such.
COUNTED_BELOW = 50_000


class AddressTaken(ValueError):
    """Another contact has this address; `contact` says who."""

    def __init__(self, contact: Contact) -> None:
        super().__init__(f"{contact} has this address already.")
        self.contact = contact


class Outdated(ValueError):
    """Somebody else saved the contact after this page was opened."""


class HasSaidNo(ValueError):
    """Her address cannot be taken away alone: the next one would not know her no."""


class ContactQuerySet(models.QuerySet["Contact"]):
    def search(self, text: str) -> ContactQuerySet:
        """Those whose email, domain, first or last name begins with `text`.

        Prefixes only: each branch is served by an index at any size.
        """
        start = text.strip().lower()
        if not start:
            return self
        if start.startswith("@"):
            return self.filter(address__domain__startswith=start[1:])
        return self.filter(
            Q(email_lower__startswith=start)
            | Q(first_name_lower__startswith=start)
            | Q(last_name_lower__startswith=start)
        )

    def language_at(self, address_id: int) -> str:
        """What the person at this address reads; "" where nobody knows."""
        said = self.filter(address_id=address_id).values_list("language", flat=True)
        return said.first() or ""

    def total(self) -> tuple[int, bool]:
        """(how many contacts there are, whether that is counted or estimated)."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT reltuples::bigint FROM pg_class"
                " WHERE oid = 'contacts_contact'::regclass"
            )
            estimate = cursor.fetchone()[0]
        if estimate < COUNTED_BELOW:
            return self.count(), True
        return estimate, False

    def adopt_bounces(self) -> int:
        """Note the reason on those whose address is suppressed by a bounce already."""
        bounced = Suppression.objects.active().filter(
            address_id=OuterRef("address_id"), reason__in=TELLING
        )
        why = Case(
            When(
                Exists(bounced.filter(reason=Reason.DEAD_ADDRESS)),
                then=Value(HardBounceReason.UNKNOWN_USER),
            ),
            default=Coalesce(
                Subquery(bounced.values(said=SAID).order_by("-pk")[:1]),
                Value(HardBounceReason.OTHER),
                output_field=models.TextField(),
            ),
            output_field=models.TextField(),
        )
        unaware = self.filter(hard_bounce_reason="")
        return unaware.filter(Exists(bounced)).update(hard_bounce_reason=why)


class Contact(Engagement):
    """One person as we know her. Consent hangs on the address, never on this row."""

    address = models.OneToOneField(
        Address, null=True, blank=True, on_delete=models.PROTECT
    )
    # where mails went that she may still answer, while she has no address: what she
    # says no to there comes along to the next one. Addresses are never deleted.
    address_before = models.ForeignKey(
        Address,
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    # as typed, trimmed; the spelling to deliver to is parsed from it
    email = models.CharField(max_length=254, blank=True)
    first_name = models.CharField(max_length=120, blank=True, default="", db_default="")
    last_name = models.CharField(max_length=120, blank=True, default="", db_default="")
    company = models.CharField(max_length=200, blank=True, default="", db_default="")
    phone = models.CharField(max_length=60, blank=True, default="", db_default="")
    city = models.CharField(max_length=120, blank=True, default="", db_default="")
    country = models.CharField(max_length=80, blank=True, default="", db_default="")
    language = models.CharField(max_length=12, blank=True, default="", db_default="")
    time_zone = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_default="",
        validators=[check_time_zone],
    )
    owner = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL)
    properties = models.JSONField(
        default=dict,
        blank=True,
        encoder=DjangoJSONEncoder,
        db_default=Value({}, models.JSONField()),
    )
    # known when the current address is suppressed by a bounce; written with the
    # suppression by whoever judges bounces
    hard_bounce_reason = models.CharField(
        max_length=16, blank=True, choices=HardBounceReason, default="", db_default=""
    )
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    email_lower = models.GeneratedField(
        expression=Lower("email"), output_field=models.TextField(), db_persist=True
    )
    first_name_lower = models.GeneratedField(
        expression=Lower("first_name"), output_field=models.TextField(), db_persist=True
    )
    last_name_lower = models.GeneratedField(
        expression=Lower("last_name"), output_field=models.TextField(), db_persist=True
    )

    objects = ContactQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(email="", address=None)
                | (~Q(email="") & Q(address__isnull=False)),
                name="contact_email_and_address_come_together",
            ),
            models.CheckConstraint(
                condition=Q(hard_bounce_reason="")
                | Q(hard_bounce_reason__in=HardBounceReason.values),
                name="contact_bounce_reason_is_known",
            ),
        ]
        indexes: ClassVar = [
            # serve the search by prefix
            models.Index(
                fields=["email_lower"],
                opclasses=["text_pattern_ops"],
                name="contact_email_prefix",
            ),
            models.Index(
                fields=["first_name_lower"],
                opclasses=["text_pattern_ops"],
                name="contact_first_name_prefix",
            ),
            models.Index(
                fields=["last_name_lower"],
                opclasses=["text_pattern_ops"],
                name="contact_last_name_prefix",
            ),
            # serve the sorted list, page by page
            models.Index(TITLE, F("id"), name="contact_by_title"),
            models.Index(fields=["email_lower", "id"], name="contact_by_email"),
            models.Index(fields=["created_at", "id"], name="contact_by_creation"),
            models.Index(LAST_ENGAGED, F("id"), name="contact_by_engagement"),
            # serves the audit of bounces
            models.Index(
                fields=["hard_bounce_reason", "id"],
                condition=~Q(hard_bounce_reason=""),
                name="contact_bounced",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email or f"Contact {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("contacts:detail", args=[self.pk])

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def last_engaged_at(self) -> dt.datetime | None:
        moments = [self.last_opened_at, self.last_clicked_at, self.last_replied_at]
        return max((one for one in moments if one), default=None)

    def suppressions(self) -> SuppressionQuerySet:
        """The active noes to her address."""
        if not self.address_id:
            return Suppression.objects.none()
        return Suppression.objects.active().filter(address_id=self.address_id)

    @transaction.atomic
    def keep(
        self, email: str, user: User, *, fields: list[str], seen: str = ""
    ) -> None:
        """Save what a form changed, and the address.

        AddressTaken, HasSaidNo, and Outdated when the contact changed since `seen`
        (its updated_at as the form was drawn), change nothing.
        """
        if self.pk:
            self._lock_addresses(email)
            before = Contact.objects.select_for_update(no_key=True).get(pk=self.pk)
            if seen and before.updated_at.isoformat() != seen:
                raise Outdated(f"{before} was saved by somebody else.")
            self.updated_at = timezone.now()
            self.save(update_fields=[*fields, "updated_at"])
            self.move_to(email, user)
            return
        self.settle_at(email)
        self.save()
        Contact.objects.filter(pk=self.pk).adopt_bounces()
        AuditEntry.objects.record(
            user, "created a contact", subject=str(self), url=self.get_absolute_url()
        )

    def _lock_addresses(self, email: str) -> None:
        """Hers and the one she moves to, before her own row: so does everybody else
        who takes both, or two would wait for each other."""
        found = Address.objects.find(email)
        before = self.address_id or self.address_before_id or 0
        Address.objects.lock({before, found.pk if found else 0})

    def settle_at(self, email: str) -> None:
        """Take `email` as the address of this row, locked; does not save.

        Inside a transaction. AddressTaken when another contact has it.
        """
        before = self.address_id or self.address_before_id
        self.email, self.address = email.strip(), None
        if not self.email:
            self.address_before_id = before
            return
        parsed = addresses.parse(self.email)
        also = [before] if before else []
        pk = Address.objects.hold([parsed], *also)[parsed.key]
        other = Contact.objects.filter(address_id=pk).exclude(pk=self.pk).first()
        if other:
            raise AddressTaken(other)
        self.address_id, self.address_before = pk, None
        for field in Engagement._meta.local_fields:
            setattr(self, field.name, field.get_default())

    @transaction.atomic
    def move_to(self, email: str, user: User) -> None:
        """Change her address and save it.

        Consent, bounces and engagement stay with the old one; what she said no to
        comes along. HasSaidNo when there is nothing it could come along to.
        """
        before, after = self.address, Address.objects.find(email)
        own = self.suppressions().filter(reason__in=PERSONS_OWN)
        if before and not email.strip() and own.exists():
            raise HasSaidNo
        if before == after and (before or not email.strip()):
            self.email = email.strip()
            self.save(update_fields=["email"])
            return
        taken_from = before or self.address_before
        self.settle_at(email)
        self.hard_bounce_reason = ""
        self.save(
            update_fields=[
                "email",
                "address",
                "address_before",
                "hard_bounce_reason",
                "updated_at",
                *ENGAGEMENT_FIELDS,
            ]
        )
        if taken_from and self.address_id:
            said = "Said with the address before."
            take_along(user, taken_from.pk, self.address_id, PERSONS_OWN, said)
        Contact.objects.filter(pk=self.pk).adopt_bounces()
        self.refresh_from_db(fields=["hard_bounce_reason"])
        AuditEntry.objects.record(
            user,
            "changed an address",
            subject=str(self),
            url=self.get_absolute_url(),
            detail={"from": before.key if before else "", "to": self.email},
        )

    @transaction.atomic
    def forget(self, user: User) -> None:
        """Delete the person; what she said to our mails stays with her address."""
        self._lock_addresses("")
        AuditEntry.objects.record(
            user,
            "deleted a contact",
            subject=str(self),
            url=self.get_absolute_url(),
            detail={"deleted_from": self.address.key} if self.address else {},
        )
        self.delete()


class OpeningBalance(Engagement):
    """Engagement brought along from another tool; the folder adds it in.

    Counts from elsewhere end at `as_of`; what we measure ourselves begins there.
    """

    contact = models.OneToOneField(
        Contact,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="opening_balance",
    )
    # addresses are never deleted (trigger)
    address = models.ForeignKey(Address, on_delete=models.PROTECT, db_constraint=False)
    source = models.CharField(max_length=200)
    as_of = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.contact}: {self.delivered} delivered until {self.as_of:%Y-%m-%d}"
