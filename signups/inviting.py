"""What staff decide when they send somebody a link to subscribe."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from consent.models import SubscriptionType


class InviteForm(forms.Form):
    """One kind of mail, and that the person asked for it: whoever opted out must not
    be written to in order to win her back."""

    TOO_OFTEN = _(
        "This address got a link within the last ten minutes, three today, or asked"
        " not to get any. Try again later."
    )

    subscription_type = forms.ModelChoiceField(
        label=_("Subscription type"),
        queryset=SubscriptionType.objects.active(),
        empty_label=None,
    )
    asked = forms.BooleanField(
        label=_("The person asked for this link"),
        help_text=_("Somebody who opted out may not be asked to come back."),
    )
