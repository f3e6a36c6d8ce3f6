"""What the mail of the last month says about its sender: rates, judgements, advice.

Pure: sums of days in, what the page draws out. The limits are those that mailbox
providers publish, and where they publish none, what senders keep to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.numbers import number, percent, percent_briefly
from bounces.complaints import LIMIT, WATCH
from deliveries.guard import LEAST_MAILS
from deliveries.models import Day
from deliveries.providers import shown

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# with fewer mails in a month a single bounce would look like a trend
ENOUGH = 400

SUMMED = (
    *("sent", "delivered", "open_tracked", "click_tracked", "opened", "clicked"),
    *("hard", "bounced", "unsubscribed", "complaints", "told"),
)
GRAVITY = ("well", "many", "too_many")
EVERYBODY = pgettext_lazy("mail to", "all providers")


@dataclass(frozen=True, slots=True)
class Measure:
    """A rate that is judged: `part` of `base`, to be watched from `watch` on and too
    high from `limit` on. `found` says either, of the mail to `name`; `advice` what to
    do about it."""

    label: StrOrPromise
    part: str
    base: str
    watch: float
    limit: float
    found: Mapping[str, StrOrPromise]
    advice: Mapping[str, StrOrPromise]
    url_name: str
    action: StrOrPromise


MEASURES: tuple[Measure, ...] = (
    Measure(
        _("Hard bounces"),
        "hard",
        "sent",
        0.02,  # "many providers prefer under 2 %"
        0.05,  # from here on senders are suspended
        {
            "many": _(
                "%(rate)s of the mail to %(name)s bounced for good; %(bound)s is where"
                " to watch it."
            ),
            "too_many": _(
                "%(rate)s of the mail to %(name)s bounced for good; %(bound)s is the"
                " limit."
            ),
        },
        {
            "many": _(
                "See what the servers said, and where these addresses came from."
            ),
            "too_many": _(
                "Send nothing more to lists that were not mailed for long, and see"
                " what the servers said first."
            ),
        },
        "bounces:list",
        _("Bounce audit"),
    ),
    Measure(
        _("Spam reports"),
        "complaints",
        "told",
        WATCH,
        LIMIT,
        {
            "many": _(
                "%(rate)s of the mail to %(name)s was reported as spam; %(bound)s is"
                " where to watch it."
            ),
            "too_many": _(
                "%(rate)s of the mail to %(name)s was reported as spam; %(bound)s is"
                " the limit."
            ),
        },
        {
            "many": _("Write to those who read you; ask the silent whether to go on."),
            "too_many": _(
                "Providers turn mail away from here on. Mail only who clicked lately,"
                " until a week has passed without reports."
            ),
        },
        "reengagement:list",
        _("Ask the silent"),
    ),
    Measure(
        _("Unsubscribes"),
        "unsubscribed",
        "delivered",
        0.003,  # what good senders stay under
        0.03,
        {
            "many": _(
                "%(rate)s of the mail to %(name)s made somebody unsubscribe; %(bound)s"
                " is where to watch it."
            ),
            "too_many": _(
                "%(rate)s of the mail to %(name)s made somebody unsubscribe; %(bound)s"
                " is the limit."
            ),
        },
        {
            "many": _("Write less often, or let people choose what they get."),
            "too_many": _(
                "People do not expect this mail: see who agreed to it, and to what."
            ),
        },
        "consent:types",
        _("Subscription types"),
    ),
)
# of the table of providers, after the name
HEADS: tuple[StrOrPromise, ...] = (
    *(_("Sent"), _("Opened"), _("Clicked")),
    *(one.label for one in MEASURES),
)


@dataclass(frozen=True, slots=True)
class Place:
    """The mail to one provider, or to all of them."""

    name: StrOrPromise
    sums: Counter[str]
    least: int = LEAST_MAILS

    def share(self, part: str, base: str) -> float | None:
        """None where there is nothing to divide by."""
        return self.sums[part] / self.sums[base] if self.sums[base] else None

    def rate(self, part: str, base: str) -> str:
        found = self.share(part, base)
        return "–" if found is None else percent(found, 2 if found < 0.1 else 1)

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
    def cells(self) -> list[tuple[StrOrPromise, str]]:
        """(head, words) of its row in the table, after the name."""
        words = (
            number(self.sums["sent"]),
            self.rate("opened", "open_tracked"),
            self.rate("clicked", "click_tracked"),
            *(self.rate(one.part, one.base) for one in MEASURES),
        )
        return list(zip(HEADS, words, strict=True))


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to do, in a sentence; `url_name`: where."""

    tint: str
    sentence: str
    url_name: str = ""
    action: StrOrPromise = ""


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
        places = [Place(shown(key), one) for key, one in sums.items()]
        places.sort(key=lambda place: (-place.sums["sent"], str(place.name)))
        total: Counter[str] = sum(sums.values(), Counter())
        return cls(Place(EVERYBODY, total, least=ENOUGH), places)

    @property
    def is_enough(self) -> bool:
        return self.everybody.sums["sent"] >= ENOUGH

    def figures(self) -> list[dict[str, object]]:
        """What ui/stats.html draws."""
        everybody = self.everybody
        figures = [
            (
                gettext("Sent"),
                everybody.sums["sent"],
                gettext("%(count)s arrived")
                % {"count": number(everybody.sums["delivered"])},
            ),
            (
                gettext("Opened"),
                everybody.rate("opened", "open_tracked"),
                gettext("estimated"),
            ),
            (
                gettext("Clicked"),
                everybody.rate("clicked", "click_tracked"),
                gettext("by people"),
            ),
            *(
                (one.label, everybody.rate(one.part, one.base), _usual(everybody, one))
                for one in MEASURES
            ),
        ]
        return [{"label": a, "value": b, "note": c} for a, b, c in figures]

    def advice(self) -> list[Advice]:
        """What to do, the gravest first; that all is well where it is."""
        found = sorted(self._found(), key=lambda one: one.tint != "bad")
        return found or [
            Advice(
                "ok",
                gettext("All rates are where mailbox providers want them. Go on so."),
            )
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
        return gettext("no provider told")
    return gettext("good under %(share)s") % {"share": percent_briefly(measure.watch)}


def _advice(place: Place, measure: Measure, state: str) -> Advice:
    share = place.share(measure.part, measure.base) or 0
    told = measure.found[state] % {
        "rate": percent_briefly(share) if share >= 0.1 else percent(share, 2),
        "name": place.name,
        "bound": percent_briefly(
            measure.limit if state == "too_many" else measure.watch
        ),
    }
    tint = "bad" if state == "too_many" else "warn"
    sentence = f"{told} {measure.advice[state]}"
    return Advice(tint, sentence, measure.url_name, measure.action)
