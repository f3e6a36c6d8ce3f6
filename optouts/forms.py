"""What the pages about opt-outs read from people."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.base import ContentFile
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.numbers import number
from accounts.typed import TypedNumberField
from consent import addresses, tables
from consent.models import Address, Brand, SubscriptionType, Suppression
from consent.tables import BadTable
from consent.vocabulary import Act, Action, Actor, LegalBasis, Mechanism, Reason, Scope
from optouts import reading
from optouts.exporting import Group
from optouts.models import Farewell, OptOutImport

MOST_PASTED = 2_000_000  # characters; more comes as a file
ALL = ("everything", gettext_lazy("All marketing email"))


class ExportForm(forms.Form):
    """Which groups the file holds. Deleted contacts are in it either way."""

    group = forms.MultipleChoiceField(
        label=gettext_lazy("Who shall be in the file?"),
        choices=[one for one in Group.choices if one[0] != Group.GLOBAL],
        initial=[one.value for one in Group],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one group.")},
    )
    include_global = forms.BooleanField(
        label=gettext_lazy("Include global blocks"),
        required=False,
        initial=True,
        help_text=gettext_lazy(
            "Addresses that nobody may mail, such as those on a provider’s list."
        ),
    )

    @property
    def groups(self) -> list[Group]:
        chosen = [Group(one) for one in self.cleaned_data["group"]]
        return (
            [*chosen, Group.GLOBAL] if self.cleaned_data["include_global"] else chosen
        )


def brand_choices(user: User) -> list[tuple[str, str]]:
    brands = Brand.objects.for_user(user).in_order()
    said = _("Only what %(brand)s sends")
    return [(f"brand-{brand.pk}", said % {"brand": brand}) for brand in brands]


def type_choices(user: User) -> list[tuple[str, str]]:
    types = SubscriptionType.objects.active().for_user(user).select_related("brand")
    said = _("Only “%(kind)s” of %(brand)s")
    return [
        (f"type-{kind.pk}", said % {"kind": kind, "brand": kind.brand})
        for kind in types
    ]


def object_of(choice: str, model: type[models.Model], prefix: str) -> Any:
    """The row that a choice such as "brand-3" names, or None."""
    kind, _sep, pk = choice.partition("-")
    return model._default_manager.get(pk=pk) if kind == prefix else None


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("A file"),
        required=False,
        help_text=gettext_lazy(
            "CSV, or the same with semicolons or tabs. 100 MB at most."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv,text/plain"}),
    )
    pasted = forms.CharField(
        label=gettext_lazy("Or paste the addresses"),
        required=False,
        strip=False,  # the last cell of a pasted table may be empty
        help_text=gettext_lazy("One per line, or with commas between them."),
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": MOST_PASTED}),
    )
    scope = forms.ChoiceField(
        label=gettext_lazy("What they do not want any more"),
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        """Whoever is limited brings no list that covers other brands as well."""
        super().__init__(*args, **kwargs)
        scope = cast(forms.ChoiceField, self.fields["scope"])
        everything = [] if user.is_limited else [ALL]
        scope.choices = [*everything, *brand_choices(user)]
        scope.initial = scope.choices[0][0]

    def clean_file(self) -> File[bytes] | None:
        file = self.cleaned_data["file"]
        if file and file.size > tables.MAX_BYTES:
            raise ValidationError(
                _(
                    "The file is %(size)s MB; 100 MB is the most. Cut it in two and"
                    " import one after the other."
                )
                % {"size": file.size // 1024**2}
            )
        return cast("File[bytes] | None", file)

    def clean_pasted(self) -> str:
        pasted: str = self.cleaned_data["pasted"]
        return pasted if pasted.strip() else ""

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        pasted = given.get("pasted", "")
        if bool(given.get("file")) == bool(pasted):
            if not self.errors:
                raise ValidationError(
                    _("Choose a file or paste addresses: one of the two.")
                )
            return given
        if pasted:
            text = reading.table_of(pasted)
            given["file"] = ContentFile(text.encode(), name="Pasted addresses")
        try:
            given["shape"] = tables.detect(cast(BinaryIO, given["file"]))
            tables.column_names(cast(BinaryIO, given["file"]), given["shape"])
        except BadTable as problem:
            self.add_error("pasted" if pasted else "file", str(problem))
        return given

    def save(self, user: User) -> OptOutImport:
        given = self.cleaned_data
        brand = object_of(given["scope"], Brand, "brand")
        return OptOutImport.objects.take_in(
            given["file"],
            given["shape"],
            user,
            file_name=(given["file"].name or "Unnamed file")[:255],
            scope=Scope.BRAND if brand else Scope.EVERYTHING,
            brand=brand,
        )


class ColumnForm(forms.Form):
    has_header = forms.BooleanField(
        label=gettext_lazy("The first row holds the names of the columns"),
        required=False,
    )
    column = forms.TypedChoiceField(
        label=gettext_lazy("Column with the email address"),
        coerce=int,
        empty_value=None,
    )

    def __init__(self, *args: Any, names: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = names
        choices = [("", _("Choose a column")), *enumerate(names)]
        cast(forms.ChoiceField, self.fields["column"]).choices = choices

    def chosen(self) -> tuple[int, str]:
        column = self.cleaned_data["column"]
        return column, self.names[column]


class ConfirmForm(forms.Form):
    """The number of addresses in the file, typed by hand."""

    def __init__(self, *args: Any, expected: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        told = {"number": number(expected)}
        self.fields["number"] = TypedNumberField(
            expected=expected,
            fact=_("The file has %(number)s addresses.") % told,
            label=_("To confirm, type the number of addresses in the file: %(number)s")
            % told,
        )


class UndoForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why this import is undone"),
        max_length=300,
        help_text=gettext_lazy(
            "It is written into the record of everybody it concerns."
        ),
    )


class OptOutForm(forms.Form):
    """An opt-out that somebody asked staff for."""

    address = forms.CharField(label=gettext_lazy("Email address"), max_length=320)
    scope = forms.ChoiceField(label=gettext_lazy("What they do not want any more"))
    basis = forms.ChoiceField(
        label=gettext_lazy("Legal basis on which we wrote until now"),
        choices=LegalBasis.choices,
    )
    explanation = forms.CharField(
        label=gettext_lazy("How and when they asked"),
        max_length=500,
        help_text=gettext_lazy("Such as: phone call on 3 November, spoke to Jonas."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        """A person may want nothing at all any more, whoever hears of it."""
        super().__init__(*args, **kwargs)
        scope = cast(forms.ChoiceField, self.fields["scope"])
        scope.choices = [ALL, *brand_choices(user), *type_choices(user)]

    def clean_address(self) -> addresses.Parsed:
        try:
            return addresses.parse(self.cleaned_data["address"])
        except addresses.BadAddress as problem:
            raise ValidationError(str(problem)) from None

    def save(self, user: User) -> bool:
        """Whether it is new; the same opt-out twice is one."""
        given = self.cleaned_data
        ids = Address.objects.ensure([given["address"]])
        act = Act(
            action=Action.WITHDRAWN,
            mechanism=Mechanism.STAFF,
            actor=Actor.STAFF,
            basis=LegalBasis(given["basis"]),
            user_id=user.pk,
            explanation=given["explanation"],
        )
        return bool(
            Suppression.objects.suppress(
                list(ids.values()),
                Reason.STAFF_OPT_OUT,
                act,
                brand=object_of(given["scope"], Brand, "brand"),
                subscription_type=object_of(given["scope"], SubscriptionType, "type"),
            )
        )


class WhyForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Farewell
        fields = ("why",)
