"""One form for each kind of block: what of it can be written, and how it is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.numbers import number
from accounts.pictures import LARGEST, TYPES, BadPicture, checked
from campaigns import markup
from campaigns.blocks import Block
from campaigns.conditions import Names
from campaigns.forms.block import BlockForm
from campaigns.models import Picture
from deliveries import handmade
from deliveries.blocks import BLUE, NETWORKS, SIDES

LONGEST_TEXT = 20_000
LONGEST_HTML = 200_000
LONGEST_URL = 2_000
_CODE = {"spellcheck": "false", "class": "mono"}


def _address() -> forms.TextInput:
    return forms.TextInput(
        attrs={"inputmode": "url", "spellcheck": "false", "placeholder": "https://"}
    )


ADDRESS = _address()


class PictureField(forms.FileField):
    """A file that becomes one of our pictures; its value is the picture as drawn."""

    def __init__(self) -> None:
        accept = ",".join(TYPES.values())
        super().__init__(
            label=_("Upload a picture"),
            required=False,
            widget=forms.FileInput(attrs={"accept": accept}),
            help_text=_("PNG, JPEG or GIF, up to 5 MB."),
        )

    def to_python(self, data: Any) -> Any:
        file = super().to_python(data)
        if file is None:
            return None
        try:
            return checked(file.read(LARGEST + 1))
        except BadPicture as problem:
            raise ValidationError(str(problem)) from problem


def _with_uploads(values: dict[str, Any], *pairs: tuple[str, str]) -> dict[str, Any]:
    """The values with the address of each uploaded picture: (file, address) fields."""
    for file, url in pairs:
        drawn = values.pop(file, None)
        if drawn:
            values[url] = Picture.objects.keep(drawn).url
    return values


class PlainForm(BlockForm):
    """May say something else where a mail program shows no HTML."""

    plain = forms.CharField(
        label=_("Words"),
        required=False,
        max_length=LONGEST_TEXT,
        help_text=_("For who reads without HTML. Empty: made from what stands above."),
        widget=forms.Textarea(attrs={"rows": 3, "data-tokens": ""}),
    )


_PLAIN = (_("In the plain text part"), ("plain",))


class AlignedForm(BlockForm):
    align = forms.ChoiceField(
        label=_("Position"),
        choices=[("left", _("Left")), ("center", _("Middle")), ("right", _("Right"))],
    )

    def values(self) -> dict[str, Any]:
        return {**self.cleaned_data, "align": self.cleaned_data["align"] or "left"}


class HeadingForm(AlignedForm):
    field_order = ("text", "level", "align")
    text = forms.CharField(
        label=_("Text"),
        max_length=300,
        widget=forms.TextInput(attrs={"data-tokens": ""}),
    )
    level = forms.TypedChoiceField(
        label=_("Size"),
        choices=[
            (1, pgettext_lazy("heading", "Large")),
            (2, pgettext_lazy("heading", "Medium")),
        ],
        coerce=int,
    )

    def values(self) -> dict[str, Any]:
        return {**super().values(), "level": self.cleaned_data["level"] or 1}


class TextForm(AlignedForm, PlainForm):
    formats = True
    parts = (("", ("text", "align")), _PLAIN)

    text = forms.CharField(
        label=_("Text"),
        max_length=LONGEST_TEXT,
        help_text=_(
            "An empty line begins a new paragraph. **bold**, *italic*, "
            "[words](https://address), lists with “- ” or “1. ”."
        ),
        widget=forms.Textarea(attrs={"rows": 10, "data-tokens": "", "data-marks": ""}),
    )

    def first(self, block: Block) -> dict[str, Any]:
        words = markup.to_text(block.get("html", ""))
        return {**super().first(block), "text": words}

    def values(self) -> dict[str, Any]:
        values = super().values()
        return {"html": markup.to_html(values.pop("text")), **values}


class ButtonForm(AlignedForm):
    field_order = ("label", "url", "color", "align")
    label = forms.CharField(
        label=_("Words on the button"),
        max_length=120,
        widget=forms.TextInput(attrs={"data-tokens": ""}),
    )
    url = forms.CharField(label=_("Link"), max_length=LONGEST_URL, widget=ADDRESS)
    color = forms.RegexField(
        "#[0-9a-fA-F]{6}",
        label=_("Colour"),
        max_length=7,
        widget=forms.TextInput(attrs={"type": "color"}),
    )

    def values(self) -> dict[str, Any]:
        return {**super().values(), "color": self.cleaned_data["color"] or BLUE}


class ConfirmForm(ButtonForm):
    url = forms.CharField(
        label=_("Thank-you page"),
        required=False,
        max_length=LONGEST_URL,
        widget=ADDRESS,
        help_text=_(
            "Leave empty to use ours: it thanks, and asks for one press where a click "
            "may have come from a mail scanner."
        ),
    )


class ImageForm(BlockForm):
    field_order = ("file", "url")

    file = PictureField()
    url = forms.CharField(
        label=_("Address of the image"), max_length=LONGEST_URL, widget=ADDRESS
    )
    alt = forms.CharField(
        label=_("What it shows"),
        max_length=300,
        help_text=_("Read aloud, and shown when images are off."),
    )
    href = forms.CharField(
        label=_("Link"), max_length=LONGEST_URL, widget=ADDRESS, required=False
    )

    def values(self) -> dict[str, Any]:
        return _with_uploads(dict(self.cleaned_data), ("file", "url"))


_COLUMN = {"left": _("Left column"), "right": _("Right column")}
_SIDE = ("file", "url", "alt", "text", "label", "href")


class ColumnsForm(PlainForm):
    """A picture, words and a button on each side; what is empty is left out."""

    formats = True
    parts = (
        *((_COLUMN[side], [f"{side}_{name}" for name in _SIDE]) for side in SIDES),
        _PLAIN,
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        block: Block,
        files: MultiValueDict[str, Any] | None = None,
        names: Names | None = None,
    ) -> None:
        super().__init__(data, block, files, names)
        for side in SIDES:
            for name, made in _SIDE_FIELDS.items():
                self.fields[f"{side}_{name}"] = made()

    def first(self, block: Block) -> dict[str, Any]:
        words = {
            f"{side}_text": markup.to_text(block.get(f"{side}_html", ""))
            for side in SIDES
        }
        return {**super().first(block), **words}

    def values(self) -> dict[str, Any]:
        values = dict(self.cleaned_data)
        for side in SIDES:
            values[f"{side}_html"] = markup.to_html(values.pop(f"{side}_text"))
        uploads = ((f"{side}_file", f"{side}_url") for side in SIDES)
        return _with_uploads(values, *uploads)


_SIDE_FIELDS: dict[str, Callable[[], forms.Field]] = {
    "file": PictureField,
    "url": lambda: forms.CharField(
        label=_("Address of the image"),
        required=False,
        max_length=LONGEST_URL,
        widget=_address(),
    ),
    "alt": lambda: forms.CharField(
        label=_("What it shows"), required=False, max_length=300
    ),
    "text": lambda: forms.CharField(
        label=_("Text"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 5, "data-tokens": "", "data-marks": ""}),
    ),
    "label": lambda: forms.CharField(
        label=_("Words on the button"), required=False, max_length=120
    ),
    "href": lambda: forms.CharField(
        label=_("Link of the button"),
        required=False,
        max_length=LONGEST_URL,
        widget=_address(),
    ),
}


class SocialForm(BlockForm):
    """An address for each network; those without one are left out."""

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        block: Block,
        files: MultiValueDict[str, Any] | None = None,
        names: Names | None = None,
    ) -> None:
        super().__init__(data, block, files, names)
        for key, name in NETWORKS.items():
            self.fields[key] = forms.CharField(
                label=_("Website") if key == "website" else name,
                required=False,
                max_length=LONGEST_URL,
                widget=_address(),
            )


class PageField(forms.FileField):
    """A file that holds HTML; its value is what it says, decoded."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Upload a file"),
            required=False,
            widget=forms.FileInput(attrs={"accept": ".html,.htm,text/html"}),
            help_text=_("A whole page takes the place of what stands below."),
        )

    def to_python(self, data: Any) -> Any:
        file = super().to_python(data)
        if file is None:
            return ""
        source = handmade.decoded(file.read(4 * LONGEST_HTML + 1))
        if "<" not in source or "\0" in source:
            raise ValidationError(gettext("This file does not hold HTML."))
        if len(source) > LONGEST_HTML:
            told = gettext("The file has more than %(count)s characters.")
            raise ValidationError(told % {"count": number(LONGEST_HTML)})
        return source


