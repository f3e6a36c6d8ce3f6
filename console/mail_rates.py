"""What the mail of the last month says about its sender: rates, judgements, advice.

Pure: sums of days in, what the page draws out. The limits are those that mailbox
providers publish, and where they publish none, what senders keep to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from bounces.complaints import LIMIT, WATCH
from deliveries.guard import LEAST_MAILS
from deliveries.models import Day
from deliveries.providers import LABELS

# with fewer mails in a month a single bounce would look like a trend
ENOUGH = 400

SUMMED = (
    *("sent", "delivered", "open_tracked", "click_tracked", "opened", "clicked"),
    *("hard", "bounced", "unsubscribed", "complaints", "told"),
)
GRAVITY = ("well", "many", "too_many")


@dataclass(frozen=True, slots=True)
class Measure:
    """A rate that is judged: `part` of `base`, to be watched from `watch` on and too
    high from `limit` on. `advice` says what to do about either."""

    label: str
    part: str
    base: str
    watch: float
    limit: float
    happened: str
    advice: dict[str, str]
    url_name: str
    action: str


MEASURES: tuple[Measure, ...] = (
    Measure(
        "Hard bounces",
        "hard",
        "sent",
        0.02,  # "many providers prefer under 2 %"
        0.05,  # from here on senders are suspended
        "bounced for good",
        {
            "many": "See what the servers said, and where these addresses came from.",
            "too_many": (
                "Send nothing more to lists that were not mailed for long, and see"
                " what the servers said first."
            ),
        },
        "bounces:list",
        "Bounce audit",
    ),
    Measure(
        "Spam reports",
        "complaints",
        "told",
        WATCH,
        LIMIT,
        "was reported as spam",
        {
            "many": "Write to those who read you; ask the silent whether to go on.",
            "too_many": (
                "Providers turn mail away from here on. Mail only who clicked lately,"
                " until a week has passed without reports."
            ),
        },
        "reengagement:list",
        "Ask the silent",
    ),
    Measure(
        "Unsubscribes",
        "unsubscribed",
        "delivered",
        0.003,  # what good senders stay under
        0.03,
        "made somebody unsubscribe",
        {
            "many": "Write less often, or let people choose what they get.",
            "too_many": (
                "People do not expect this mail: see who agreed to it, and to what."
            ),
        },
        "consent:types",
        "Subscription types",
    ),
)


@dataclass(frozen=True, slots=True)
class Place:
    """The mail to one provider, or to all of them."""

    name: str
    sums: Counter[str]
    least: int = LEAST_MAILS

    def share(self, part: str, base: str) -> float | None:
        """None where there is nothing to divide by."""
        return self.sums[part] / self.sums[base] if self.sums[base] else None

    def rate(self, part: str, base: str) -> str:
        found = self.share(part, base)
        return (
            "–" if found is None else f"{found:.2%}" if found < 0.1 else f"{found:.1%}"
        )

    def judged(self, measure: Measure) -> str:
        """The look of the judgement; '' where it tells nothing."""
        if self.sums[measure.base] < self.least:
            return ""
        share = self.sums[measure.part] / self.sums[measure.base]
        return GRAVITY[(share >= measure.watch) + (share >= measure.limit)]

    @property
    def state(self) -> str:
        """The worst of its judgements."""
        found = [one for one in map(self.judged, MEASURES) if one]
        return max(found, key=GRAVITY.index) if found else "too_little"

    @property
    def cells(self) -> list[tuple[str, str]]:
        """(head, words) of its row in the table, after the name."""
        return [
            ("Sent", f"{self.sums['sent']:,}"),
            ("Opened", self.rate("opened", "open_tracked")),
            ("Clicked", self.rate("clicked", "click_tracked")),
            *((one.label, self.rate(one.part, one.base)) for one in MEASURES),
        ]


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to do, in a sentence; `url_name`: where."""

    tint: str
    sentence: str
    url_name: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class Rates:
    """The month of everybody and of each provider, those with most mail first."""

    everybody: Place
    providers: list[Place] = field(default_factory=list)

    @classmethod
    def of(cls, days: Iterable[Day], telling: Collection[str]) -> Rates:
        """`telling`: the providers that report who calls a mail spam."""
        sums: dict[str, Counter[str]] = {}
        for day in days:
            known = {name: getattr(day, name) for name in SUMMED if name != "told"}
            known["told"] = day.delivered if day.provider in telling else 0
            sums.setdefault(day.provider, Counter()).update(known)
        places = [Place(LABELS.get(key, key), one) for key, one in sums.items()]
        places.sort(key=lambda place: (-place.sums["sent"], place.name))
        total: Counter[str] = sum(sums.values(), Counter())
        return cls(Place("all providers", total, least=ENOUGH), places)

    @property
    def is_enough(self) -> bool:
        return self.everybody.sums["sent"] >= ENOUGH

    def figures(self) -> list[dict[str, object]]:
        """What ui/stats.html draws."""
        everybody = self.everybody
        shown = [
            (
                "Sent",
                everybody.sums["sent"],
                f"{everybody.sums['delivered']:,} arrived",
            ),
            ("Opened", everybody.rate("opened", "open_tracked"), "estimated"),
            ("Clicked", everybody.rate("clicked", "click_tracked"), "by people"),
            *(
                (one.label, everybody.rate(one.part, one.base), _usual(everybody, one))
                for one in MEASURES
            ),
        ]
        return [{"label": a, "value": b, "note": c} for a, b, c in shown]

    def advice(self) -> list[Advice]:
        """What to do, the gravest first; that all is well where it is."""
        found = sorted(self._found(), key=lambda one: one.tint != "bad")
        return found or [
            Advice("ok", "All rates are where mailbox providers want them. Go on so.")
        ]

    def _found(self) -> Iterator[Advice]:
        """For everybody, and for each provider that is worse than all together."""
        for measure in MEASURES:
            overall = self.everybody.judged(measure)
            if overall in measure.advice:
                yield _advice(self.everybody, measure, overall)
            for place in self.providers:
                state = place.judged(measure)
                if state in measure.advice and _is_worse(state, overall):
                    yield _advice(place, measure, state)


def _is_worse(state: str, overall: str) -> bool:
    return not overall or GRAVITY.index(state) > GRAVITY.index(overall)


def _usual(place: Place, measure: Measure) -> str:
    if not place.sums[measure.base]:
        return "no provider told"
    return f"good under {measure.watch:.1%}".replace(".0%", "%")


def _advice(place: Place, measure: Measure, state: str) -> Advice:
    rate = place.rate(measure.part, measure.base)
    bound = measure.limit if state == "too_many" else measure.watch
    sentence = (
        f"{rate} of the mail to {place.name} {measure.happened}; {bound:.1%} is"
        f" {'the limit' if state == 'too_many' else 'where to watch it'}."
        f" {measure.advice[state]}"
    ).replace(".0%", "%")
    tint = "bad" if state == "too_many" else "warn"
    return Advice(tint, sentence, measure.url_name, measure.action)
