"""What is held on a person: one table for showing it to her and for erasing it.

Sources: GDPR Art. 15 (access), 17 (erasure; 17(3)(b) and (e), 21(3): what must stay so
that nobody mails her again and so that it can be shown why she was mailed).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEntry, User
from bounces.models import Bounce, Release, Report
from campaigns.models import SingleContact
from consent.models import (
    Address,
    ConsentEvidence,
    ConsentRecord,
    Grant,
    OwnLimit,
    Suppression,
    TrackingChoice,
)
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from console.holding import Holding
from contacts.models import (
    Contact,
    ImportedContact,
    MergedAddress,
    OpeningBalance,
)
from deliveries.models import CaughtMail, Delivery, DeliveryState, Event, LastSeen, Late
from optouts.models import Farewell
from reengagement.models import Member
from segments.members import SegmentMember
from segments.models import Displaced
from signups.models import Submission
from webhooks.bodies import CONTACT
from webhooks.models import Notice

PROOF = _("It shows why mail was sent, and names nobody once the address is empty.")
SUM = _("Counts in reports. It names nobody once the address is empty.")

# In the order of erasure: what hangs on something goes before it, the address last.
HOLDINGS: tuple[Holding, ...] = (
    Holding(
        title=_("Answers in forms"),
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
        title=_("Reasons for leaving"),
        model=Farewell,
        path="address",
        columns=("at", "why"),
        goes=True,
    ),
    Holding(
        title=_("Clicks and opens"),
        model=Event,
        path="address",
        columns=("at", "kind", "link__url", "verdict", "ip", "user_agent"),
        why=SUM,
        emptied={"ip": None, "user_agent": "", "traits": {}},
    ),
    Holding(
        title=_("Last seen, where nothing else is kept"),
        model=LastSeen,
        path="address",
        columns=("brand__name", "opened_on", "clicked_on"),
        goes=True,
    ),
    Holding(
        title=_("Emails"),
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
        title=_("Emails that came after an opt-out"),
        model=Late,
        path="address",
        columns=("message__subject", "said_at", "accepted_at"),
        why=_("It shows that a no was not kept to in time."),
    ),
    Holding(
        title=_("Emails in the local outbox"),
        model=CaughtMail,
        path="recipient",
        by="letters",
        columns=("at", "subject"),
        goes=True,
    ),
    Holding(
        title=_("Reports that came back"),
        model=Report,
        path="bounce__address",
        columns=("received_at", "source", "kind", "explanation"),
        why=SUM,
        emptied={"raw": b"", "envelope_to": "", "explanation": ""},
    ),
    Holding(
        title=_("Bounces and complaints"),
        model=Bounce,
        path="address",
        columns=("at", "kind", "category", "code", "enhanced_code", "words"),
        why=SUM,
        emptied={"words": ""},
    ),
    Holding(
        title=_("Events sent to webhooks"),
        model=Notice,
        path="address",
        columns=("at", "endpoint__name", "kind", "state"),
        why=_("It names nobody once the address is empty, and goes after 30 days."),
        emptied={"answer": ""},
    ),
    Holding(
        title=_("Unbounces"),
        model=Release,
        path="address",
        columns=("at", "way", "was", "words", "note"),
        why=_("An address is unbounced once ever, whoever it belongs to."),
        emptied={"words": "", "note": ""},
    ),
    Holding(
        title=_("Re-engagement campaigns"),
        model=Member,
        path="address",
        columns=("campaign__name", "outcome", "outcome_at", "kept_at"),
        why=SUM,
    ),
    Holding(
        title=_("Segments"),
        model=SegmentMember,
        path="contact",
        by="contact",
        columns=("segment__name", "joined_at", "left_at"),
        goes=True,
    ),
    Holding(
        title=_("Emails that name the contact"),
        model=SingleContact,
        path="contact",
        by="contact",
        columns=("email__name", "gets"),
        goes=True,
    ),
    Holding(
        title=_("Earlier values of properties"),
        model=Displaced,
        path="contact",
        by="contact",
        columns=("field", "value", "at"),
        goes=True,
    ),
    Holding(
        title=_("Engagement brought along"),
        model=OpeningBalance,
        path="contact",
        by="contact",
        columns=("source", "as_of", "delivered", "opened", "clicked", "bounced"),
        goes=True,
    ),
    Holding(
        title=_("Addresses that were merged into this one"),
        model=MergedAddress,
        path="contact",
        by="contact",
        columns=("address__key", "merged_at"),
        goes=True,
    ),
    Holding(
        title=_("Imported files with this person"),
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
        title=_("The contact"),
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
        title=_("Subscriptions"),
        model=Grant,
        path="address",
        columns=("subscription_type__name", "basis", "grade", "given_at"),
        goes=True,
    ),
    Holding(
        title=_("Said to being tracked"),
        model=TrackingChoice,
        path="address",
        columns=("brand__name", "agreed", "said_at"),
        why=_("A no keeps the mail that was sent before silent, too."),
    ),
    Holding(
        title=_("How often she wants mail at most"),
        model=OwnLimit,
        path="address",
        columns=("subscription_type__name", "days", "said_at"),
        goes=True,
    ),
    Holding(
        title=_("Proof of consent"),
        model=ConsentEvidence,
        path="record__address",
        columns=("record", "raw_address", "ip", "user_agent", "detail"),
        goes=True,
    ),
    Holding(
        title=_("The ledger of consent"),
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
        title=_("The do-not-mail list"),
        model=Suppression,
        path="address",
        columns=("occurred_at", "scope", "reason", "lifted_at", "lifted_by"),
        why=_("So that nobody mails the address again, not even after a new import."),
    ),
    Holding(
        title=_("The address"),
        model=Address,
        path="pk",
        columns=("key", "domain"),
        why=_("A fingerprint stays; only your own key can compare it with an address."),
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
