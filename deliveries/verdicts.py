"""Who was behind an open, a click or a press: a person or a machine.

Pure: facts about one event in, a verdict out. Mail scanners open every link within
seconds, run scripts and even submit forms, so no single sign decides: signs are added
up by the table below, and only once the settle window is over, because the other
half of a burst may come later (see settling). Every sign and its weight is stored
with the event.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from deliveries.models import EventKind, Verdict

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

UNVERIFIED_FROM = 1
MACHINE_FROM = 4
GESTURES = ("pointer", "key")


MODERN_BROWSER = re.compile(r"(?:Chrome|Firefox|Edg|Version)/\d")
SCANNER = re.compile(
    r"bot\b|crawl|spider|scan|curl/|wget/|python|java/|okhttp|go-http|libwww|axios"
    r"|node-fetch|httpclient|barracuda|proofpoint|mimecast|safelinks|bitdefender"
    r"|symantec|trendmicro|cloudmark|preview|phantomjs|facebookexternalhit",
    re.IGNORECASE,
)
# Outgoing networks as the services publish them for firewalls: a hint, no proof.
SCANNER_NETWORKS = [
    ipaddress.ip_network(network)
    for network in (
        *("40.92.0.0/15", "40.107.0.0/16", "52.100.0.0/14", "104.47.0.0/17"),  # EOP
        *("64.235.144.0/20", "209.222.80.0/21"),  # Barracuda
        *("67.231.144.0/20", "148.163.128.0/19"),  # Proofpoint
        *("207.211.30.0/23", "205.139.110.0/23"),  # Mimecast
    )
]


@lru_cache(maxsize=10_000)
def is_scanner_network(ip: str) -> bool:
    if not ip:
        return False
    found = ipaddress.ip_address(ip)
    return any(found in network for network in SCANNER_NETWORKS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known about one event once its neighbours are there.

    Seconds are None where one of the two moments is unknown. Links are counted
    among the clicks of the same delivery.
    """

    kind: EventKind
    is_local: bool = False  # from this machine or our own network
    ip: str = ""
    user_agent: str = ""
    accept_language: str = ""
    gesture: str = ""  # how the button was pressed, as the page's script saw it
    after_delivery: float | None = None
    after_click: float | None = None  # the click of the same visitor before a press
    siblings_2s: int = 0  # other links within 2 s before or after
    links_10s: int = 0  # distinct links within 10 s, its own among them
    links: int = 0  # in the whole mail
    heads_10s: int = 0  # HEAD requests within 10 s
    recipients_60s: int = 0  # whose links this IP followed in the same minute
    domains_60s: int = 0
    in_burst: bool = False  # the visitor's own click before the press was in a burst
    near_burst: bool = False  # somebody else's was, shortly before


@dataclass(frozen=True, slots=True)
class Signal:
    """One sign. `local`: it also speaks where the visitor is on this machine or in
    our own network (addresses and haste mean nothing there)."""

    name: str
    weight: int
    meaning: StrOrPromise
    applies: Callable[[Facts], bool]
    local: bool = True


@dataclass(frozen=True, slots=True)
class Judgement:
    verdict: Verdict
    score: int
    signals: dict[str, int]

    @property
    def is_burst(self) -> bool:
        return any(name in BURST for name in self.signals)


def is_click(facts: Facts) -> bool:
    return facts.kind != EventKind.OPEN


def is_quick(facts: Facts) -> bool:
    after = facts.after_delivery
    return after is not None and after < 10


def is_early(facts: Facts) -> bool:
    after = facts.after_delivery
    return after is not None and 10 <= after < 180


def is_every_link(facts: Facts) -> bool:
    return facts.links_10s >= 2 and (
        facts.links_10s >= 3 or facts.links_10s >= facts.links
    )


def is_pressed_at_once(facts: Facts) -> bool:
    after = facts.after_click
    return not facts.gesture and after is not None and after < 1.5


def is_second_look(facts: Facts) -> bool:
    return facts.after_click is not None and facts.after_click >= 5


