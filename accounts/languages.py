"""The languages that the public pages and the mails of the service are written in."""

from __future__ import annotations

import re

from django.db import models


class Language(models.TextChoices):
    """Each by its own name; settings.LANGUAGES lists the same."""

    ENGLISH = "en", "English"
    FINNISH = "fi", "Suomi"
    FRENCH = "fr", "Français"
    BOKMAL = "nb", "Norsk bokmål"
    POLISH = "pl", "Polski"


# what else people and programs write for one of them
ALSO = {"no": "nb", "nn": "nb"}


def known(code: str) -> str:
    """Which of ours `code` means, such as “pl-PL” or “no”; "" where it is none."""
    primary = re.split(r"[-_]", code.strip().lower(), maxsplit=1)[0]
    found = ALSO.get(primary, primary)
    return found if found in Language.values else ""
