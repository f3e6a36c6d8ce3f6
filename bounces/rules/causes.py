"""The 26 causes: what is reported, what is done to the address, what it means.

Pure, so that mail can be judged without a database; bounces/categories.py makes
choices of it.
"""

# Classes A to H of common practice: A dead, B domain, C full, D passing, E blocked,
# F our own fault, H unknown. The first column is stored: never change a key.
CAUSES: dict[str, tuple[str, str, str]] = {
    # A
    "unknown_user": ("hard", "dead", "There is no such mailbox."),
    "address_moved": ("hard", "dead", "The mailbox moved or changed its owner."),
    "domain_no_mail": ("hard", "dead", "The domain takes no mail."),
    # B: the domain may be back tomorrow
    "dns_failure": ("hard", "count", "The domain could not be found in the DNS."),
    # C
    "mailbox_full": ("soft", "count_full", "The mailbox is full."),
    # D
    "mailbox_disabled": ("soft", "count", "The mailbox is switched off at the moment."),
    "timeout": ("soft", "count", "The server did not answer in time."),
    "network_error": ("soft", "count", "The server could not be reached."),
    "tls_failure": ("soft", "count", "No encrypted connection could be made."),
    "server_error": ("soft", "count", "The receiving server has a problem of its own."),
    "throttled": ("soft", "nothing", "The server wants our mail more slowly."),
    "greylisted": ("soft", "nothing", "The server asked us to try again later."),
    # E
    "reputation": (
        "block",
        "nothing",
        "The server does not trust our network or domain.",
    ),
    "sender_rejected": ("block", "nothing", "The server refuses our sender address."),
    "auth": ("block", "nothing", "SPF, DKIM or DMARC of our mail did not pass."),
    "relay_denied": (
        "block",
        "nothing",
        "The server does not feel responsible for it.",
    ),
    "policy": ("block", "nothing", "The server refuses our mail by a rule of its own."),
    "filtered": ("block", "nothing", "A filter of the receiver stopped our mail."),
    "spam": ("block", "nothing", "Our mail was taken for spam."),
    "content": ("block", "nothing", "Something in our mail was not accepted."),
    "virus": ("block", "nothing", "Our mail was taken for a virus."),
    "suppressed": ("block", "nothing", "The provider keeps the address on a list."),
    # F
    "sender_dns": ("block", "nothing", "Our own domain is not set up completely."),
    "too_large": ("soft", "nothing", "Our mail was too large."),
    "protocol_error": (
        "soft",
        "nothing",
        "Our mail server and theirs misunderstood each other.",
    ),
    # H
    "other": ("soft", "count", "The server gave no reason we know."),
}
