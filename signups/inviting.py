"""What staff decide when they send somebody a link to subscribe."""

from __future__ import annotations

from django import forms

from consent.models import SubscriptionType


class InviteForm(forms.Form):
    """One kind of mail, and that the person asked for it: whoever opted out must not
    be written to in order to win her back."""

    TOO_OFTEN = (
        "This address got a link within the last ten minutes, three today, or asked"
        " not to get any. Try again later."
    )

    subscription_type = forms.ModelChoiceField(
        label="Subscription type",
        queryset=SubscriptionType.objects.active(),
        empty_label=None,
    )
    asked = forms.BooleanField(
        label="The person asked for this link",
        help_text="Somebody who opted out may not be asked to come back.",
    )
