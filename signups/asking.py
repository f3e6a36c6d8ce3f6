"""The mail that asks "was that you?": no pixel, no tracked link, nothing to sell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from html import escape
from typing import Any

from consent.models import Address, Brand, SubscriptionType
from deliveries.models import Channel, Message
from deliveries.single import post
from signups.models import Form, Submission

YES = "Yes, that was me"
NO = "This wasn’t me"


def ask(submission: Submission, address: Address) -> None:
    """Queue the mail for this sign-up; one for each, however often it is asked."""
    message = message_for(submission.form, list(submission.types.order_by("pk")))
    delivery = post(message, address, submission.pk)
    submission.message_id, submission.delivery_id = message.pk, delivery.pk
    submission.save(update_fields=["message_id", "delivery_id"])


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
    names = ", ".join(kind.name for kind in types)
    return {
        "channel": Channel.CONFIRMATION,
        "group": f"signup:{form.pk}" if form else "invitation",
        "brand": brand,
        "subscription_type": types[0],
        "from_name": brand.from_name or brand.name,
        "from_email": brand.from_email,
        "reply_to": brand.reply_to,
        "subject": f"Please confirm: {names}"[:300],
        "blocks": _blocks(brand, names, invited=form is None),
        "open_tracked": False,
        "click_tracked": False,
    }


def _blocks(brand: Brand, names: str, *, invited: bool) -> list[dict[str, Any]]:
    asked = "You asked us" if invited else "Somebody, probably you, asked us"
    what = f"{asked} to send {names} from {brand.name} to this address."
    then = "We begin only when you confirm it on the next page."
    else_ = (
        "If it was not you, do nothing: you get no further mail, and the address is"
        " removed after a few days. You can also tell us, then no form of ours writes"
        " to you again."
    )
    return [
        {"id": "a", "kind": "heading", "text": "Was that you?"},
        {"id": "b", "kind": "text", "html": f"<p>{escape(what)} {then}</p>"},
        {"id": "c", "kind": "button", "label": YES, "answer": "signup"},
        {"id": "d", "kind": "text", "html": f"<p>{else_}</p>"},
        {"id": "e", "kind": "link", "label": NO, "answer": "disown"},
    ]


def sent_at(submission: Submission) -> dt.datetime | None:
    mail = submission.mail
    return mail.delivered_at if mail else None
