"""Charts as plain geometry: numbers in, coordinates of a 100 by 100 square out.

The template stretches the square over the figure and sets the words in HTML, so that
text keeps its size on a phone and on a wall.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

Kind = Literal["line", "area", "bar"]
STEPS = (1, 2, 2.5, 5, 10)
TINTS = ("d1", "d2", "d3", "d4")


@dataclasses.dataclass(frozen=True)
class Series:
    """One row of numbers. None is a gap. `tint` is one of d1 to d6."""

    label: str
    values: Sequence[float | None]
    tint: str = ""


@dataclasses.dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float


@dataclasses.dataclass(frozen=True)
class Drawn:
    """A series with its drawing: `line` and `area` are SVG paths, or `bars`."""

    series: Series
    tint: str
    line: str = ""
    area: str = ""
    bars: tuple[Bar, ...] = ()

    @property
    def figure(self) -> float | None:
        """The number of the legend: what bars add up to, where a line ends."""
        known = [v for v in self.series.values if v is not None]
        if not known:
            return None
        return sum(known) if self.bars else known[-1]


@dataclasses.dataclass(frozen=True)
class Slot:
    """One point in time: where the mouse finds it, and what it says."""

    label: str
    x: float
    width: float
    values: tuple[float | None, ...]


@dataclasses.dataclass(frozen=True)
class Chart:
    series: tuple[Drawn, ...]
    slots: tuple[Slot, ...]
    ticks: tuple[float, ...]
    labels: tuple[str, ...]
    is_even: bool


def ceiling(top: float) -> float:
    """The round number at or above `top` that ends the axis (at least 4)."""
    if top <= 4:
        return 4
    scale = 10.0 ** math.floor(math.log10(top))
    return next(step * scale for step in STEPS if step * scale >= top)


def thinned(labels: Sequence[str], most: int = 5) -> tuple[str, ...]:
    """At most `most` labels, evenly spaced, with the first and the last."""
    if len(labels) <= most:
        return tuple(labels)
    count = next((n for n in range(most, 2, -1) if (len(labels) - 1) % (n - 1) == 0), 2)
    step = (len(labels) - 1) // (count - 1)
    return tuple(labels[::step])


def spread(labels: Sequence[str], most: int = 7) -> tuple[str, ...]:
    """One label per bar; so many of them empty that `most` remain."""
    step = math.ceil(len(labels) / most)
    return tuple(text if i % step == 0 else "" for i, text in enumerate(labels))


def points(
    values: Sequence[float | None], top: float
) -> list[list[tuple[float, float]]]:
    """Runs of known values as coordinates; a gap ends a run."""
    step = 100 / max(len(values) - 1, 1)
    runs: list[list[tuple[float, float]]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((round(index * step, 2), round(100 - 100 * value / top, 2)))
    return [run for run in runs if run]


def path(run: list[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x} {y}" for x, y in run)


def area(run: list[tuple[float, float]]) -> str:
    return f"{path(run)}L{run[-1][0]} 100L{run[0][0]} 100Z"


def bars(
    values: Sequence[float | None], top: float, place: tuple[int, int]
) -> list[Bar]:
    """Bars of one series; `place` is its number among how many."""
    number, among = place
    slot = 100 / max(len(values), 1)
    width = slot * 0.7 / among
    return [
        Bar(
            x=round(index * slot + slot * 0.15 + number * width, 2),
            y=round(100 - 100 * (value or 0) / top, 2),
            width=round(width, 2),
            height=round(100 * (value or 0) / top, 2),
        )
        for index, value in enumerate(values)
    ]


def drawn(series: Series, top: float, kind: Kind, place: tuple[int, int]) -> Drawn:
    tint = series.tint or TINTS[place[0] % len(TINTS)]
    if kind == "bar":
        return Drawn(series, tint, bars=tuple(bars(series.values, top, place)))
    runs = points(series.values, top)
    filled = "".join(map(area, runs)) if kind == "area" and place[0] == 0 else ""
    return Drawn(series, tint, line="".join(map(path, runs)), area=filled)


def slots(labels: Sequence[str], series: Sequence[Series], kind: Kind) -> list[Slot]:
    """A strip per label: between bars' edges, or halfway to the neighbours."""
    count = len(labels)
    if kind == "bar":
        edges = [100 * i / count for i in range(count + 1)]
    else:
        step = 100 / max(count - 1, 1)
        edges = [min(max((i - 0.5) * step, 0), 100) for i in range(count + 1)]
    return [
        Slot(label, round(x, 2), round(end - x, 2), tuple(s.values[i] for s in series))
        for i, (label, (x, end)) in enumerate(zip(labels, pairwise(edges), strict=True))
    ]


def chart(kind: Kind, labels: Sequence[str], series: Sequence[Series]) -> Chart:
    """Lay out a chart; every series has one value per label."""
    known = (v for s in series for v in s.values if v is not None)
    top = ceiling(max(known, default=0))
    count = len(series)
    return Chart(
        series=tuple(drawn(s, top, kind, (i, count)) for i, s in enumerate(series)),
        slots=tuple(slots(labels, series, kind)),
        ticks=(top, top / 2, 0),
        labels=spread(labels) if kind == "bar" else thinned(labels),
        is_even=kind == "bar",
    )
