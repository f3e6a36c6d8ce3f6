"""The fields of delivery reports (RFC 3464, 6533) and feedback reports (RFC 5965)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bounces.mime import words

ADDRESS = re.compile(
    r"(?<![\w.+%=!#$&'*/?^`{|}~-])"
    r"(\"[^\"\s@]{1,64}\"|[\w.+%=!#$&'*/?^`{|}~-]{1,80})@"
    r"((?:[\w-]{1,63}\.){1,8}[\w-]{1,63}|[\w-]{1,63}|\[[\d.]{7,15}\])",
)
PLACES = ("final-recipient", "original-recipient", "x-actual-recipient")
MOST = 1_000  # recipients of one report
REPORT_FIELD = re.compile(r"^(?:final|original)-recipient[ \t]*:", re.I | re.M)
ESCAPED = re.compile(r"\\x\{([0-9a-fA-F]{2,6})\}")

Fields = dict[str, str]


@dataclass(frozen=True, slots=True)
class Failure:
    """What one recipient's server said. `action` of RFC 3464 or empty; `text`: the
    server's words; `stage`: the SMTP command that was refused, if known; `also`: the
    address the mail was sent to, when the report names it besides."""

    recipient: str = ""
    action: str = ""
    status: str = ""
    text: str = ""
    stage: str = ""
    also: str = ""


def fields_of(text: str) -> list[Fields]:
    """The groups of fields, names in lower case, folds undone."""
    return [group for group in map(_group, re.split(r"\n[ \t]*\n", text)) if group]


def _group(block: str) -> Fields:
    fields: Fields = {}
    name = ""
    for line in block.splitlines():
        if line[:1] in (" ", "\t"):
            if name:
                fields[name] += " " + line.strip()
            continue
        key, colon, value = line.partition(":")
        if colon and re.fullmatch(r"[\w-]{2,60}\s*", key):
            name = key.strip().lower()
            if name in PLACES and name in fields:
                fields[name] += "\n" + value.strip()
            else:
                fields[name] = value.strip()
        elif name:
            fields[name] += " " + line.strip()
    return fields


def failures_of(text: str) -> list[Failure]:
    """One failure for each recipient of a message/delivery-status."""
    found = [_failure(group) for group in _recipient_groups(fields_of(text))]
    return [failure for failure in found if failure.recipient or failure.action][:MOST]


def _recipient_groups(groups: list[Fields]) -> Iterator[Fields]:
    """Groups that speak of a recipient. A blank line in the middle of one, which some
    servers put there, is overlooked."""
    current: Fields = {}
    for group in groups:
        names_one = any(place in group for place in PLACES)
        has_one = any(place in current for place in PLACES)
        repeats = "action" in group and "action" in current
        if (names_one and has_one) or repeats:
            yield current
            current = {}
        if names_one or has_one or "action" in group or "status" in group:
            current = {**current, **group}
    if current:
        yield current


def _failure(group: Fields) -> Failure:
    diagnostic = group.get("diagnostic-code", "")
    kind, semicolon, said = diagnostic.partition(";")
    if not semicolon or len(kind) > 20:
        said = diagnostic
    extra = group.get("smtp-response") or group.get("x-supplementary-info") or ""
    status = group.get("status", "")
    found = re.search(r"[245]\.\d{1,3}\.\d{1,3}", status)
    comment = re.search(r"\(([^)]{4,300})\)", status)
    if kind.strip().lower() == "x-unix":
        said = diagnostic
    text = " ".join(filter(None, (said.strip(), comment[1] if comment else "", extra)))
    return Failure(
        recipient=recipient_of(group),
        also=address_in(group.get("original-recipient", "")),
        action=re.split(r"[\s(;]", group.get("action", "").lower())[0],
        status=found[0] if found else "",
        text=words(text),
    )


def recipient_of(group: Fields) -> str:
    """The address at which it failed, unless that one is known to its server only."""
    found = [address_in(group.get(place, "")) for place in PLACES]
    known = [one for one in found if "." in one.rpartition("@")[2]]
    return next(iter(known or filter(None, found)), "")


def address_in(value: str) -> str:
    """The address in "rfc822; <someone@example.test>", also in a form of RFC 6533 or
    in one of X.400."""
    value = ESCAPED.sub(lambda found: chr(int(found[1], 16) % 0x110000), value[:1000])
    found = ADDRESS.search(value.replace("\n", " "))
    if found:
        return clean(found[0])
    kind, _, rest = value.partition(";")
    rest = rest.strip().strip("<>\"'").split("\n")[0].strip()
    return rest if kind.strip().lower() in ("rfc822", "utf-8") and "@" in rest else ""


def clean(address: str) -> str:
    """Without what sentences and programs put around it."""
    address = address.strip("'`*|#=").rstrip(".")
    return re.sub(r"^(?:rfc822|smtp|mailto|to)[=:]", "", address, flags=re.I)
