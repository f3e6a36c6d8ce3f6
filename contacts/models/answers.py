"""The answers that an import keeps, and how far it has come."""

from __future__ import annotations

from django.db import models

from consent.vocabulary import LegalBasis


class ImportState(models.TextChoices):
    """How far an import has come."""

    DRAFT = "draft", "Not started"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Cancelled"


class ConsentAnswer(models.TextChoices):
    """What the people in the file have agreed to."""

    AGREED = "agreed", "They agreed to get these emails"
    CUSTOMERS = "customers", "They are customers, told about similar products of ours"
    NONE = "none", "They have not agreed, or nobody can show it"

    @property
    def basis(self) -> LegalBasis:
        return {
            ConsentAnswer.AGREED: LegalBasis.CONSENT,
            ConsentAnswer.CUSTOMERS: LegalBasis.SOFT_OPT_IN,
        }.get(self, LegalBasis.NONE)


class Policy(models.TextChoices):
    """What becomes of a value that we have already when the file has another."""

    OVERWRITE = "overwrite", "The file’s value replaces it"
    FILL = "fill", "It stays; only empty fields are filled"
    KEEP = "keep", "It stays, and empty fields stay empty"


ANSWERS_WITH_CONSENT = (ConsentAnswer.AGREED, ConsentAnswer.CUSTOMERS)
