"""What the DNS records of a sending domain must say, and what is wrong with them.

Pure but for `ask`, which answers like a resolver. One function per check; CHECKS is
the table. Standards: RFC 6376 (DKIM), RFC 7208 (SPF), RFC 9989 (DMARC: policy found by
walking up the tree, relaxed alignment of organisational domains), RFC 5321 and 7505
(MX). What Gmail, Yahoo and Outlook demand of who sends much is BAD when it is missing.
"""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from deliveries import handed_over
from deliveries.dkim import public_key_in, record_of, tags

OK, WARN, BAD, UNKNOWN = "ok", "warn", "bad", "unknown"
# RFC 7208 section 4.6.4
MOST_LOOKUPS = 10
LOOKING_UP = ("include", "a", "mx", "ptr", "exists", "redirect")
# RFC 9989 section 4.10: longer names are walked from here
DEEPEST = 8
POLICIES = {"none", "quarantine", "reject"}


@dataclass(frozen=True, slots=True)
class Reply:
    """`values` as text, MX as "10 host"; `problem`: why nobody answered, a sentence."""

    values: tuple[str, ...] = ()
    problem: str = ""


# name, kind of record ("TXT", "MX", "A", "AAAA") -> Reply
Ask = Callable[[str, str], Reply]


@dataclass(frozen=True, slots=True)
class Key:
    """One DKIM key of the domain: its selector and what its record has to hold."""

    selector: str
    public_key: str


@dataclass(frozen=True, slots=True)
class Sender:
    """What is to be checked. `relays`: the hosts that our mail is handed to;
    `providers`: what else it is handed to, by name."""

    domain: str
    return_path: str
    relays: tuple[str, ...]
    keys: tuple[Key, ...] = ()
    providers: tuple[str, ...] = ()

    @property
    def is_handed_over(self) -> bool:
        """All of its mail is signed, and given a return path, by somebody else."""
        return bool(self.providers) and not self.relays


@dataclass(frozen=True, slots=True)
class Record:
    """A record to set. `example`: the value is to be replaced by one's own."""

    kind: str
    name: str
    value: str
    example: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One check. `selector`: of a DKIM check, which key."""

    check: str
    level: str
    sentence: str
    record: Record | None = None
    found: tuple[str, ...] = ()
    selector: str = ""
    # not in the way of sending, whatever its level
    optional: bool = False

    def as_json(self) -> dict[str, Any]:
        record = self.record
        return {
            "check": self.check,
            "level": self.level,
            "sentence": self.sentence,
            "record": None
            if record is None
            else {name: getattr(record, name) for name in Record.__slots__},
            "found": list(self.found),
            "selector": self.selector,
            "optional": self.optional,
        }


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands and what it should be: made once, used by every verdict."""

    check: str
    record: Record
    selector: str = ""
    optional: bool = False

    def says(self, level: str, sentence: str, reply: Reply | None = None) -> Finding:
        return Finding(
            self.check,
            level,
            sentence,
            self.record,
            reply.values if reply else (),
            self.selector,
            self.optional,
        )


def judge(sender: Sender, ask: Ask) -> list[Finding]:
    """All checks of one sender, in the order of the page."""
    return [finding for check in CHECKS for finding in check(sender, ask)]


def _unanswered(place: Place, reply: Reply) -> Finding:
    sentence = f"{place.record.name} could not be looked up: {reply.problem}"
    return place.says(UNKNOWN, sentence, reply)


def dkim(sender: Sender, ask: Ask) -> Iterator[Finding]:
    """One good key is enough: the next one may wait, the last one may be gone. None is
    needed where nothing is signed here."""
    found = []
    for key in sender.keys:
        name = f"{key.selector}._domainkey.{sender.domain}"
        record = Record("TXT", name, record_of(key.public_key))
        found.append(_dkim_of(Place("dkim", record, key.selector), key, ask))
    has_good = any(one.level in {OK, WARN} for one in found)
    for one in found:
        if sender.is_handed_over and one.level in {BAD, UNKNOWN}:
            words = handed_over.key(sender.providers, sender.domain)
            yield replace(one, optional=True, sentence=words)
        else:
            yield replace(one, optional=has_good and one.level in {BAD, UNKNOWN})


def _dkim_of(place: Place, key: Key, ask: Ask) -> Finding:
    reply = ask(place.record.name, "TXT")
    if reply.problem:
        return _unanswered(place, reply)
    found = [text for text in reply.values if "p" in tags(text)]
    if not found:
        sentence = f"There is no DKIM record at {place.record.name}. Set it."
        return place.says(BAD, sentence, reply)
    if len(found) > 1:
        sentence = (
            f"There are {len(found)} DKIM records at {place.record.name}, and receivers"
            " do not know which one counts. Keep the one shown here."
        )
        return place.says(BAD, sentence, reply)
    return place.says(*_dkim_record(found[0], key), reply)