class HtmlForm(PlainForm):
    parts = (("", ("file", "html")), _PLAIN)

    file = PageField()
    html = forms.CharField(
        label=_("HTML"),
        max_length=LONGEST_HTML,
        help_text=_(
            "Tables, pictures and styles stay, style sheets go into their elements; "
            "scripts, forms and what mail programs refuse are taken out on saving."
        ),
        widget=forms.Textarea(attrs={"rows": 16, "data-tokens": "", **_CODE}),
    )

    def clean(self) -> dict[str, Any]:
        """What is kept is longer than its source: its styles stand in every element."""
        words = self.cleaned_data
        made = handmade.from_page(words.get("file") or words.get("html", ""))
        if len(made) > LONGEST_HTML:
            field = "file" if words.get("file") else "html"
            told = gettext("With its styles it has more than %(count)s characters.")
            self.add_error(field, told % {"count": number(LONGEST_HTML)})
        return {**words, "made": made}

    def values(self) -> dict[str, Any]:
        return {"html": self.cleaned_data["made"], "plain": self.cleaned_data["plain"]}


class FooterForm(BlockForm):
    text = forms.CharField(
        label=_("Words"),
        max_length=300,
        help_text=_("Stands above the address and the unsubscribe link."),
        widget=forms.TextInput(attrs={"data-tokens": ""}),
    )


FORMS: dict[str, type[BlockForm]] = {
    "heading": HeadingForm,
    "text": TextForm,
    "button": ButtonForm,
    "confirm": ConfirmForm,
    "image": ImageForm,
    "divider": BlockForm,
    "columns": ColumnsForm,
    "social": SocialForm,
    "html": HtmlForm,
    "footer": FooterForm,
}
