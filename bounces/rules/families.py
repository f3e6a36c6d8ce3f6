"""What a thing in a state means: one row for each meaning, in all languages at once.

Asked when no phrase of the other tables fits. The first row of which a pair is said
decides; so what is held against the sender comes before what ends an address.
"""

from __future__ import annotations

from dataclasses import dataclass

Pair = tuple[str, str]  # thing and state of words.py

SYNTAX = "RFC 5321 4.2.2 and RFC 3463 3: meanings, in the words of many servers"
LISTS = "RFC 5782 and operators of block-lists: replies"
PROOF = "RFC 7372, RFC 7208, RFC 7489: authentication status"


@dataclass(frozen=True, slots=True)
class Family:
    """`key` is kept for good, as in a Row."""

    key: str
    category: str
    source: str
    pairs: frozenset[Pair]
    doing: str = ""


def family(key: str, category: str, source: str, pairs: str) -> Family:
    """`pairs`: "thing state/state, thing state"."""
    split = (one.split() for one in pairs.split(","))
    made = {(thing, state) for thing, states in split for state in states.split("/")}
    return Family(key, category, source, frozenset(made))


# Before the codes
FIRM: tuple[Family, ...] = (
    family(
        "f-suppressed",
        "suppressed",
        SYNTAX,
        "box suppressed, person suppressed, message suppressed, nothing suppressed",
    ),
    family(
        "f-name",
        "sender_dns",
        SYNTAX,
        "name unknown/failed/refused/needed/dnsless, network dnsless",
    ),
    family("f-proof", "auth", PROOF, "proof failed/refused/unknown/needed"),
    family("f-hop", "network_error", SYNTAX, "hop exceeded/many/failed"),
    family("f-listed-link", "spam", LISTS, "content listed"),
    family(
        "f-listed",
        "reputation",
        LISTS,
        "network refused/listed/exceeded/unknown/foreign, sender listed, domain listed,"
        "message listed, server listed, line listed",
    ),
    family(
        "f-relay",
        "relay_denied",
        SYNTAX,
        "relay refused/failed/unknown, domain foreign",
    ),
    family(
        "f-cipher", "tls_failure", SYNTAX, "cipher failed/unknown/cut/refused/needed"
    ),
    family("f-syntax", "protocol_error", SYNTAX, "syntax unknown"),
    family("f-secret", "policy", SYNTAX, "secret unknown"),
    family("f-line", "network_error", SYNTAX, "line unknown"),
    family(
        "f-sender",
        "sender_rejected",
        SYNTAX,
        "sender unknown/refused/failed/dnsless/unrouted",
    ),
    family("f-crowd", "throttled", SYNTAX, "crowd exceeded/many"),
    family(
        "f-pace",
        "throttled",
        SYNTAX,
        "pace exceeded/refused/many/full/large/fast, line exceeded/fast, sender fast,"
        "message fast, box fast, network fast, server fast, person fast",
    ),
    family(
        "f-full",
        "mailbox_full",
        SYNTAX,
        "space full/exceeded, box full/exceeded, person full, list full, nothing full",
    ),
    family(
        "f-large",
        "too_large",
        SYNTAX,
        "message large/exceeded, content large, nothing large",
    ),
    family(
        "f-many",
        "throttled",
        SYNTAX,
        "line many, message many, box many, network many, server many",
    ),
    family(
        "f-expired",
        "timeout",
        SYNTAX,
        "sender ended, message ended, tries ended, line ended",
    ),
    family("f-no-mail", "domain_no_mail", SYNTAX, "domain nomail, dns nomail"),
    family("f-deleted", "unknown_user", SYNTAX, "box deleted, person deleted"),
    family(
        "f-closed",
        "mailbox_disabled",
        SYNTAX,
        "box closed/ended/nomail, person closed/nomail",
    ),
    family("f-moved", "address_moved", SYNTAX, "box moved, person moved"),
    family("f-dns-later", "network_error", SYNTAX, "dns later/late/cut, domain later"),
    family("f-no-dns", "dns_failure", SYNTAX, "dns unknown/dnsless"),
    family(
        "f-domain",
        "dns_failure",
        SYNTAX,
        "domain unknown/dnsless/unrouted, box unrouted, person unrouted",
    ),
    family("f-route", "network_error", SYNTAX, "route unknown/failed/cut/late"),
    family(
        "f-outside", "sender_rejected", SYNTAX, "list outside, sender outside/foreign"
    ),
    family(
        "f-unknown",
        "unknown_user",
        SYNTAX,
        "box unknown/outside/foreign/dnsless, person unknown/foreign/dnsless,"
        "domain outside",
    ),
)
# Of them, those that are about us even where an address ends beside
OURS = ("name", "proof", "listed", "cipher", "sender", "suppressed", "secret")
HELD_AGAINST_US = tuple(one for one in FIRM if one.key[2:] in OURS)
# After them
LOOSE: tuple[Family, ...] = (
    family(
        "f-late",
        "timeout",
        SYNTAX,
        "line late, tries late/exceeded/many/failed, message late, server late",
    ),
    family(
        "f-cut",
        "network_error",
        SYNTAX,
        "line cut/failed, domain cut, network cut, server cut",
    ),
    family("f-dns", "network_error", SYNTAX, "dns failed"),
    family(
        "f-login",
        "policy",
        SYNTAX,
        "login failed/refused/needed/unknown, secret failed/refused/needed",
    ),
    family("f-domain-closed", "mailbox_disabled", SYNTAX, "domain closed"),
    family("f-space", "mailbox_full", SYNTAX, "space failed"),
    family(
        "f-content", "content", SYNTAX, "content refused/unknown/failed/exceeded/many"
    ),
    family("f-list", "sender_rejected", SYNTAX, "list refused"),
    family("f-command", "protocol_error", SYNTAX, "syntax failed"),
    family("f-service", "policy", SYNTAX, "server refused"),
    family(
        "f-server",
        "server_error",
        SYNTAX,
        "server failed/full/exceeded/later/again/closed/absent",
    ),
)
# Of what is spoken of at all, where nothing tells more
HINTS: tuple[Family, ...] = (
    family("f-of-no-mail", "domain_no_mail", SYNTAX, "domain nomail"),
    family("f-of-proof", "auth", SYNTAX, "proof named"),
    family("f-of-name", "sender_dns", SYNTAX, "name named"),
    family("f-of-relay", "relay_denied", SYNTAX, "relay named"),
    family("f-of-cipher", "tls_failure", SYNTAX, "cipher named"),
    family("f-of-hop", "network_error", SYNTAX, "hop named"),
    family("f-of-network", "reputation", SYNTAX, "network named"),
    family("f-of-content", "content", SYNTAX, "content named"),
    family("f-of-sender", "sender_rejected", SYNTAX, "sender named"),
    family("f-of-program", "server_error", SYNTAX, "program named"),
)
# Of a state alone, which after RCPT is that of the mailbox
BARE: tuple[Family, ...] = (
    family("f-bare-closed", "mailbox_disabled", SYNTAX, "nothing closed/ended"),
    family("f-bare-unknown", "unknown_user", SYNTAX, "nothing unknown/foreign"),
    family("f-bare-moved", "address_moved", SYNTAX, "nothing moved"),
    family("f-bare-domain", "dns_failure", SYNTAX, "nothing dnsless/unrouted"),
    family("f-bare-fast", "throttled", SYNTAX, "nothing fast"),
)
# After all other words
BLUNT: tuple[Family, ...] = (
    family("f-box", "filtered", SYNTAX, "box refused, person refused"),
    family("f-line-refused", "network_error", SYNTAX, "line refused"),
)
