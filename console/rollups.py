"""The sums that pages read instead of counting: how each is compared and mended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from campaigns import figures
from deliveries import days, months, rollups
from deliveries.compared import Difference
from reengagement.models.tallies import Tally


@dataclass(frozen=True, slots=True)
class Rollup:
    """`differing`: what is not as it is counted now; `mend` sums it up anew."""

    label: str
    differing: Callable[[], Iterable[Difference]]
    mend: Callable[[Sequence[Any]], None]
    # how late it may be by itself
    note: str = ""


ROLLUPS: tuple[Rollup, ...] = (
    Rollup("Engagement of contacts", rollups.differing, rollups.mend),
    Rollup(
        "Days of the email health page",
        days.differing,
        days.mend,
        "counted every hour: what came since is no fault",
    ),
    Rollup(
        "Months of the overview",
        months.differing,
        months.mend,
        "counted every 10 minutes: what came since is no fault",
    ),
    Rollup(
        "Figures of emails",
        figures.differing,
        figures.mend,
        "counted every hour once an email is over, and no more after 60 days",
    ),
    Rollup("Outcomes of campaigns", Tally.objects.differing, Tally.objects.mend),
)
