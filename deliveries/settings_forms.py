"""Forms of the settings pages of sending domains."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consent import addresses
from deliveries.models import SendingDomain
from deliveries.providers import OTHER, provider_of, shown


class DomainForm(forms.Form):
    """A domain to send from, as somebody types it: alone or as an address."""

    name = forms.CharField(
        label=gettext_lazy("Domain"),
        max_length=254,
        help_text=gettext_lazy(
            "What stands after the @ of your From addresses: news.brand.example"
        ),
    )

    def clean_name(self) -> str:
        typed: str = self.cleaned_data["name"].rpartition("@")[2]
        try:
            name = addresses.parse(f"postmaster@{typed.strip().rstrip('.')}").domain
        except addresses.BadAddress as bad:
            raise forms.ValidationError(
                _("This is not a domain. Write it as news.brand.example.")
            ) from bad
        provider = provider_of(name)
        if provider != OTHER:
            raise forms.ValidationError(
                _(
                    "%(domain)s belongs to %(provider)s, which refuses mail in its name"
                    " from other servers. Use a domain of your own."
                )
                % {"domain": name, "provider": shown(provider)}
            )
        if SendingDomain.objects.filter(name=name).exists():
            raise forms.ValidationError(
                _("%(domain)s is in the list already.") % {"domain": name}
            )
        return name


class AllowForm(forms.Form):
    """Why a domain may send for tests without its records."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy(
            "Stands in the audit log and on every review page meanwhile."
        ),
    )