def _dkim_record(text: str, key: Key) -> tuple[str, str]:
    said = tags(text)
    if said.get("v", "DKIM1") != "DKIM1" or said.get("k", "rsa") != "rsa":
        return BAD, "The record is no DKIM record for an RSA key. Replace it."
    if not said["p"]:
        return BAD, "The record withdraws the key: its p= is empty. Replace it."
    if public_key_in(text) != key.public_key:
        return BAD, (
            "The record holds another key than the one we sign with. Replace it;"
            " look whether it was cut when it was pasted."
        )
    if "y" in said.get("t", "").split(":"):
        return WARN, "The record says t=y (only a test). Take that out."
    return OK, "The record holds the key that we sign with."


def spf(sender: Sender, ask: Ask) -> Iterator[Finding]:
    """SPF looks at the return path, not at the From address (RFC 7208 section 2.4)."""
    name = sender.return_path
    named = " ".join(map(_mechanism, sender.relays))
    place = Place("spf", Record("TXT", name, f"v=spf1 {named} -all", True))
    if sender.is_handed_over:
        yield place.says(OK, handed_over.path(sender.providers, sender.domain))
        return
    reply = ask(name, "TXT")
    found = spf_texts(reply)
    if reply.problem:
        yield _unanswered(place, reply)
    elif not found:
        yield place.says(
            BAD,
            f"There is no SPF record at {name}, where returned mail is addressed to."
            " Set one that names the servers which send your mail.",
            reply,
        )
    elif len(found) > 1:
        yield place.says(
            BAD,
            f"There are {len(found)} SPF records at {name}: then none counts."
            " Join them into one.",
            reply,
        )
    else:
        yield place.says(*_spf_record(found[0], ask), reply)


def _mechanism(relay: str) -> str:
    try:
        address = ipaddress.ip_address(relay)
    except ValueError:
        return f"a:{relay}"
    return f"ip{address.version}:{address}"


def spf_texts(reply: Reply) -> list[str]:
    return [text for text in reply.values if text.lower().split(" ")[0] == "v=spf1"]


def _spf_record(text: str, ask: Ask) -> tuple[str, str]:
    terms = text.lower().split()[1:]
    if terms and terms[-1] in {"all", "+all"}:
        return BAD, "The record lets the whole world send (+all). End it with -all."
    if not [term for term in terms if not term.endswith("all")]:
        return BAD, "The record names no server that may send. Add yours."
    lookups = spf_lookups(text, ask)
    if lookups > MOST_LOOKUPS:
        return BAD, (
            f"The record makes receivers ask {lookups} times, and they stop after"
            f" {MOST_LOOKUPS}. Take out what does not send any more."
        )
    if not any(term.lstrip("-~?").startswith(("all", "redirect=")) for term in terms):
        return WARN, "The record does not say what holds for all others. End it: -all"
    return OK, f"There is one record, and it costs {lookups} of {MOST_LOOKUPS} lookups."


def spf_lookups(text: str, ask: Ask, seen: frozenset[str] = frozenset()) -> int:
    """How often a receiver has to ask, those of included records too; stops once it
    is too much."""
    total = 0
    for term in text.lower().split()[1:]:
        name, _, value = term.lstrip("+-~?").replace("=", ":").partition(":")
        total += name.partition("/")[0] in LOOKING_UP
        follows = name in {"include", "redirect"} and value not in seen
        if follows and len(seen) + total <= MOST_LOOKUPS:
            inner = spf_texts(ask(value, "TXT"))
            total += spf_lookups(inner[0], ask, seen | {value}) if inner else 0
    return total


def dmarc(sender: Sender, ask: Ask) -> Iterator[Finding]:
    name = f"_dmarc.{sender.domain}"
    place = Place("dmarc", Record("TXT", name, "v=DMARC1; p=none"))
    walked = walk(sender.domain, ask)
    policy = next((tags(text) for _, text in walked.found), None)
    if walked.problem and policy is None:
        yield _unanswered(place, Reply((), walked.problem))
    elif policy is None:
        yield place.says(
            BAD,
            f"There is no DMARC record at {name}. Set one; p=none changes nothing for"
            " your other mail.",
        )
    else:
        seen = Reply(tuple(text for _, text in walked.found))
        yield place.says(*_dmarc_record(sender, policy), seen)
        if not sender.is_handed_over:
            yield _alignment(sender, policy, ask)


