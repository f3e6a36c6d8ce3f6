"""The content of an email as one form: subject, preview text, and every block.

The form is rebuilt from what was posted alone (the hidden field `order` names the
blocks), so that nothing typed is lost when somebody else saved meanwhile. It takes
what is half written: the checks say what is missing, saving never refuses it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.html import strip_tags

from campaigns import markup
from campaigns.blocks import ID, KINDS, MOST_BLOCKS, Block, Kind, new
from campaigns.models import MarketingEmail

LONGEST_TEXT = 20_000
LONGEST_URL = 2_000
ADDRESS = forms.TextInput(
    attrs={"inputmode": "url", "spellcheck": "false", "placeholder": "https://"}
)


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

    @property
    def kind(self) -> Kind:
        return KINDS[self.block["kind"]]

    @property
    def summary(self) -> str:
        """A few words by which to know the block in the list."""
        words = (self.block.get(name) for name in ("text", "html", "label", "alt"))
        return strip_tags(next((word for word in words if word), ""))[:60]

    def first(self, block: Block) -> dict[str, Any]:
        return block

    def values(self) -> dict[str, Any]:
        return self.cleaned_data

    def written(self) -> Block:
        """The block as it was typed."""
        return {**self.block, **self.values()}


class HeadingForm(BlockForm):
    text = forms.CharField(
        max_length=300, widget=forms.TextInput(attrs={"data-tokens": ""})
    )
    level = forms.TypedChoiceField(
        label="Size",
        choices=[(1, "Large"), (2, "Medium")],
        coerce=int,
    )

    def values(self) -> dict[str, Any]:
        return {**self.cleaned_data, "level": self.cleaned_data["level"] or 1}


class TextForm(BlockForm):
    text = forms.CharField(
        max_length=LONGEST_TEXT,
        help_text=(
            "An empty line begins a new paragraph. **bold**, *italic*, "
            "[words](https://address), lists with “- ” or “1. ”."
        ),
        widget=forms.Textarea(attrs={"rows": 10, "data-tokens": "", "data-marks": ""}),
    )

    def first(self, block: Block) -> dict[str, Any]:
        return {"text": markup.to_text(block.get("html", ""))}

    def values(self) -> dict[str, Any]:
        return {"html": markup.to_html(self.cleaned_data["text"])}


class ButtonForm(BlockForm):
    label = forms.CharField(
        label="Words on the button",
        max_length=120,
        widget=forms.TextInput(attrs={"data-tokens": ""}),
    )
    url = forms.CharField(label="Link", max_length=LONGEST_URL, widget=ADDRESS)


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


FORMS: dict[str, type[BlockForm]] = {
    "heading": HeadingForm,
    "text": TextForm,
    "button": ButtonForm,
    "confirm": ConfirmForm,
    "image": ImageForm,
    "divider": BlockForm,
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
