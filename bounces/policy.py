"""What follows from a bounce: one decision for everything that acts on one.

Judging, releasing and the pages ask here and nowhere else. The tables of rules and
of causes are the product's; the switch and the changed rows are the installation's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import Q

from bounces.categories import Doing
from bounces.codes import Judgement, is_permanent, judgement
from bounces.models import Bounce, BouncePolicy, RuleChange
from bounces.rules.providers import COMPLAINED_THERE, OPTED_OUT_THERE
from bounces.shown import STRICTLY_BLOCKED
from consent.vocabulary import Reason

# the mailbox, or the domain, changed its owner (RFC 7293)
NEW_OWNER = ("5.7.17", "5.7.18")
# a domain that says itself that it takes no mail (null MX, RFC 7505): nobody there
# agreed to anything. Exchange says 5.1.10 of a mailbox that it does not know as well,
# so the cause has to be the domain.
NO_MAIL, NULL_MX, SAYS_NO = "domain_no_mail", ("5.1.10",), 556
COUNTING = (Doing.COUNT, Doing.COUNT_FULL)
LOST_DOMAIN = "dns_failure"
# a provider that keeps a list of its own refuses every sender's mail to the address
LISTED = "suppressed"
# but where it is there because of what the person said, that is her no, and no more
NOES = {OPTED_OUT_THERE: Reason.OWN_OPT_OUT, COMPLAINED_THERE: Reason.COMPLAINT}

ENDING = Q(doing=Doing.DEAD) | Q(enhanced_code__in=NEW_OWNER)
WEARING = Q(doing__in=COUNTING)
AGAINST_US = Q(category__in=STRICTLY_BLOCKED) & ~Q(enhanced_code__startswith="4")
AGAINST_US &= Q(code=None) | Q(code__gte=500)


@dataclass(frozen=True, slots=True)
class Policy:
    """The installation's choices at one moment; `changes`: rule to category."""

    is_strict: bool = False
    pauses: bool = True
    changes: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def current(cls) -> Policy:
        chosen = BouncePolicy.current()
        changes = dict(RuleChange.objects.values_list("rule", "category"))
        return cls(chosen.is_strict, chosen.pauses, changes)

    def correct(self, found: Judgement, code: int | None) -> Judgement:
        """The same where the row that decided means another category here."""
        category = self.changes.get(found.rule, found.category)
        if category == found.category:
            return found
        is_final = is_permanent(code, found.status)
        return judgement(category, found.rule, found.status, "" if is_final else "soft")

    def decide(self, bounce: Bounce) -> Decision:
        return Decision(bounce, self.is_strict)


@dataclass(frozen=True, slots=True)
class Decision:
    """What is done because of one bounce."""

    bounce: Bounce
    is_strict: bool = False

    @property
    def ends_address(self) -> bool:
        return self.bounce.doing == Doing.DEAD

    @property
    def has_new_owner(self) -> bool:
        return self.bounce.enhanced_code in NEW_OWNER

    @property
    def is_null_mx(self) -> bool:
        if self.bounce.category != NO_MAIL:
            return False
        is_told = self.bounce.enhanced_code in NULL_MX or self.bounce.code == SAYS_NO
        return is_told or self.bounce.rule == "null-mx"

    @property
    def counts(self) -> bool:
        return self.bounce.doing in COUNTING

    @property
    def asks_the_dns(self) -> bool:
        return self.bounce.category == LOST_DOMAIN and bool(self.bounce.address.domain)

    @property
    def is_listed(self) -> bool:
        return self.bounce.category == LISTED and self.no is None

    @property
    def no(self) -> Reason | None:
        """What the person said to the provider, which sends her nothing for that."""
        is_there = self.bounce.category == LISTED
        return NOES.get(self.bounce.rule) if is_there else None

    @property
    def is_of_an_incident(self) -> bool:
        """A provider's own list of addresses says nothing about how we send."""
        return self.bounce.category in STRICTLY_BLOCKED

    @property
    def blocks_strictly(self) -> bool:
        """The switch "strict": a permanent refusal for what the sender did."""
        is_passing = self.bounce.enhanced_code.startswith("4") or (
            self.bounce.code is not None and self.bounce.code < 500
        )
        return self.is_strict and self.is_of_an_incident and not is_passing
