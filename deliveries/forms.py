"""What the button of the thank-you page sends along."""

from __future__ import annotations

from typing import Any

from django import forms

from deliveries.verdicts import GESTURES


class PressForm(forms.Form):
    """Filled by the page's script from what it saw; empty without script."""

    gesture = forms.ChoiceField(
        choices=[(gesture, gesture) for gesture in GESTURES], required=False
    )
    dwell = forms.IntegerField(min_value=0, max_value=10**9, required=False)

    def evidence(self) -> dict[str, Any]:
        """The gesture and the milliseconds on the page, or nothing at all."""
        if not self.is_valid() or not self.cleaned_data["gesture"]:
            return {}
        if self.cleaned_data["dwell"] is None:
            return {}
        return dict(self.cleaned_data)
