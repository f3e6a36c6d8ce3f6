"""What is told of a row: kept beside it as texts with their values, and said in the
language of whoever looks at it later."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from accounts.sentences import Unfit

NO_ADDRESS = Unfit(_("There is no address."))
FORMULA = Unfit(_("The address is a formula. Save the file with values instead."))
TWICE = _("The address stands in row %(row)s already.")


def kept(why: Unfit, heading: str = "") -> str:
    """One remark, as JSON: [heading of the column that is left out, text, values]."""
    return json.dumps([heading, why.text, why.values], ensure_ascii=False)


def together(remarks: Sequence[str]) -> str:
    """All of a row; "" for none."""
    return f"[{','.join(remarks)}]" if remarks else ""


def said(remarks: str) -> str:
    """The sentences of a row, one behind the other; "" for none."""
    if not remarks.startswith("[["):  # none, or of a check that wrote sentences
        return remarks
    return " ".join(_said(*one) for one in json.loads(remarks))


def _said(heading: str, text: str, values: Mapping[str, str | int]) -> str:
    sentence = str(Unfit(text, **values))
    if not heading:
        return sentence
    left_out = gettext("%(heading)s was left out: %(why)s")
    return left_out % {"heading": heading, "why": sentence}
