"""Two contacts that are one person become one. It cannot be undone.

What was said no to at either address holds for the contact that is kept; what was said
yes to stays with its address, so nothing widens. Mails stay with their address too, and
from then on count as hers: a no to an old one reaches her where she is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts.models import AuditEntry, User
from campaigns.models import SingleContact
from consent.models import Address
from consent.vocabulary import OPT_OUT_REASONS, Reason
from contacts.acts import take_along
from contacts.models import (
    Contact,
    MergedAddress,
    OpeningBalance,
    Outdated,
)
from deliveries.models import Delivery, DeliveryState
from reengagement.models import Member
from segments.members import SegmentMember
from segments.models import Segment, SegmentKind

# how an address bounced says something of that address alone
NOES = (*OPT_OUT_REASONS, Reason.PAUSED)
ADDRESS = "address"
FIELDS = (
    "first_name",
    "last_name",
    "company",
    "phone",
    "city",
    "country",
    "language",
    "time_zone",
    "owner",
)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two contacts, the one that is kept and the one that goes into it."""

    kept: Contact
    gone: Contact

    @property
    def seen(self) -> str:
        """When they last changed: a press on an old page changes nothing."""
        moments = (self.kept.updated_at, self.gone.updated_at)
        return " ".join(one.isoformat() for one in moments)

    def both_have_an_address(self) -> bool:
        return bool(self.kept.address_id and self.gone.address_id)

    @transaction.atomic
    def merge(self, user: User, taken: Collection[str], seen: str) -> Contact:
        """`taken` names what comes from the one that goes: of FIELDS, ADDRESS, keys of
        properties. Outdated when either changed since `seen`: nothing happens then."""
        now = self._locked()
        if now is None or now.seen != seen:
            raise Outdated("Somebody changed one of the two meanwhile.")
        Merging(now, user, frozenset(taken)).do()
        return now.kept

    def _locked(self) -> Pair | None:
        """Both as they are now, behind all their addresses; None when one is gone."""
        both = (self.kept.pk, self.gone.pk)
        rows = Contact.objects.filter(pk__in=both)
        homes = rows.values_list("address_id", "address_before_id")
        Address.objects.lock_all(
            lambda: {pk for row in homes.all() for pk in row if pk}
        )
        locked = rows.select_for_update(no_key=True, of=("self",)).order_by("pk")
        found = {one.pk: one for one in locked}
        if len(found) < len(both):
            return None
        return Pair(found[self.kept.pk], found[self.gone.pk])


@dataclass(frozen=True, slots=True)
class Merging:
    """The steps, in their order, under the locks that Pair took."""

    pair: Pair
    user: User
    taken: frozenset[str]

    @property
    def moves(self) -> bool:
        """Is the address that is kept that of the contact that goes?"""
        kept, gone = self.pair.kept, self.pair.gone
        return bool(gone.address_id) and (ADDRESS in self.taken or not kept.address_id)

    @property
    def home(self) -> int | None:
        """Where she is from now on, or was last where neither has an address."""
        kept, gone = self.pair.kept, self.pair.gone
        first, second = (gone, kept) if self.moves else (kept, gone)
        homes = (
            first.address_id,
            second.address_id,
            first.address_before_id,
            second.address_before_id,
        )
        return next((pk for pk in homes if pk), None)

    def do(self) -> None:
        kept, gone, home = self.pair.kept, self.pair.gone, self.home
        left = {pk for pk in (kept.address_id, gone.address_id) if pk} - {home}
        self._keep_the_noes(home)
        self._move_what_happened(left)
        self._join_segments()
        self._take_fields()
        name, email = str(gone), gone.email
        gone.forget(self.user)
        self._settle(home, email)
        for pk in left:
            MergedAddress.objects.update_or_create(
                address_id=pk,
                defaults={"contact": kept, "merged_at": timezone.now()},
            )
        AuditEntry.objects.record(
            self.user,
            "merged two contacts",
            subject=str(kept),
            url=kept.get_absolute_url(),
            detail={"gone": name, "its_address": email, "taken": sorted(self.taken)},
        )

    def _keep_the_noes(self, home: int | None) -> None:
        kept, gone = self.pair.kept, self.pair.gone
        others = {
            kept.address_id,
            gone.address_id,
            kept.address_before_id,
            gone.address_before_id,
        }
        for pk in sorted(pk for pk in others - {home} if pk):
            said = "Said at another address of the same person."
            take_along(self.user, pk, home or 0, NOES, said)

    def _move_what_happened(self, left: Iterable[int]) -> None:
        """Mails stay with their address, and are hers; none that waits goes to an
        address that she leaves."""
        kept, gone = self.pair.kept, self.pair.gone
        mails = Delivery.objects.filter(address__in=self._past_addresses())
        mails.filter(contact_id=gone.pk).update(contact_id=kept.pk)
        Delivery.objects.filter(address__in=left, state=DeliveryState.QUEUED).update(
            state=DeliveryState.CANCELLED, settled_at=timezone.now()
        )
        Member.objects.filter(contact=gone).update(contact=kept)
        SingleContact.objects.merge(kept, gone)
        MergedAddress.objects.filter(contact=gone).update(contact=kept)
        if self.moves:
            OpeningBalance.objects.filter(contact=kept).delete()
            OpeningBalance.objects.filter(contact=gone).update(contact=kept)

    def _past_addresses(self) -> list[int]:
        """Where mails to the one that goes went: her address, and those of before as
        the log has them."""
        gone = self.pair.gone
        moves = AuditEntry.objects.filter(
            verb="changed an address", url=gone.get_absolute_url()
        )
        keys = [
            str(one.get("from", "")) for one in moves.values_list("detail", flat=True)
        ]
        before = Address.objects.filter(key__in=filter(None, keys))
        also = MergedAddress.objects.filter(contact=gone).values_list(
            "address", flat=True
        )
        known = [*before.values_list("pk", flat=True), *also]
        return [pk for pk in (gone.address_id, gone.address_before_id, *known) if pk]

    def _join_segments(self) -> None:
        """In the static ones of both; the rules of the others decide anew."""
        kept, gone = self.pair.kept, self.pair.gone
        stays = SegmentMember.objects.current().filter(contact=gone)
        static = Segment.objects.filter(kind=SegmentKind.STATIC)
        for segment in static.filter(pk__in=stays.values("segment")).order_by("pk"):
            segment.add(Contact.objects.filter(pk=kept.pk))
            segment.remove(Contact.objects.filter(pk=gone.pk))

    def _take_fields(self) -> None:
        kept, gone = self.pair.kept, self.pair.gone
        for name in self.taken.intersection(FIELDS):
            setattr(kept, name, getattr(gone, name))
        own = self.taken.intersection({*kept.properties, *gone.properties})
        for key in own:
            kept.properties.pop(key, None)
            if key in gone.properties:
                kept.properties[key] = gone.properties[key]
        kept.updated_at = timezone.now()
        kept.save(update_fields=[*FIELDS, "properties", "updated_at"])

    def _settle(self, home: int | None, email: str) -> None:
        """At the address that is kept, or before the next one where there is none."""
        kept = self.pair.kept
        if self.moves:
            kept.move_to(email, self.user)
        elif not kept.address_id and kept.address_before_id != home:
            kept.address_before_id = home
            kept.save(update_fields=["address_before"])
