"""What there is to say of the records of a domain whose mail others sign, and give a
return path of their own. Pure."""

from __future__ import annotations

from collections.abc import Sequence


def key(providers: Sequence[str], domain: str) -> str:
    """Instead of what is wrong with our key."""
    return (
        f"All mail leaves by {_all(providers)}, which signs it: verify {domain} there."
        " This record is needed as soon as mail leaves by a mail server of yours."
    )


def path(providers: Sequence[str], domain: str) -> str:
    return (
        f"All mail leaves by {_all(providers)} with a return path from there, and SPF"
        " counts at that: nothing is to be set here. Where you may choose it, one below"
        f" {domain} makes SPF count for DMARC as well."
    )


def signature(providers: Sequence[str], domain: str, *, all_mail: bool) -> str:
    """What the policy of the domain rests on."""
    if all_mail:
        return f"It rests on the signature of {_all(providers)} for {domain}."
    ours = "Our signature is aligned with the From."
    if not providers:
        return ours
    return f"{ours} So is that of {_all(providers)} once {domain} is verified there."


def _all(providers: Sequence[str]) -> str:
    *some, last = providers
    return f"{', '.join(some)} and {last}" if some else last
