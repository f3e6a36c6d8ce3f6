"""Which version of the rules a mail is asked about, as a row to point at.

Made from the table of refusals, the limits and the quiet hours as they are now. A
change of any of them, by a release or in the settings, is a new version: what a mail
of last year had to pass can be read next year.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from deliveries.clock import Plan, Quiet
from deliveries.frequency import Limit, limits_of
from deliveries.models import Message, RuleSet
from deliveries.refusals import NoGrant, Refusal, applying

QUIET_HOURS = "quiet_hours"


def rules_of(
    message: Message, quiet: Plan | None = None, limits: Sequence[Limit] | None = None
) -> RuleSet:
    """The version that holds for `message` now, made where it is new."""
    if limits is None:
        limits = limits_of(message.subscription_type, message.bound)
    asked = applying(message.channel, passing=True, limits=limits)
    rules = [_rule(one.key, one.label, _terms(one)) for one in asked]
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
        return " or ".join(str(basis.label) for basis in test.bases)
    if isinstance(test, Limit):
        return f"at most {test.mails} in {test.days} days"
    return ""


def _hours(quiet: Quiet, zone: str) -> str:
    clock = zone or "by the clock of the reader"
    return f"{quiet.begins:%H:%M} to {quiet.ends:%H:%M}, {clock}"
