"""Who stood in which file, and what became of her there."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from contacts.models.imports import ContactImport


class ImportedContact(models.Model):
    """This contact stood in that file, new or known before.

    For an undo: whether the import made her, and what it changed, by field.
    """

    id = models.BigAutoField(primary_key=True)
    # written by the running import alone: a check of each row would only cost time
    contact_import = models.ForeignKey(
        ContactImport,
        on_delete=models.CASCADE,
        db_index=False,
        db_constraint=False,
        related_name="people",
    )
    contact = models.ForeignKey(
        "contacts.Contact",
        on_delete=models.CASCADE,
        db_constraint=False,
        related_name="files",
    )
    made = models.BooleanField(db_default=False)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contact_import", "contact"], name="imported_contact_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} from {self.contact_import_id}"
