"""The mail that asks "was that you?": no pixel, no tracked link, nothing to sell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from html import escape
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consent.models import Address, Brand, SubscriptionType
from deliveries.models import Channel, Message
from deliveries.single import post
from signups.models import Form, Submission

YES = gettext_lazy("Yes, that was me")
NO = gettext_lazy("This wasn’t me")


def ask(submission: Submission, address: Address) -> None:
    """Queue the mail for this sign-up; one for each, however often it is asked."""
    types = list(submission.types.for_readers().order_by("pk"))
    with translation.override(language_of(submission)):
        message = message_for(submission.form, types)
    delivery = post(message, address, submission.pk)
    submission.message_id, submission.delivery_id = message.pk, delivery.pk
    submission.save(update_fields=["message_id", "delivery_id"])


def language_of(submission: Submission) -> str:
    """Of the words she was shown; an invitation is in her own, where it is known."""
    return submission.text.language if submission.text else "en"


def message_for(form: Form | None, types: Sequence[SubscriptionType]) -> Message:
    """The mail about these kinds; one for everybody who chose the same."""
    brand = form.brand if form else types[0].brand
    content = content_of(form, brand, types)
    known = Message.objects.filter(**content).order_by("-pk").first()
    if known:
        return known
    name = f"Confirmation: {form or 'invitation'}"
    return Message.objects.create(name=name[:200], **content)


def content_of(
    form: Form | None, brand: Brand, types: Sequence[SubscriptionType]
) -> dict[str, Any]:
    names = ", ".join(kind.words.name for kind in types)
    return {
        "channel": Channel.CONFIRMATION,
        "group": f"signup:{form.pk}" if form else "invitation",
        "brand": brand,
        "subscription_type": types[0],
        "from_name": brand.from_name or brand.name,
        "from_email": brand.from_email,
        "reply_to": brand.reply_to,
        "subject": (_("Please confirm: %(names)s") % {"names": names})[:300],
        "blocks": _blocks(brand, names, invited=form is None),
        "open_tracked": False,
        "click_tracked": False,
    }


def _blocks(brand: Brand, names: str, *, invited: bool) -> list[dict[str, Any]]:
    told = {"names": names, "brand": brand.name}
    if invited:
        what = _("You asked us to send %(names)s from %(brand)s to this address.")
    else:
        what = _(
            "Somebody, probably you, asked us to send %(names)s from %(brand)s to this"
            " address."
        )
    then = _("We begin only when you confirm it on the next page.")
    else_ = _(
        "If it was not you, do nothing: you get no further mail, and the address is"
        " removed after a few days. You can also tell us, then no form of ours writes"
        " to you again."
    )
    return [
        {"id": "a", "kind": "heading", "text": _("Was that you?")},
        {
            "id": "b",
            "kind": "text",
            "html": f"<p>{escape(what % told)} {escape(then)}</p>",
        },
        {"id": "c", "kind": "button", "label": str(YES), "answer": "signup"},
        {"id": "d", "kind": "text", "html": f"<p>{escape(else_)}</p>"},
        {"id": "e", "kind": "link", "label": str(NO), "answer": "disown"},
    ]


def sent_at(submission: Submission) -> dt.datetime | None:
    mail = submission.mail
    return mail.delivered_at if mail else None
