"""What changed: values that were replaced, and whom a refresh has to look at again.

Both are written by statement triggers (see the migration), so that whatever changes
people, by hand, by import or by one statement over all, is in them.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from contacts.models import Contact


class Displaced(models.Model):
    """A value that a contact had and has no longer. `field` is a key of the fields."""

    id = models.BigAutoField(primary_key=True)
    contact = models.ForeignKey(
        Contact,
        on_delete=models.CASCADE,
        db_constraint=False,
        db_index=False,
        related_name="displaced",
    )
    field = models.CharField(max_length=40)
    value = models.TextField()
    # when it was replaced
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "displaced values"
        indexes: ClassVar = [
            # serves "has ever been", and the deletion of a contact
            models.Index(fields=["contact", "field"], name="displaced_by_contact"),
        ]

    def __str__(self) -> str:
        return f"{self.field} of {self.contact_id}: {self.value}"


class Change(models.Model):
    """Of these contacts, or of the contacts with these addresses, these fields changed.

    Without either: of so many that all have to be looked at again. One row for each
    statement (and set of fields), however many people it changed: a row for each of
    them costs more than the change itself. `transaction` is the transaction id (xid8)
    that wrote it: a reader takes the rows that are visible now and were not at its
    last look, whatever the clock says.
    """

    id = models.BigAutoField(primary_key=True)
    contacts = ArrayField(models.BigIntegerField(), null=True)
    addresses = ArrayField(models.BigIntegerField(), null=True)
    # "*": everything of them; with "gone": they were deleted
    fields = ArrayField(models.TextField())

    def __str__(self) -> str:
        people = len(self.contacts or self.addresses or ())
        return f"{', '.join(self.fields)} of {people or 'very many'}"
