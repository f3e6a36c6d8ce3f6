"""Addresses of people who turned out to be one and the same."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from consent.models import Address
from contacts.models.people import Contact


class MergedAddressQuerySet(models.QuerySet["MergedAddress"]):
    def keys_of(self, contact: Contact) -> list[int]:
        """Her address, and those that became hers and have no contact again."""
        also = self.filter(contact=contact, address__contact=None)
        found = also.values_list("address_id", flat=True)
        return [*([contact.address_id] if contact.address_id else []), *found]


class MergedAddress(models.Model):
    """An address whose contact became one with another. No mail goes there; what did
    stays with it, and shows on the record of the contact that was kept."""

    # addresses are never deleted (trigger)
    address = models.OneToOneField(
        Address, on_delete=models.PROTECT, related_name="merged", db_constraint=False
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, related_name="merged_addresses"
    )
    merged_at = models.DateTimeField(default=timezone.now)

    objects = MergedAddressQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "merged addresses"

    def __str__(self) -> str:
        return f"{self.address}: {self.contact}"
