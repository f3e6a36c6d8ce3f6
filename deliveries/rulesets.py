"""Which version of the rules a mail is asked about, as a row to point at.

Made from the table of refusals, the limits and the quiet hours as they are now. A
change of any of them, by a release or in the settings, is a new version: what a mail
of last year had to pass can be read next year. Kept in English, whoever starts a mail,
and told in the language of whoever reads it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.numbers import number
from deliveries import refusals
from deliveries.clock import Plan, Quiet
from deliveries.frequency import Limit, limits_of
from deliveries.models import Message, RuleSet
from deliveries.predicates import NoGrant
from deliveries.refusals import Refusal, applying

QUIET_HOURS = "quiet_hours"
READERS_CLOCK = "by the clock of the reader"
# as the terms below are written
_LIMIT = re.compile(r"at most (\d+) in (\d+) days")
_HOURS = re.compile(r"(\d\d:\d\d) to (\d\d:\d\d), (.+)")


def rules_of(
    message: Message, quiet: Plan | None = None, limits: Sequence[Limit] | None = None
) -> RuleSet:
    """The version that holds for `message` now, made where it is new."""
    if limits is None:
        limits = limits_of(message.subscription_type, message.bound)
    asked = applying(message.channel, passing=True, limits=limits)
    with override("en"):
        rules = [_rule(one.key, str(one.label), _terms(one)) for one in asked]
    if quiet and quiet.quiet:
        hours = _hours(quiet.quiet, quiet.quiet_zone)
        rules.append(_rule(QUIET_HOURS, "Quiet hours", hours))
    written = json.dumps([message.channel, rules], sort_keys=True)
    digest = hashlib.sha256(written.encode()).hexdigest()
    wanted = {"channel": message.channel, "rules": rules}
    return RuleSet.objects.get_or_create(digest=digest, defaults=wanted)[0]


def proof_of(message: Message, quiet: Plan | None) -> dict[str, int | None]:
    """The values that a start writes down (see starting): the rules, and the type that
    a reader must have agreed to; none where mail of this channel needs no yes."""
    table = applying(message.channel, passing=True)
    needs_a_yes = any(isinstance(one.test, NoGrant) for one in table)
    kind = message.subscription_type_id if needs_a_yes else None
    return {"rules": rules_of(message, quiet).pk, "yes_to": kind}


def _rule(key: str, label: str, terms: str) -> dict[str, str]:
    return {"key": key, "label": label, "terms": terms}


def _terms(rule: Refusal) -> str:
    """What is not in the name of a rule, in words."""
    test = rule.test
    if isinstance(test, NoGrant):
        return _bases(test)
    if isinstance(test, Limit):
        return test.terms
    return ""


def _hours(quiet: Quiet, zone: str) -> str:
    clock = zone or READERS_CLOCK
    return f"{quiet.begins:%H:%M} to {quiet.ends:%H:%M}, {clock}"


def spoken(channel: str, rule: Mapping[str, str]) -> tuple[str, str]:
    """Label and terms of a stored rule in the language that is spoken; what is worded
    otherwise by now is told as it was written."""
    if rule["key"] == QUIET_HOURS:
        return _("Quiet hours"), _spoken_hours(rule["terms"])
    return _spoken_label(rule), _spoken_terms(channel, rule)


def _spoken_label(rule: Mapping[str, str]) -> str:
    with override("en"):
        is_as_now = refusals.label(rule["key"]) == rule["label"]
    return refusals.label(rule["key"]) if is_as_now else rule["label"]


def _spoken_terms(channel: str, rule: Mapping[str, str]) -> str:
    terms = rule["terms"]
    if found := _LIMIT.fullmatch(terms):
        mails, days = (number(int(one)) for one in found.groups())
        return _("at most %(mails)s in %(days)s days") % {"mails": mails, "days": days}
    table = {one.key: one for one in applying(channel, passing=True)}
    test = table[rule["key"]].test if rule["key"] in table else None
    return _bases(test) if isinstance(test, NoGrant) and _is(test, terms) else terms


def _is(test: NoGrant, terms: str) -> bool:
    with override("en"):
        return _bases(test) == terms


def _bases(test: NoGrant) -> str:
    return _(" or ").join(str(basis.label) for basis in test.bases)


def _spoken_hours(terms: str) -> str:
    found = _HOURS.fullmatch(terms)
    if found is None:
        return terms
    begins, ends, clock = found.groups()
    said = {"begins": begins, "ends": ends, "zone": clock}
    if clock == READERS_CLOCK:
        return _("%(begins)s to %(ends)s, by the clock of the reader") % said
    return _("%(begins)s to %(ends)s, %(zone)s") % said