def is_one_for_many(facts: Facts) -> bool:
    return facts.recipients_60s >= 3 and facts.domains_60s >= 2


def is_image_proxy_of_apple(facts: Facts) -> bool:
    return facts.kind == EventKind.OPEN and facts.user_agent == "Mozilla/5.0"


def is_bare_browser(facts: Facts) -> bool:
    return (
        is_click(facts)
        and not facts.accept_language
        and bool(MODERN_BROWSER.search(facts.user_agent))
    )


# Weights: below 1 a person, from 4 on a machine, between them not certain.
SIGNALS = (
    Signal(
        "sibling_link",
        4,
        _("Another link of the same mail within 2 seconds."),
        lambda facts: is_click(facts) and facts.siblings_2s > 0,
    ),
    Signal(
        "every_link",
        5,
        _("Three links, or all there are, within 10 seconds."),
        lambda facts: is_click(facts) and is_every_link(facts),
    ),
    Signal(
        "head_first",
        4,
        _("A HEAD request beside it: browsers send none."),
        lambda facts: is_click(facts) and facts.heads_10s > 0,
    ),
    Signal(
        "in_burst",
        5,
        _("The same visitor followed several links at once before pressing."),
        lambda facts: facts.in_burst,
    ),
    Signal(
        "near_burst",
        2,
        _("Several links of the mail were followed at once shortly before."),
        lambda facts: facts.near_burst and not facts.in_burst,
    ),
    Signal(
        "on_arrival",
        3,
        _("Within 10 seconds of delivery."),
        is_quick,
        local=False,
    ),
    Signal(
        "soon_after_arrival",
        1,
        _("Within 3 minutes of delivery."),
        is_early,
        local=False,
    ),
    Signal(
        "pressed_at_once",
        4,
        _("The button was pressed faster than the page can be read."),
        is_pressed_at_once,
        local=False,
    ),
    Signal(
        "scanner_network",
        3,
        _("From the network of a mail security service."),
        lambda facts: is_click(facts) and is_scanner_network(facts.ip),
        local=False,
    ),
    Signal(
        "one_for_many",
        3,
        _("The same address followed links of several recipients in a minute."),
        lambda facts: is_click(facts) and is_one_for_many(facts),
        local=False,
    ),
    Signal(
        "headless_browser",
        3,
        _("A browser without a window."),
        lambda facts: "headless" in facts.user_agent.lower(),
        local=False,
    ),
    Signal(
        "scanner_name",
        3,
        _("It names itself as a program, or not at all."),
        lambda facts: bool(SCANNER.search(facts.user_agent)) or not facts.user_agent,
    ),
    Signal(
        "bare_browser",
        2,
        _("It says to be a browser, without a language."),
        is_bare_browser,
    ),
    Signal(
        "image_proxy",
        5,
        _("Apple Mail loads all images by itself."),
        is_image_proxy_of_apple,
    ),
    Signal(
        "gesture",
        -4,
        _("A hand on the button: pointer or key."),
        lambda facts: facts.gesture in GESTURES,
    ),
    Signal(
        "second_look",
        -3,
        _("The button was pressed 5 seconds or more after the click."),
        is_second_look,
    ),
)
BURST = frozenset({"sibling_link", "every_link", "head_first", "in_burst"})
MEANINGS = {signal.name: signal.meaning for signal in SIGNALS} | {
    "head": _("A HEAD request: nobody looked."),
    "prefetch": _("Loaded ahead of time: nobody looked."),
}


def judge(facts: Facts) -> Judgement:
    signals = {
        signal.name: signal.weight
        for signal in SIGNALS
        if (signal.local or not facts.is_local) and signal.applies(facts)
    }
    score = sum(signals.values())
    return Judgement(verdict_of(score), score, signals)


def verdict_of(score: int) -> Verdict:
    if score >= MACHINE_FROM:
        return Verdict.MACHINE
    return Verdict.UNVERIFIED if score >= UNVERIFIED_FROM else Verdict.HUMAN
