"""Sentences that are kept, and said later in the language of whoever reads them."""

from __future__ import annotations

from django.utils.translation import gettext


class Unfit(ValueError):
    """Why something will not do: `text` as the catalogues have it, in English, and the
    `values` in it. As str it is a sentence in the language that is spoken just then."""

    def __init__(self, text: str, /, **values: str | int) -> None:
        super().__init__(text)
        self.text, self.values = text, values

    def __str__(self) -> str:
        return gettext(self.text) % self.values
