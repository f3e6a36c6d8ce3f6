"""The answers that an import keeps, and how far it has come."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from consent.vocabulary import LegalBasis


class ImportState(models.TextChoices):
    """How far an import has come."""

    DRAFT = "draft", _("Not started")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


class ConsentAnswer(models.TextChoices):
    """What the people in the file have agreed to."""

    AGREED = "agreed", _("They agreed to get these emails")
    CUSTOMERS = (
        "customers",
        _("They are customers, told about similar products of ours"),
    )
    NONE = "none", _("They have not agreed, or nobody can show it")

    @property
    def basis(self) -> LegalBasis:
        return {
            ConsentAnswer.AGREED: LegalBasis.CONSENT,
            ConsentAnswer.CUSTOMERS: LegalBasis.SOFT_OPT_IN,
        }.get(self, LegalBasis.NONE)


class Policy(models.TextChoices):
    """What becomes of a value that we have already when the file has another."""

    OVERWRITE = "overwrite", _("The file’s value replaces it")
    FILL = "fill", _("It stays; only empty fields are filled")
    KEEP = "keep", _("It stays, and empty fields stay empty")


WITHOUT_EVIDENCE = _("People who agreed arrive with where, when and to which words.")
ANSWERS_WITH_CONSENT = (ConsentAnswer.AGREED, ConsentAnswer.CUSTOMERS)
