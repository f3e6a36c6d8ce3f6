"""What every benchmark reports, and the small clocks they share."""

import contextlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Result:
    """One number. `baseline` is the same work done by hand, in the same unit.

    `bar` is what the number must reach: of `ratio` (value / baseline) where there is a
    baseline, else of `value`. `higher_is_better` says from which side.
    """

    bench: str
    work: str
    value: float
    unit: str
    baseline: float | None = None
    bar: float | None = None
    higher_is_better: bool = False

    @property
    def ratio(self) -> float | None:
        return self.value / self.baseline if self.baseline else None

    @property
    def met(self) -> bool | None:
        if self.bar is None:
            return None
        reached = self.value if self.ratio is None else self.ratio
        return reached >= self.bar if self.higher_is_better else reached <= self.bar

    def line(self) -> str:
        return json.dumps(
            {
                "bench": self.bench,
                "work": self.work,
                "value": rounded(self.value),
                "unit": self.unit,
                "baseline": rounded(self.baseline),
                "ratio": rounded(self.ratio),
                "bar": self.bar,
                "met": self.met,
            }
        )


def rounded(number: float | None) -> float | None:
    """Four digits that mean something."""
    return None if number is None else float(f"{number:.4g}")


def megabytes() -> float:
    """The memory of this process at the moment."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 1e6


class Clock:
    seconds = 0.0


@contextlib.contextmanager
def timed() -> Iterator[Clock]:
    """`with timed() as clock: ...`, then `clock.seconds`."""
    clock = Clock()
    began = time.perf_counter()
    yield clock
    clock.seconds = time.perf_counter() - began


def family(pid: int) -> list[int]:
    """A process and all it has started, and what these have."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in family(int(child)))]


def processor_seconds(pid: int) -> float:
    """What a process and all it has started used, those that have ended as well."""
    stats = [Path(f"/proc/{one}/stat").read_text() for one in family(pid)]
    used = [stat.rpartition(")")[2].split()[11:15] for stat in stats]
    return sum(int(ticks) for own in used for ticks in own) / TICKS
