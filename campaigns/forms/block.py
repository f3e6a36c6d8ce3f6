"""What the forms of all blocks have: they take what is half written, and say who gets
the block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from campaigns.blocks import KINDS, Block, Kind, summary
from campaigns.conditions import SHOWN_TO, Names
from deliveries.optional import condition_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# the fields of every block that say who gets it
CONDITION = ("only", "only_name")


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


class BlockForm(Lenient):
    """The fields of one block; `block` holds what was saved. The last two say who gets
    it: an operator of segments, and the name of what it asks about."""

    only = forms.ChoiceField(
        label=_("Who gets this block"),
        required=False,
        choices=[
            ("", _("Everybody")),
            *((key, offer) for key, (offer, _short) in SHOWN_TO.items()),
        ],
    )
    only_name = forms.CharField(
        label=_("Segment or field"),
        required=False,
        max_length=200,
        help_text=_("Its name, as it is called in the console."),
        widget=forms.TextInput(attrs={"list": "only-names", "autocomplete": "off"}),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        block: Block,
        files: MultiValueDict[str, Any] | None = None,
        names: Names | None = None,
    ) -> None:
        self.block, self.names = block, names or Names()
        prefix, first = f"block-{block['id']}", self.first(block)
        super().__init__(data, files, prefix=prefix, initial=first | self._only())

    # whether the words may be bold, lists and so on
    formats: ClassVar[bool] = False
    # the fields under headings of their own: (heading, names); () is one group
    parts: ClassVar[Sequence[tuple[StrOrPromise, Sequence[str]]]] = ()

    @property
    def groups(self) -> list[tuple[StrOrPromise, list[forms.BoundField]]]:
        own = [name for name in self.fields if name not in CONDITION]
        parts = self.parts or (("", own),)
        return [(words, [self[name] for name in names]) for words, names in parts]

    @property
    def condition(self) -> list[forms.BoundField]:
        return [self[name] for name in CONDITION]

    @property
    def only_words(self) -> str:
        """Who gets it, for the list; '' where everybody does."""
        return self.names.words(condition_of(self.block))

    def _only(self) -> dict[str, str]:
        rule = condition_of(self.block)
        if not rule:
            return {}
        return {"only": rule["operator"], "only_name": self.names.name(rule)}

    @property
    def kind(self) -> Kind:
        return KINDS[self.block["kind"]]

    @property
    def summary(self) -> str:
        """A few words by which to know the block in the list."""
        return summary(self.block)

    def first(self, block: Block) -> dict[str, Any]:
        return {**KINDS[block["kind"]].first, **block}

    def values(self) -> dict[str, Any]:
        return self.cleaned_data

    def written(self) -> Block:
        """The block as it was typed."""
        block = {**self.block, **self.values()}
        operator, name = (self.cleaned_data[one] for one in CONDITION)
        for one in CONDITION:
            block.pop(one, None)
        rule = {"only": self.names.rule(operator, name)} if operator else {}
        return {**block, **rule}
