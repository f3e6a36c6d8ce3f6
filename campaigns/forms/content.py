"""The content of an email as one form: subject, preview text, and every block.

The form is rebuilt from what was posted alone (the hidden field `order` names the
blocks), so that nothing typed is lost when somebody else saved meanwhile. It takes
what is half written: the checks say what is missing, saving never refuses it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.html import strip_tags

from campaigns import markup
from campaigns.blocks import ID, KINDS, MOST_BLOCKS, Block, Kind, new
from campaigns.models import MarketingEmail
from deliveries import handmade
from deliveries.blocks import BLUE, NETWORKS, SIDES

LONGEST_TEXT = 20_000
LONGEST_HTML = 200_000
LONGEST_URL = 2_000
# in these fields stand the words by which to know a block
_TELLING = ("text", "html", "label", "alt", "left_html", "right_html")


def _address() -> forms.TextInput:
    return forms.TextInput(
        attrs={"inputmode": "url", "spellcheck": "false", "placeholder": "https://"}
    )


ADDRESS = _address()


class Lenient(forms.Form):
    """Takes what is half written: nothing is required, only marked as needed."""

    use_required_attribute = False

    def full_clean(self) -> None:
        needed = {name: field.required for name, field in self.fields.items()}
        for field in self.fields.values():
            field.required = False
        super().full_clean()
        for name, field in self.fields.items():
            field.required = needed[name]


class HeadForm(Lenient):
    """What stands in the inbox."""

    subject = forms.CharField(
        max_length=300,
        widget=forms.TextInput(attrs={"data-tokens": "", "data-count": "80"}),
    )
    preview_text = forms.CharField(
        max_length=300,
        required=False,
        help_text="The grey words after the subject. Two lines at most.",
        widget=forms.TextInput(attrs={"data-tokens": "", "data-count": "110"}),
    )


class BlockForm(Lenient):
    """The fields of one block; `block` holds what was saved."""

    def __init__(self, data: Mapping[str, Any] | None, block: Block) -> None:
        self.block = block
        super().__init__(data, prefix=f"block-{block['id']}", initial=self.first(block))

    # whether the words may be bold, lists and so on
    formats: ClassVar[bool] = False
    # the fields under headings of their own: (heading, names); () is one group
    parts: ClassVar[Sequence[tuple[str, Sequence[str]]]] = ()

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        parts = self.parts or (("", list(self.fields)),)
        return [(words, [self[name] for name in names]) for words, names in parts]

    @property
    def kind(self) -> Kind:
        return KINDS[self.block["kind"]]

    @property
    def summary(self) -> str:
        """A few words by which to know the block in the list."""
        words = (self.block.get(name) for name in _TELLING)
        told = str(next((word for word in words if word), ""))
        return " ".join(strip_tags(told.replace("<", " <")).split())[:60]

    def first(self, block: Block) -> dict[str, Any]:
        return {**KINDS[block["kind"]].first, **block}

    def values(self) -> dict[str, Any]:
        return self.cleaned_data

    def written(self) -> Block:
        """The block as it was typed."""
        return {**self.block, **self.values()}


class AlignedForm(BlockForm):
    align = forms.ChoiceField(
        label="Position",
        choices=[("left", "Left"), ("center", "Middle"), ("right", "Right")],
    )

    def values(self) -> dict[str, Any]:
        return {**self.cleaned_data, "align": self.cleaned_data["align"] or "left"}


class HeadingForm(AlignedForm):
    field_order = ("text", "level", "align")
    text = forms.CharField(
        max_length=300, widget=forms.TextInput(attrs={"data-tokens": ""})
    )
    level = forms.TypedChoiceField(
        label="Size",
        choices=[(1, "Large"), (2, "Medium")],
        coerce=int,
    )

    def values(self) -> dict[str, Any]:
        return {**super().values(), "level": self.cleaned_data["level"] or 1}


class TextForm(AlignedForm):
    formats = True
    field_order = ("text", "align")

    text = forms.CharField(
        max_length=LONGEST_TEXT,
        help_text=(
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
        label="Words on the button",
        max_length=120,
        widget=forms.TextInput(attrs={"data-tokens": ""}),
    )
    url = forms.CharField(label="Link", max_length=LONGEST_URL, widget=ADDRESS)
    color = forms.RegexField(
        "#[0-9a-fA-F]{6}",
        label="Colour",
        max_length=7,
        widget=forms.TextInput(attrs={"type": "color"}),
    )

    def values(self) -> dict[str, Any]:
        return {**super().values(), "color": self.cleaned_data["color"] or BLUE}


class ConfirmForm(ButtonForm):
    url = forms.CharField(
        label="Thank-you page",
        required=False,
        max_length=LONGEST_URL,
        widget=ADDRESS,
        help_text=(
            "Leave empty to use ours: it thanks, and asks for one press where a click "
            "may have come from a mail scanner."
        ),
    )


class ImageForm(BlockForm):
    url = forms.CharField(
        label="Address of the image", max_length=LONGEST_URL, widget=ADDRESS
    )
    alt = forms.CharField(
        label="What it shows",
        max_length=300,
        help_text="Read aloud, and shown when images are off.",
    )
    href = forms.CharField(
        label="Link", max_length=LONGEST_URL, widget=ADDRESS, required=False
    )


class ColumnsForm(BlockForm):
    """A picture, words and a button on each side; what is empty is left out."""

    formats = True
    parts = tuple(
        (
            f"{side.capitalize()} column",
            [f"{side}_{name}" for name in ("url", "alt", "text", "label", "href")],
        )
        for side in SIDES
    )

    def __init__(self, data: Mapping[str, Any] | None, block: Block) -> None:
        super().__init__(data, block)
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
        return values


_SIDE_FIELDS: dict[str, Callable[[], forms.Field]] = {
    "url": lambda: forms.CharField(
        label="Address of the image",
        required=False,
        max_length=LONGEST_URL,
        widget=_address(),
    ),
    "alt": lambda: forms.CharField(
        label="What it shows", required=False, max_length=300
    ),
    "text": lambda: forms.CharField(
        label="Text",
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 5, "data-tokens": "", "data-marks": ""}),
    ),
    "label": lambda: forms.CharField(
        label="Words on the button", required=False, max_length=120
    ),
    "href": lambda: forms.CharField(
        label="Link of the button",
        required=False,
        max_length=LONGEST_URL,
        widget=_address(),
    ),
}


class SocialForm(BlockForm):
    """An address for each network; those without one are left out."""

    def __init__(self, data: Mapping[str, Any] | None, block: Block) -> None:
        super().__init__(data, block)
        for key, name in NETWORKS.items():
            self.fields[key] = forms.CharField(
                label=name, required=False, max_length=LONGEST_URL, widget=_address()
            )


class HtmlForm(BlockForm):
    html = forms.CharField(
        label="HTML",
        max_length=LONGEST_HTML,
        help_text=(
            "Tables, pictures and styles are kept; scripts, forms and whatever mail "
            "programs refuse is taken out when you save."
        ),
        widget=forms.Textarea(
            attrs={
                "rows": 16,
                "data-tokens": "",
                "spellcheck": "false",
                "class": "mono",
            }
        ),
    )

    def values(self) -> dict[str, Any]:
        return {"html": handmade.from_page(self.cleaned_data["html"])}


class FooterForm(BlockForm):
    text = forms.CharField(
        label="Words",
        max_length=300,
        help_text="Stands above the address and the unsubscribe link.",
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


class ContentForm:
    """Everything the editor posts. `errors` says what is too long, nothing else."""

    order_field: ClassVar[str] = "order"

    def __init__(
        self, email: MarketingEmail, data: Mapping[str, Any] | None = None
    ) -> None:
        blocks = email.blocks if data is None else posted_blocks(email, data)
        initial = {"subject": email.subject, "preview_text": email.preview_text}
        self.version = _number(data, email.version)
        self.head = HeadForm(data, initial=initial)
        self.blocks = [FORMS[block["kind"]](data, block) for block in blocks]

    def __iter__(self) -> Iterator[BlockForm]:
        return iter(self.blocks)

    @property
    def order(self) -> str:
        """The hidden field: which blocks, in which order."""
        return ",".join(f"{one.block['id']}:{one.block['kind']}" for one in self.blocks)

    def is_valid(self) -> bool:
        return all([self.head.is_valid(), *(one.is_valid() for one in self.blocks)])

    @property
    def content(self) -> dict[str, Any]:
        return {
            **self.head.cleaned_data,
            "blocks": [one.written() for one in self.blocks],
        }


def posted_blocks(email: MarketingEmail, data: Mapping[str, Any]) -> list[Block]:
    """The blocks the posted form is about; what it does not name is not in them."""
    saved = {block["id"]: block for block in email.blocks}
    found: dict[str, Block] = {}
    for pair in str(data.get(ContentForm.order_field, "")).split(",")[:MOST_BLOCKS]:
        block_id, _, kind = pair.partition(":")
        if not ID.fullmatch(block_id) or kind not in KINDS:
            continue
        block = saved.get(block_id)
        same = block and block["kind"] == kind
        found[block_id] = block if block and same else {**new(kind), "id": block_id}
    return list(found.values())


def _number(data: Mapping[str, Any] | None, default: int) -> int:
    """The version the author saw; 0, which never is the newest, when it is nonsense."""
    if data is None:
        return default
    text = str(data.get("version", ""))
    return int(text) if text.isdecimal() and len(text) < 10 else 0