def _dmarc_record(sender: Sender, policy: dict[str, str]) -> tuple[str, str]:
    wanted = policy.get("p", "none" if "rua" in policy else "").lower()
    if wanted not in POLICIES:
        return BAD, (
            "The DMARC record has no policy that receivers understand. It needs"
            " p=none, p=quarantine or p=reject."
        )
    signed = handed_over.signature(
        sender.providers, sender.domain, all_mail=sender.is_handed_over
    )
    return OK, f"The policy is p={wanted}. {signed}"


def _alignment(sender: Sender, policy: dict[str, str], ask: Ask) -> Finding:
    """Of the return path; the signature is by the From domain itself."""
    record = Record("TXT", f"_dmarc.{sender.domain}", "v=DMARC1; p=none")
    place = Place("alignment", record, optional=True)
    strict = policy.get("aspf", "r").lower() == "s"
    ours, back = sender.domain, sender.return_path
    same = ours == back
    if not same and not strict:
        same = organisation(ours, ask) == organisation(back, ask)
    if same:
        return place.says(OK, f"The return path {back} belongs to {ours}.")
    return place.says(
        WARN,
        f"The return path {back} does not belong to {ours}"
        f"{' exactly, as aspf=s demands' if strict else ''}: SPF does not help here and"
        " DMARC rests on the signature alone. A return path below the From domain"
        " is better (BOUNCE_DOMAIN).",
    )


@dataclass(frozen=True, slots=True)
class Walked:
    """DMARC records on the way up, lowest first, as (domain, text)."""

    found: tuple[tuple[str, str], ...]
    problem: str = ""


def walk(domain: str, ask: Ask) -> Walked:
    """Up the tree, at most DEEPEST questions (RFC 9989 section 4.10)."""
    labels = domain.split(".")
    starts = [0, *range(max(1, len(labels) - DEEPEST + 1), len(labels))]
    found, problem = [], ""
    for start in starts:
        name = ".".join(labels[start:])
        reply = ask(f"_dmarc.{name}", "TXT")
        problem = problem or reply.problem
        texts = [text for text in reply.values if tags(text).get("v") == "DMARC1"]
        if len(texts) == 1:  # several: as if there were none
            found.append((name, texts[0]))
    return Walked(tuple(found), problem)


def organisation(domain: str, ask: Ask) -> str:
    """The organisational domain: where the walk says so, else the topmost record."""
    found = walk(domain, ask).found
    for name, text in found:
        psd = tags(text).get("psd", "u").lower()
        if psd == "n":
            return name
        if psd == "y":
            below = domain.removesuffix(f".{name}").rpartition(".")[2]
            return name if name == domain else f"{below}.{name}"
    return found[-1][0] if found else domain


def replies(sender: Sender, ask: Ask) -> Iterator[Finding]:
    """Outlook and Yahoo want a From address that can be answered."""
    example = Record("MX", sender.domain, f"10 mail.{sender.domain}", True)
    yield _mail_comes(Place("mx", example), ask, "the From address")


def returns(sender: Sender, ask: Ask) -> Iterator[Finding]:
    """Without bounces nobody learns which addresses are dead, and without the other
    mail there nobody who opts out by mail, whoever sends."""
    name = sender.return_path
    example = Record("MX", name, f"10 mail.{name.partition('.')[2] or name}", True)
    what = "the return path"
    if sender.is_handed_over:
        what = "our addresses for opting out"
    yield _mail_comes(Place("return_path", example), ask, what)


def _mail_comes(place: Place, ask: Ask, what: str) -> Finding:
    name = place.record.name
    reply = ask(name, "MX")
    hosts = [value.split()[-1].rstrip(".") for value in reply.values]
    if reply.problem:
        return _unanswered(place, reply)
    if reply.values and not any(hosts):
        return place.says(BAD, f"{name} says that it takes no mail (null MX).", reply)
    if hosts:
        return place.says(OK, f"Mail to {what} goes to {', '.join(hosts)}.", reply)
    if ask(name, "A").values or ask(name, "AAAA").values:
        sentence = f"{name} has no MX record; mail goes to its web address. Set an MX."
        return place.says(WARN, sentence, reply)
    return place.says(
        BAD, f"No mail can come to {what}: {name} has no MX record. Set one.", reply
    )


CHECKS: Sequence[Callable[[Sender, Ask], Iterable[Finding]]] = (
    dkim,
    spf,
    dmarc,
    replies,
    returns,
)


def level_of(findings: Iterable[Finding]) -> str:
    """BAD, UNKNOWN or OK: what the checks that count come to."""
    levels = {one.level for one in findings if not one.optional}
    return next((level for level in (BAD, UNKNOWN) if level in levels), OK)


def remembering(ask: Ask) -> Ask:
    """Each question is asked once."""
    return functools.cache(ask)
