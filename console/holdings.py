"""What is held on a person: one table for showing it to her and for erasing it.

Sources: GDPR Art. 15 (access), 17 (erasure; 17(3)(b) and (e), 21(3): what must stay so
that nobody mails her again and so that it can be shown why she was mailed).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import AuditEntry, User
from bounces.models import Bounce, Release, Report
from campaigns.models import SingleContact
from consent.models import Address, ConsentEvidence, ConsentRecord, Grant, Suppression
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from contacts.models import (
    Contact,
    ImportedContact,
    MergedAddress,
    OpeningBalance,
)
from deliveries.models import CaughtMail, Delivery, DeliveryState, Event
from optouts.models import Farewell
from reengagement.models import Member
from segments.members import SegmentMember
from segments.models import Displaced
from signups.models import Submission
from webhooks.bodies import CONTACT
from webhooks.models import Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """Rows of one model about a person.

    `path` leads from the model to her: to the address row, to the contact where
    `by` says so, or to the address in its letters. `emptied` is what the fields are
    set to that could tell who she is; a row that `goes` is deleted instead.
    """

    title: str
    model: type[models.Model]
    path: str
    columns: tuple[str, ...]
    by: str = "address"
    goes: bool = False
    why: str = ""
    emptied: dict[str, Any] = field(default_factory=dict)

    def of(self, person: Person) -> models.QuerySet[Any]:
        return self.model._default_manager.filter(**{self.path: person.key(self.by)})

    def rows(self, person: Person) -> list[dict[str, Any]]:
        """{column: value} of each row, the oldest first."""
        return list(self.of(person).order_by("pk").values(*self.columns))

    def label(self, column: str) -> str:
        """A column in words: message__subject is the message to a reader."""
        return column.partition("__")[0].replace("_", " ").capitalize()

    def words(self, row: dict[str, Any]) -> list[tuple[str, str]]:
        """A row for reading: (label, value in words) of each column."""
        return [
            (self.label(name), _in_words(self._said(name, value)))
            for name, value in row.items()
        ]

    def _said(self, column: str, value: Any) -> Any:
        """The label of a choice instead of its key."""
        if "__" in column or not isinstance(value, str):
            return value
        field = self.model._meta.get_field(column)
        return dict(getattr(field, "flatchoices", ())).get(value, value)

    def erase(self, person: Person) -> None:
        if self.goes:
            self.of(person).delete()
        if self.emptied:
            self.of(person).update(**self.emptied)


def _in_words(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return date_format(timezone.localtime(value), "j M Y, H:i")
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_in_words(one)}" for key, one in value.items())
    if isinstance(value, list):
        return ", ".join(_in_words(one) for one in value)
    return "" if value is None else str(value)


PROOF = "It shows why mail was sent, and names nobody once the address is empty."
SUM = "Counts in reports. It names nobody once the address is empty."

# In the order of erasure: what hangs on something goes before it, the address last.
HOLDINGS: tuple[Holding, ...] = (
    Holding(
        title="Answers in forms",
        model=Submission,
        path="address",
        columns=("at", "form__name", "email", "answers", "state", "ip", "user_agent"),
        why=SUM,
        emptied={
            "email": "",
            "answers": {},
            "ip": None,
            "user_agent": "",
            "page": "",
        },
    ),
    Holding(
        title="Reasons for leaving",
        model=Farewell,
        path="address",
        columns=("at", "why"),
        goes=True,
    ),
    Holding(
        title="Clicks and opens",
        model=Event,
        path="address",
        columns=("at", "kind", "link__url", "verdict", "ip", "user_agent"),
        why=SUM,
        emptied={"ip": None, "user_agent": "", "traits": {}},
    ),
    Holding(
        title="Emails",
        model=Delivery,
        path="address",
        columns=(
            "queued_at",
            "message__subject",
            "state",
            "reason",
            "delivered_at",
            "opened_at",
            "clicked_at",
            "confirmed_at",
            "bounced_at",
            "complained_at",
            "reply",
            "put_off",
        ),
        why=SUM,
        emptied={"reply": "", "put_off": None},
    ),
    Holding(
        title="Emails in the local outbox",
        model=CaughtMail,
        path="recipient",
        by="letters",
        columns=("at", "subject"),
        goes=True,
    ),
    Holding(
        title="Reports that came back",
        model=Report,
        path="bounce__address",
        columns=("received_at", "source", "kind", "explanation"),
        why=SUM,
        emptied={"raw": b"", "envelope_to": "", "explanation": ""},
    ),
    Holding(
        title="Bounces and complaints",
        model=Bounce,
        path="address",
        columns=("at", "kind", "category", "code", "enhanced_code", "words"),
        why=SUM,
        emptied={"words": ""},
    ),
    Holding(
        title="Events sent to webhooks",
        model=Notice,
        path="address",
        columns=("at", "endpoint__name", "kind", "state"),
        why="It names nobody once the address is empty, and goes after 30 days.",
        emptied={"answer": ""},
    ),
    Holding(
        title="Unbounces",
        model=Release,
        path="address",
        columns=("at", "way", "was", "words", "note"),
        why="An address is unbounced once ever, whoever it belongs to.",
        emptied={"words": "", "note": ""},
    ),
    Holding(
        title="Re-engagement campaigns",
        model=Member,
        path="address",
        columns=("campaign__name", "outcome", "outcome_at", "kept_at"),
        why=SUM,
    ),
    Holding(
        title="Segments",
        model=SegmentMember,
        path="contact",
        by="contact",
        columns=("segment__name", "joined_at", "left_at"),
        goes=True,
    ),
    Holding(
        title="Emails that name the contact",
        model=SingleContact,
        path="contact",
        by="contact",
        columns=("email__name", "gets"),
        goes=True,
    ),
    Holding(
        title="Earlier values of properties",
        model=Displaced,
        path="contact",
        by="contact",
        columns=("field", "value", "at"),
        goes=True,
    ),
    Holding(
        title="Engagement brought along",
        model=OpeningBalance,
        path="contact",
        by="contact",
        columns=("source", "as_of", "delivered", "opened", "clicked", "bounced"),
        goes=True,
    ),
    Holding(
        title="Addresses that were merged into this one",
        model=MergedAddress,
        path="contact",
        by="contact",
        columns=("address__key", "merged_at"),
        goes=True,
    ),
    Holding(
        title="Imported files with this person",
        model=ImportedContact,
        path="contact",
        by="contact",
        columns=(
            "contact_import__name",
            "contact_import__created_at",
            "before",
            "after",
        ),
        goes=True,
    ),
    Holding(
        title="The contact",
        model=Contact,
        path="pk",
        by="contact",
        columns=(
            "email",
            "first_name",
            "last_name",
            "company",
            "phone",
            "city",
            "country",
            "language",
            "time_zone",
            "owner__email",
            "properties",
            "delivered",
            "opened",
            "clicked",
            "created_at",
            "updated_at",
        ),
        goes=True,
    ),
    Holding(
        title="Subscriptions",
        model=Grant,
        path="address",
        columns=("subscription_type__name", "basis", "grade", "given_at"),
        goes=True,
    ),
    Holding(
        title="Proof of consent",
        model=ConsentEvidence,
        path="record__address",
        columns=("record", "raw_address", "ip", "user_agent", "detail"),
        goes=True,
    ),
    Holding(
        title="The ledger of consent",
        model=ConsentRecord,
        path="address",
        columns=(
            "id",
            "occurred_at",
            "action",
            "mechanism",
            "actor",
            "basis",
            "subscription_type__name",
            "text__body",
            "explanation",
        ),
        why=PROOF,
    ),
    Holding(
        title="The do-not-mail list",
        model=Suppression,
        path="address",
        columns=("occurred_at", "scope", "reason", "lifted_at", "lifted_by"),
        why="So that nobody mails the address again, not even after a new import.",
    ),
    Holding(
        title="The address",
        model=Address,
        path="pk",
        columns=("key", "domain"),
        why="A fingerprint stays; only your own key can compare it with an address.",
        emptied={"key": None},
    ),
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an address; the contact may be gone, or never have been."""

    address: Address
    contact: Contact | None

    @classmethod
    def of(cls, address: Address) -> Person:
        return cls(address, Contact.objects.filter(address=address).first())

    def __str__(self) -> str:
        return str(self.contact or self.address)

    def key(self, by: str) -> Any:
        """What a holding is found by; a number that is nobody's without a contact."""
        keys = {
            "address": self.address.pk,
            "contact": self.contact.pk if self.contact else 0,
            "letters": self.address.key or "",
        }
        return keys[by]

    def holdings(self) -> Iterator[tuple[Holding, list[dict[str, Any]]]]:
        """Everything held, table by table; those without a row as well."""
        for holding in HOLDINGS:
            yield holding, holding.rows(self)

    @transaction.atomic
    def erase(self, user: User) -> None:
        """Forget who she is and keep that she must not be mailed.

        Safe to repeat. What is queued for her is cancelled; a mail under way at this
        moment still arrives.
        """
        Address.objects.lock([self.address.pk])
        self._say_no(user)
        Delivery.objects.filter(
            address=self.address, state=DeliveryState.QUEUED
        ).update(state=DeliveryState.CANCELLED, settled_at=timezone.now())
        AuditEntry.objects.redact(self._words(), self._pages())
        for holding in HOLDINGS:
            holding.erase(self)
        AuditEntry.objects.record(user, "erased a person", subject="on request")

    def _say_no(self, user: User) -> None:
        act = Act(
            action=Action.ERASED,
            mechanism=Mechanism.STAFF,
            actor=Actor.STAFF,
            user_id=user.pk,
            source={CONTACT: self.contact.pk} if self.contact else {},
        )
        Suppression.objects.suppress([self.address.pk], Reason.ERASED, act)

    def _words(self) -> set[str]:
        """The spellings of her address. Not her name: others have it as well.

        None of somebody who works here: what was done to her access stays written.
        """
        email = self.contact.email if self.contact else ""
        words = {self.address.key or "", email} - {""}
        works_here = User.objects.filter(email__in=[one.lower() for one in words])
        return set() if works_here.exists() else words

    def _pages(self) -> set[str]:
        """Of the contact, and of those who had this address and were deleted."""
        deleted = AuditEntry.objects.filter(detail__deleted_from=self.address.key)
        found = set(deleted.values_list("url", flat=True))
        return found | ({self.contact.get_absolute_url()} if self.contact else set())
