"""The form as the public fills it in; its fields are what the builder chose."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consent import addresses
from consent.models import SubscriptionType
from contacts import properties
from contacts.models import Contact, PropertyDefinition
from contacts.properties import Kind
from deliveries.verdicts import GESTURES
from signups import policy
from signups.models import CONTACT_QUESTIONS, Form, Version
from signups.taking import Entry, Visitor

# A field that nobody sees; programs fill in everything.
TRAP = "homepage"

NO_ADDRESS = gettext_lazy("Write your email address, for example name@example.com.")
NO_BOX = gettext_lazy("Choose at least one kind of email.")
OTHER_WORDS = gettext_lazy(
    "This page has changed since you opened it. Please read it once more."
)


class PressForm(forms.Form):
    """What a button of a public page sends along; empty without script."""

    gesture = forms.ChoiceField(
        choices=[(one, one) for one in GESTURES], required=False
    )
    dwell = forms.IntegerField(min_value=0, max_value=10**9, required=False)
    code = forms.CharField(max_length=12, required=False)


class SignupForm(forms.Form):
    """`shown`: today's wording, whose digest travels with the form."""

    email = forms.CharField(
        label=gettext_lazy("Email address"),
        max_length=254,
        error_messages={"required": NO_ADDRESS},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    sure = forms.BooleanField(required=False)
    words = forms.CharField(max_length=64, required=False)
    tracking = forms.BooleanField(required=False)
    gesture = forms.ChoiceField(
        choices=[(one, one) for one in GESTURES], required=False
    )

    def __init__(self, form: Form, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.form = form
        self.offered = form.offered()
        self.version: Version | None = None
        self.parsed: addresses.Parsed | None = None
        self.definitions = _definitions(form)
        self.asked: list[str] = []
        kinds = [(kind.pk, kind.name) for kind in self.offered]
        self.fields["kind"] = forms.TypedMultipleChoiceField(
            coerce=int,
            choices=kinds,
            required=False,
            error_messages={"invalid": NO_BOX},
        )
        for question in form.questions:
            self._ask(question["name"], required=question.get("required", False))

    def _ask(self, name: str, *, required: bool) -> None:
        definition = self.definitions.get(name)
        if definition:
            self.fields[name] = question_about(definition)
        elif name in CONTACT_QUESTIONS:
            self.fields[name] = forms.CharField(
                label=CONTACT_QUESTIONS[name],
                max_length=getattr(Contact._meta.get_field(name), "max_length", None),
                widget=forms.TextInput(attrs={"autocomplete": AUTOCOMPLETE[name]}),
            )
        else:  # a property that was archived
            return
        self.fields[name].required = required
        self.asked.append(name)

    def questions(self) -> list[forms.BoundField]:
        return [self[name] for name in self.asked]

    def clean_email(self) -> str:
        typed = str(self.cleaned_data["email"]).strip()
        try:
            self.parsed = addresses.parse(typed)
        except addresses.BadAddress as problem:
            raise forms.ValidationError(f"{problem} {NO_ADDRESS}") from None
        if complaint := self._complaint(self.parsed):
            raise forms.ValidationError(complaint)
        return typed

    def _complaint(self, parsed: addresses.Parsed) -> str:
        """Said of the spelling alone, whoever is behind it."""
        if policy.is_machine(parsed.key):
            return _(
                "This address belongs to a machine. Write one that you read yourself."
            )
        if not self.form.takes_disposable and policy.is_disposable(parsed.domain):
            return _(
                "This address is thrown away after a short time. Write one that lasts."
            )
        right = policy.meant(parsed.domain)
        if right and not self.data.get("sure"):
            local = parsed.deliver_to.rpartition("@")[0]
            return _("Did you mean %(address)s?") % {"address": f"{local}@{right}"}
        return ""

    @property
    def doubts_spelling(self) -> bool:
        """Whether the only trouble is an address that looks mistyped."""
        return bool(self.parsed and policy.meant(self.parsed.domain))

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        self.version = self.form.version_shown(data.get("words", ""))
        if self.version is None:
            self.add_error(None, OTHER_WORDS)
        elif not self.chosen():
            self.add_error("kind", NO_BOX)
        for name in self.asked:
            self._read(name, data)
        return data

    def _read(self, name: str, data: dict[str, Any]) -> None:
        definition = self.definitions.get(name)
        value = data.get(name)
        text = "; ".join(value) if isinstance(value, list) else str(value or "").strip()
        data[name] = text
        if definition and text:
            try:
                data[name] = properties.parse(definition.kind, text, definition.choices)
            except properties.BadValue as problem:
                self.add_error(name, str(problem))

    def chosen(self) -> list[SubscriptionType]:
        """What she said yes to: only what the words she saw named."""
        named = set(self.version.type_ids if self.version else ())
        ticked = set(self.cleaned_data.get("kind") or ())
        wanted = named if self.form.by_button else named & ticked
        return [kind for kind in self.offered if kind.pk in wanted]

    def entry(self, visitor: Visitor) -> Entry:
        """A valid form as something to take."""
        assert self.version and self.parsed  # noqa: S101  is_valid() was true
        answers = {
            self.definitions[name].key if name in self.definitions else name: value
            for name in self.asked
            if (value := self.cleaned_data[name]) not in ("", None)
        }
        return Entry(
            version=self.version,
            parsed=self.parsed,
            email=self.cleaned_data["email"],
            types=self.chosen(),
            answers=answers,
            tracking=bool(self.form.tracking and self.cleaned_data["tracking"]),
            visitor=visitor,
        )


AUTOCOMPLETE = {
    "first_name": "given-name",
    "last_name": "family-name",
    "company": "organization",
    "phone": "tel",
    "city": "address-level2",
    "country": "country-name",
}


def _definitions(form: Form) -> dict[str, PropertyDefinition]:
    ids = [
        question["name"].removeprefix("property_")
        for question in form.questions
        if question["name"].startswith("property_")
    ]
    live = PropertyDefinition.objects.filter(archived_at=None, pk__in=ids)
    return {f"property_{one.pk}": one for one in live}


def question_about(definition: PropertyDefinition) -> forms.Field:
    """The field for one property, in a browser's own control."""
    common: dict[str, Any] = {"label": definition.label}
    options = [(choice, choice) for choice in definition.choices]
    if definition.kind == Kind.BOOLEAN:
        options = [("true", _("Yes")), ("false", _("No"))]
    if definition.kind in (Kind.BOOLEAN, Kind.CHOICE):
        return forms.ChoiceField(choices=[("", _("Choose")), *options], **common)
    if definition.kind == Kind.CHOICES:
        boxes = forms.CheckboxSelectMultiple()
        return forms.MultipleChoiceField(choices=options, widget=boxes, **common)
    kinds = {Kind.DATE: "date", Kind.DATETIME: "datetime-local"}
    control = kinds.get(Kind(definition.kind), "text")
    widget = forms.TextInput(attrs={"type": control})
    return forms.CharField(max_length=1_000, widget=widget, **common)
