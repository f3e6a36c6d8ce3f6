"""What nobody may unbounce, and what can be done instead: one table."""

from __future__ import annotations

from contacts.models import HardBounceReason

LOCKED: dict[str, str] = {
    HardBounceReason.UNKNOWN_USER: (
        "The receiving server says that there is no such mailbox, so this address"
        " cannot be unbounced. Ask the person for a new address and change it on the"
        " contact, or let them sign up again with a form."
    ),
    HardBounceReason.MAILBOX_FULL: (
        "A mailbox that stays full is most likely abandoned, so this address cannot be"
        " unbounced. Ask the person for another address; a mailbox that works again is"
        " released after 90 days when the person was engaged."
    ),
}
GLOBAL = (
    "This address stands on the list of global blocks and cannot be unbounced. If the"
    " person uses it, ask an administrator to take it off the list."
)
# What to check before somebody is given back, by what the bounce was called
ADVICE: dict[str, str] = {
    HardBounceReason.UNKNOWN_USER: "The mailbox does not exist. Ask for a new address.",
    HardBounceReason.MAILBOX_FULL: "The mailbox is full, most likely abandoned.",
    HardBounceReason.POLICY: (
        "A rule of the receiver refused our mail. Check SPF, DKIM and DMARC of the"
        " sending domain, and ask the receiver’s IT to allow our address."
    ),
    HardBounceReason.SPAM: (
        "A filter took our mail for spam. Ask the receiver’s IT to allow our address,"
        " and look at what was sent."
    ),
    HardBounceReason.CONTENT: (
        "Something in the mail was not accepted. Change the content, or ask the"
        " receiver’s IT to allow our address."
    ),
    HardBounceReason.OTHER: (
        "The server gave no clear reason. Make sure that the person uses the address."
    ),
}
