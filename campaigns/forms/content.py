"""The content of an email as one form: subject, preview text, and every block.

The form is rebuilt from what was posted alone (the hidden field `order` names the
blocks), so that nothing typed is lost when somebody else saved meanwhile. It takes
what is half written: the checks say what is missing, saving never refuses it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.blocks import ID, KINDS, MOST_BLOCKS, Block, new
from campaigns.conditions import Names
from campaigns.forms.block import BlockForm, Lenient
from campaigns.forms.blocks import FORMS
from campaigns.models import MarketingEmail


class HeadForm(Lenient):
    """What stands in the inbox."""

    subject = forms.CharField(
        label=_("Subject"),
        max_length=300,
        widget=forms.TextInput(attrs={"data-tokens": "", "data-count": "80"}),
    )
    preview_text = forms.CharField(
        label=_("Preview text"),
        max_length=300,
        required=False,
        help_text=_("The grey words after the subject. Two lines at most."),
        widget=forms.TextInput(attrs={"data-tokens": "", "data-count": "110"}),
    )


class ContentForm:
    """Everything the editor posts. `errors` says what is too long, nothing else."""

    order_field: ClassVar[str] = "order"

    def __init__(
        self,
        email: MarketingEmail,
        data: Mapping[str, Any] | None = None,
        files: MultiValueDict[str, Any] | None = None,
    ) -> None:
        blocks = email.blocks if data is None else posted_blocks(email, data)
        initial = {"subject": email.subject, "preview_text": email.preview_text}
        self.subject = email.subject
        self.version = _number(data, email.version)
        self.head = HeadForm(data, initial=initial)
        self.names = Names()
        self.blocks = [
            FORMS[block["kind"]](data, block, files, self.names) for block in blocks
        ]

    def __iter__(self) -> Iterator[BlockForm]:
        return iter(self.blocks)

    @property
    def order(self) -> str:
        """The hidden field: which blocks, in which order."""
        return ",".join(f"{one.block['id']}:{one.block['kind']}" for one in self.blocks)

    @property
    def summaries(self) -> dict[str, str]:
        """What is saved, in a few words, by the name of its entry in the list."""
        blocks = {f"block-{one.block['id']}": one.summary for one in self.blocks}
        return {"head": self.subject or gettext("Empty"), **blocks}

    @property
    def conditions(self) -> dict[str, str]:
        """Who gets each block, in a few words, by the name of its entry."""
        return {f"block-{one.block['id']}": one.only_words for one in self.blocks}

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
