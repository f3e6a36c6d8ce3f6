"""Forms around the builder: the name, whom to test, what to export, whom to add."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from accounts.numbers import number
from consent.addresses import BadAddress, key_of
from contacts.models import Contact, ImportedContact
from segments.exporting import exportable
from segments.models import Segment, SegmentKind
from segments.vocabulary import Vocabulary

# what stands around an address that was copied from a mail: Ada <ada@people.example>
AROUND = "<>()[]\"'"


def _free(name: str, *, but: int = 0) -> str:
    """On one line, with something that one can see and press, and nobody else's."""
    line = " ".join(name.split())
    if not any(unicodedata.category(char)[0] in "LNPS" for char in line):
        raise forms.ValidationError(_("Give the segment a name that can be seen."))
    others = Segment.objects.current().exclude(pk=but)
    if others.filter(name__iexact=line).exists():
        raise forms.ValidationError(
            _("There is a segment “%(name)s” already. Choose another name.")
            % {"name": line}
        )
    return line


class SegmentForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """Name and kind; the rules come from the builder's tree."""

    class Meta:
        model = Segment
        fields = ("name", "kind")
        error_messages = {
            "name": {"required": gettext_lazy("Give the segment a name.")}
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].required = False
        if not self.instance._state.adding:
            del self.fields["kind"]

    def clean_kind(self) -> str:
        return self.cleaned_data["kind"] or SegmentKind.ACTIVE

    def clean_name(self) -> str:
        return _free(self.cleaned_data["name"], but=self.instance.pk or 0)


class PersonForm(forms.Form):
    """One contact by email address."""

    email = forms.CharField(
        label=gettext_lazy("Email address"),
        max_length=254,
        help_text=gettext_lazy("Whom do you want to look at?"),
    )

    def clean_email(self) -> Contact:
        typed: str = self.cleaned_data["email"]
        try:
            wanted = Q(address__key=key_of(typed))
        except BadAddress as error:
            raise forms.ValidationError(str(error)) from None
        contact = Contact.objects.filter(wanted).first()
        if contact is None:
            raise forms.ValidationError(
                _("No contact has the address %(address)s.") % {"address": typed}
            )
        return contact


class WhichForm(forms.Form):
    """One segment to look at."""

    segment = forms.ModelChoiceField(
        Segment.objects.none(),
        empty_label=gettext_lazy("Choose a segment"),
        error_messages={
            "required": gettext_lazy("Choose a segment."),
            "invalid_choice": gettext_lazy(
                "This segment is not there any more. Choose another."
            ),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["segment"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = Segment.objects.current().order_by("name")


class ExportForm(forms.Form):
    """Which properties to add to email and names."""

    fields_chosen = forms.MultipleChoiceField(
        label=gettext_lazy("Additional properties"),
        required=False,
        help_text=gettext_lazy(
            "Email, first name and last name are always in the file."
        ),
    )
    format = forms.ChoiceField(
        label=gettext_lazy("File format"),
        choices=[
            ("csv", gettext_lazy("CSV: for other programs, and as an opt-out list")),
            ("xlsx", gettext_lazy("XLSX: for Excel and other spreadsheets")),
        ],
        initial="csv",
        widget=forms.RadioSelect,
    )
    bom = forms.BooleanField(
        label=gettext_lazy("CSV made for Excel"),
        required=False,
        initial=True,
        help_text=gettext_lazy(
            "Puts a mark at the start, so that Excel reads accents right."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["fields_chosen"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101  for mypy
        field.choices = [(one.key, one.label) for one in exportable(Vocabulary())]


class PickForm(forms.Form):
    """Which static segment the chosen contacts join: one there is, or a new one."""

    segment = forms.ModelChoiceField(
        Segment.objects.none(),
        required=False,
        empty_label=gettext_lazy("A new segment"),
        help_text=gettext_lazy(
            "People join active segments by themselves, so only static ones are listed."
        ),
    )
    name = forms.CharField(
        label=gettext_lazy("Name of the new segment"), max_length=200
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = False
        field = self.fields["segment"]
        if isinstance(field, forms.ModelChoiceField):
            static = Segment.objects.current().filter(kind=SegmentKind.STATIC)
            field.queryset = static.order_by("name")

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        name = found.get("name", "").strip()
        if not found.get("segment") and not self.errors:
            if not name:
                self.add_error("name", _("Choose a segment, or name a new one."))
            elif Segment.objects.current().filter(name__iexact=name).exists():
                said = _("There is a segment “%(name)s” already.")
                self.add_error("name", said % {"name": name})
        return found

    def chosen(self, user: User) -> Segment:
        """The segment, made when it is new."""
        segment: Segment | None = self.cleaned_data["segment"]
        if segment is None:
            name = self.cleaned_data["name"].strip()
            segment = Segment(name=name, kind=SegmentKind.STATIC)
            segment.save_rules(user)
        return segment


class AddressesForm(forms.Form):
    """Contacts to add to a static segment: pasted addresses, or those of a file."""

    addresses = forms.CharField(
        label=gettext_lazy("Email addresses"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy(
            "One per line, or separated by commas. Only contacts are added."
        ),
    )
    contact_import = forms.ChoiceField(
        label=gettext_lazy("Everybody who came in with a file"),
        required=False,
        help_text=gettext_lazy("One of the imports of contacts."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field, words = self.fields["contact_import"], Vocabulary()
        files = words.choices(words.fields["import"])
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  for mypy
        field.choices = [("", _("No file")), *files.items()]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        typed = found.get("addresses") or found.get("contact_import")
        if not self.errors and not typed:
            said = _("Type at least one address, or choose a file.")
            self.add_error("addresses", said)
        return found

    def found(self) -> Any:
        """The contacts that are meant; what is no address is passed over."""
        chosen = Q(address__key__in=self._keys())
        if file := self.cleaned_data["contact_import"]:
            mine = ImportedContact.objects.filter(contact=OuterRef("pk"))
            chosen |= Q(Exists(mine.filter(contact_import=int(file))))
        return Contact.objects.filter(chosen)

    def missed(self) -> str:
        """A sentence about the addresses that no contact has; "" where all have one."""
        keys = self._keys()
        have = Contact.objects.filter(address__key__in=keys).values("address__key")
        none = len(keys) - have.distinct().count()
        none += sum("@" in word for word in self._words() if not _key(word))
        if not none:
            return ""
        said = ngettext(
            "%(count)s address belongs to no contact and did not join.",
            "%(count)s addresses belong to no contact and did not join.",
            none,
        )
        return f" {said}" % {"count": number(none)}

    def _words(self) -> set[str]:
        typed = self.cleaned_data["addresses"].replace(",", " ").replace(";", " ")
        return {word.strip(AROUND) for word in typed.split()}

    def _keys(self) -> list[str]:
        return sorted({key for word in self._words() if (key := _key(word))})


def _key(word: str) -> str:
    """Its match key; "" where it is no address."""
    try:
        return key_of(word)
    except BadAddress:
        return ""


class GatherForm(AddressesForm):
    """A new static segment from pasted addresses or a file."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    field_order = ("name", "addresses", "contact_import")

    def clean_name(self) -> str:
        return _free(self.cleaned_data["name"])

    def made(self, user: User) -> tuple[Segment, int]:
        """The segment, and how many people are in it."""
        segment = Segment(name=self.cleaned_data["name"], kind=SegmentKind.STATIC)
        segment.save_rules(user)
        return segment, segment.add(self.found())
