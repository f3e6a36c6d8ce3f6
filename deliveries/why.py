"""Why somebody got a mail: the yes behind it, for the page that its footer leads to."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from consent.models import Address, ConsentRecord, Grant
from consent.vocabulary import LegalBasis, Mechanism
from deliveries.confirmation import mail_of
from deliveries.models import Channel, Delivery, Message
from deliveries.tokens import Token

# How a yes reached us, as its owner would say it. Names of files and of people who work
# here are no business of whom the mail is forwarded to.
PLACES: dict[str, Promise] = {
    Mechanism.FORM: gettext_lazy("In a form"),
    Mechanism.DOUBLE_OPT_IN: gettext_lazy(
        "In a form, and by following the link in the email that asked you to confirm"
    ),
    Mechanism.PERMISSION_PASS: gettext_lazy(
        "In an email that asked whether you want to stay"
    ),
    Mechanism.IMPORT: gettext_lazy("Elsewhere; it came to us in a list"),
    Mechanism.PREFERENCE_CENTRE: gettext_lazy("On the page with your preferences"),
    Mechanism.STAFF: gettext_lazy("You told somebody who works here"),
    Mechanism.API: gettext_lazy("In another service that works with us"),
}
ELSEWHERE = gettext_lazy("In a way that we have on file")


@dataclass(frozen=True, slots=True)
class Why:
    """What the page tells. `record` is None for a test, and where a mail of before the
    proofs were kept has lost its yes."""

    message: Message
    # masked: who got it knows it by that; '' once it was erased
    address: str
    delivery: Delivery | None
    record: ConsentRecord | None

    @property
    def is_trial(self) -> bool:
        return self.message.channel == Channel.TEST

    @property
    def left_at(self) -> dt.datetime | None:
        return self.delivery.started_at if self.delivery else None

    @property
    def was_asked_again(self) -> bool:
        """The ledger was looked at as it left."""
        return self.delivery is not None and self.delivery.ledger_at is not None

    @property
    def is_customer(self) -> bool:
        return self.record is not None and self.record.basis == LegalBasis.SOFT_OPT_IN

    @property
    def place(self) -> Promise:
        mechanism = self.record.mechanism if self.record else ""
        return PLACES.get(mechanism, ELSEWHERE)

    @property
    def words(self) -> str:
        """That she saw when she agreed; '' where nobody kept them."""
        text = self.record.text if self.record else None
        return text.body.strip() if text else ""


def why(token: Token) -> Why | None:
    """Why the reader of `token` got the mail; None when there is no such mail."""
    rows = Message.objects.select_related("brand", "subscription_type")
    message = rows.filter(pk=token.message_id).first()
    address = Address.objects.filter(pk=token.address_id).first()
    if message is None or address is None:
        return None
    mail = mail_of(token.message_id, token.delivery_id, token.address_id)
    return Why(
        message,
        address.masked,
        mail,
        _yes(message, address, mail),
    )


def _yes(
    message: Message, address: Address, mail: Delivery | None
) -> ConsentRecord | None:
    """The one that the mail left on; that of today for mails of before these were
    kept."""
    rows = ConsentRecord.objects.select_related("text")
    if mail and mail.consent_id:
        return rows.filter(pk=mail.consent_id).first()
    kind = message.subscription_type_id
    grants = Grant.objects.filter(address=address, subscription_type=kind)
    return rows.filter(pk__in=grants.values("record")).first()
