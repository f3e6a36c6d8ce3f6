"""The number somebody types by hand before something heavy happens."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from accounts.numbers import number

_SEPARATORS = re.compile(r"[\s.,'’_\u066c\u060c\u066b]")


def number_typed(text: str) -> int | None:
    """A number as people type it: any digits, any separators; None when it is none."""
    digits = _SEPARATORS.sub("", text)
    try:
        return int("".join(str(unicodedata.decimal(char)) for char in digits))
    except ValueError:
        return None


class TypedNumberField(forms.CharField):
    """Takes `expected` alone. `fact` is the sentence with the number in it, which an
    answer to a wrong one repeats."""

    def __init__(self, *, expected: int, fact: str, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("With or without separators."))
        asked = _("Type %(number)s.") % {"number": number(expected)}
        super().__init__(
            max_length=40,
            widget=forms.TextInput(
                attrs={"inputmode": "numeric", "autocomplete": "off"}
            ),
            error_messages={"required": f"{asked} {fact}"},
            **kwargs,
        )
        self.expected, self.fact = expected, fact

    def clean(self, value: Any) -> int:
        text = super().clean(value)
        typed = number_typed(text)
        if typed is None:
            wrong = _("“%(text)s” is not a number.") % {"text": text}
            raise forms.ValidationError(f"{wrong} {self.fact}")
        if typed != self.expected:
            wrong = _("That’s %(number)s.") % {"number": number(typed)}
            raise forms.ValidationError(f"{wrong} {self.fact}")
        return typed
