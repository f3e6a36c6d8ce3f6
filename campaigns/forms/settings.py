"""The settings of an email, its recipients, its time, and the test."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from accounts.typed import TypedNumberField
from campaigns.models import (
    LAUNCH_GRACE,
    MOST_SINGLES,
    MarketingEmail,
)
from campaigns.models.states import SPREADS
from campaigns.readiness import NOBODY
from consent import addresses
from consent.models import SubscriptionType, Tracking
from deliveries.clock import first_moment
from deliveries.domains import standing
from segments.models import Segment

# of a brand that keeps no more than that, by what is measured
ONLY_DAY = {
    "open_tracked": _(
        "%(brand)s keeps only the day of each reader’s last open. The report of this"
        " email will not know who did."
    ),
    "click_tracked": _(
        "%(brand)s keeps only the day of each reader’s last click. The report of this"
        " email will not know who did."
    ),
}


class SettingsForm(forms.ModelForm):  # type: ignore[type-arg]
    """Who writes, about what, and what is measured."""

    class Meta:
        model = MarketingEmail
        fields: ClassVar = [
            "name",
            "subscription_type",
            "from_name",
            "from_email",
            "reply_to",
            "open_tracked",
            "click_tracked",
            "skip_unengaged",
            "ignore_cap",
        ]
        labels: ClassVar = {
            "name": _("Name"),
            "subscription_type": _("Subscription type"),
            "from_name": _("From name"),
            "from_email": _("From address"),
            "reply_to": _("Replies go to"),
            "open_tracked": _("Track opens"),
            "click_tracked": _("Track clicks"),
            "skip_unengaged": _("Don’t send to unengaged contacts"),
            "ignore_cap": _("Also send to contacts who got enough for now"),
        }
        help_texts: ClassVar = {
            "subscription_type": _(
                "Only people who agreed to this type get the email, and they can "
                "leave it with one click."
            ),
            "reply_to": _("Leave empty to get replies at the from address."),
            "open_tracked": _("A small image tells that the email was opened."),
            "click_tracked": _(
                "Links go by way of this console. Unsubscribe and preference links "
                "are never tracked."
            ),
            "skip_unengaged": _(
                "Leaves out who got 11 or more emails and never opened one, and who "
                "got 16 or more since the last open or click."
            ),
            "ignore_cap": _(
                "The account’s limit of emails for one person does not hold for this"
                " email. What its type promises always does."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        types = cast(
            "forms.ModelChoiceField[SubscriptionType]",
            self.fields["subscription_type"],
        )
        types.queryset = SubscriptionType.objects.active().select_related("brand")
        types.required = True
        types.empty_label = gettext("Choose one")
        types.error_messages["required"] = gettext(
            "Choose what this email is about. There is no default on purpose."
        )
        if self.instance.group:
            types.disabled, types.required = True, False
            types.help_text = gettext("Its campaign chose it.")
        for name in ("from_name", "from_email"):
            self.fields[name].required = True
        self.fields["from_email"].help_text = standing(self.instance.from_email)
        self._without_limits()
        self._as_the_brand_tracks()

    def _as_the_brand_tracks(self) -> None:
        """An email may track less than its brand, never more."""
        brand = self.instance.brand
        for name, only_day in ONLY_DAY.items():
            field, told = self.fields[name], ""
            if brand.tracking == Tracking.OFF:
                field.disabled = True
                told = gettext("%(brand)s tracks nobody, whatever is chosen here.")
            elif brand.tracking == Tracking.HYGIENE:
                told = str(only_day)
            if told:
                field.help_text = told % {"brand": brand}

    def _without_limits(self) -> None:
        """What does not hold for this email, or is not set at all, cannot be ticked."""
        skip, cap = self.fields["skip_unengaged"], self.fields["ignore_cap"]
        if not Account.current().cap_mails:
            cap.disabled = True
            cap.help_text = gettext(
                "The account has no limit of emails for one person."
            )
        if self.instance.is_reengagement:
            skip.disabled = cap.disabled = True
            skip.help_text = gettext(
                "Off for good: unengaged contacts are who a re-engagement email is for."
            )
            cap.help_text = gettext(
                "No limit holds for a re-engagement email, nor what its type promises:"
                " whoever is asked whether to stay is asked."
            )

    def clean_from_email(self) -> str:
        return _address(self.cleaned_data["from_email"])


def _address(typed: str) -> str:
    """`typed` where it is an address, else a sentence for whoever typed it."""
    try:
        addresses.parse(typed)
    except addresses.BadAddress as bad:
        raise forms.ValidationError(str(bad)) from bad
    return typed


class RecipientsForm(forms.Form):
    """Segments that get the email, and segments that never do.

    `named`: the single contacts beside them, as in MarketingEmail.named.
    """

    include = forms.ModelMultipleChoiceField(
        Segment.objects.none(),
        label="Send to",
        required=False,
        help_text="Who is in several of them gets one copy.",
    )
    exclude = forms.ModelMultipleChoiceField(
        Segment.objects.none(),
        label="Don’t send to",
        required=False,
        help_text="Wins over “Send to”.",
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        named: Mapping[int, bool],
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        self.named = named
        for name in ("include", "exclude"):
            field = cast("forms.ModelMultipleChoiceField[Segment]", self.fields[name])
            field.queryset = Segment.objects.current().order_by("name")

    def clean(self) -> dict[str, Any]:
        include = self.cleaned_data.get("include") or []
        if (
            "include" in self.cleaned_data
            and not include
            and not any(self.named.values())
        ):
            self.add_error("include", str(NOBODY))
        if len(self.named) > MOST_SINGLES:
            raise forms.ValidationError(
                f"More than {MOST_SINGLES} single contacts are too many for one email."
                " Make a segment of them."
            )
        both = set(include) & set(self.cleaned_data.get("exclude") or [])
        if both:
            names = ", ".join(sorted(str(one) for one in both))
            raise forms.ValidationError(
                f"{names}: a segment cannot be sent to and left out at once. "
                "Take it out of one of the two."
            )
        return self.cleaned_data


# More people than this, or so many times as usual: the number is typed before they
# get an email.
TYPED_ABOVE = 10_000
UNUSUAL = 5


def _is_many(people: int) -> bool:
    if people > TYPED_ABOVE:
        return True
    usual = MarketingEmail.objects.usual_size()
    return usual > 0 and people > UNUSUAL * usual


def _evenly(hours: int) -> str:
    return f"Evenly over {hours} hour{'' if hours == 1 else 's'}"


def _until(hours: int, end: dt.datetime) -> str:
    return f"{_evenly(hours)}, until {timezone.localtime(end):%a %-d %b, %H:%M}"


class LaunchForm(forms.Form):
    """How many people the author saw on the page when pressing the button, typed
    once more where they are many, or many more than usual.

    `people`: who would get it now.
    """

    expected = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    spread = forms.ChoiceField(
        label="How they leave",
        required=False,
        initial=0,
        choices=[(0, "All at once"), *((n, _evenly(n)) for n in SPREADS)],
        help_text=(
            "Quiet hours do not count. What waits while it is paused follows as evenly,"
            " and it ends later."
        ),
    )
    ids = "now_%s"

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        people: int = 0,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, auto_id=self.ids, initial=initial)
        self.fields["expected"].initial = people
        text = self.data.get("expected", "")
        seen = int(text) if text.isdecimal() and len(text) < 12 else people
        if _is_many(seen):
            self.fields["number"] = TypedNumberField(
                expected=seen,
                fact=f"{seen:,} people would get it.",
                label=f"To confirm, type the number of people: {seen:,}",
            )

    def clean_spread(self) -> int:
        return int(self.cleaned_data["spread"] or 0)

    def tell(self, ends: Mapping[int, dt.datetime]) -> None:
        """Say until when the last leaves, by the clock of whoever looks."""
        spread = cast(forms.ChoiceField, self.fields["spread"])
        first, *offers = cast("list[tuple[int, str]]", spread.choices)
        spread.choices = [first, *((n, _until(n, ends[n])) for n, _ in offers)]

    @property
    def seen(self) -> int:
        """The number on the page; -1 where the form does not say."""
        self.is_valid()
        return int(self.cleaned_data.get("expected", -1))


class ScheduleForm(LaunchForm):
    """A date and a time in a zone."""

    ids = "id_%s"

    date = forms.DateField(
        error_messages={"invalid": "Write the date as 2026-11-30."},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    time = forms.TimeField(
        error_messages={"invalid": "Write the time as 09:00."},
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    zone = forms.ChoiceField(label="Time zone")
    by_reader = forms.BooleanField(
        label="At this time by each reader’s own clock",
        required=False,
        help_text=(
            "Whose time zone is not known gets it by the account’s. Whoever is past the"
            " time when it starts gets it at once."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = Account.current().time_zone
        names = sorted(zoneinfo.available_timezones() - {here})
        zone = cast(forms.ChoiceField, self.fields["zone"])
        zone.choices = [(here, f"{here} (account)"), *((name, name) for name in names)]

    def kept(self) -> dict[str, Any]:
        """What was entered, for the same form with another number."""
        names = ("date", "time", "zone", "by_reader", "spread")
        return {name: self.data.get(name, "") for name in names}

    def clean(self) -> dict[str, Any]:
        found = self.cleaned_data
        if not {"date", "time", "zone"} <= found.keys():
            return found
        naive = dt.datetime.combine(found["date"], found["time"])
        if found.get("by_reader"):
            return self._by_reader(naive)
        at = naive.replace(tzinfo=zoneinfo.ZoneInfo(found["zone"]))
        if at.astimezone(dt.UTC).astimezone(at.tzinfo).replace(tzinfo=None) != naive:
            self.add_error(
                "time", "The clocks go forward then: this time does not exist."
            )
        elif at <= timezone.now():
            self.add_error("time", "That moment is over. Choose a later one.")
        found["at"] = at
        return found

    def _by_reader(self, naive: dt.datetime) -> dict[str, Any]:
        """It starts when the first reader on earth is due; not before there was a
        moment in which it could be taken back."""
        found = self.cleaned_data
        last = naive.replace(tzinfo=zoneinfo.ZoneInfo(Account.current().time_zone))
        if last <= timezone.now():
            self.add_error("time", "That moment is over here. Choose a later one.")
        found["zone"] = Account.current().time_zone
        found["at"] = max(first_moment(naive), timezone.now() + LAUNCH_GRACE)
        found["readers_at"] = naive.replace(tzinfo=dt.UTC)
        return found


class SendBackForm(forms.Form):
    """Why the second person does not approve an email."""

    reason = forms.CharField(
        label="What has to change?",
        max_length=400,
        help_text="Whoever asked reads it, and it stands in the audit log.",
    )


class TestForm(forms.Form):
    """Where a test goes."""

    address = forms.CharField(label=_("Send a test to"), max_length=254)

    def clean_address(self) -> str:
        return _address(self.cleaned_data["address"])
