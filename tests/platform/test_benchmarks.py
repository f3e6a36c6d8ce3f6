"""The frame of the benchmarks; the numbers themselves are in docs/performance.md."""

import json
import subprocess
import sys

import pytest

from config.local import places
from tests.benchmarks.frame import Result, timed
from tests.platform.checkout import outside_env


def test_a_result_is_one_json_line_with_every_name():
    line = Result("import", "1,000 contacts", 1.23456, "s", baseline=2.0, bar=1).line()
    assert json.loads(line) == {
        "bench": "import",
        "work": "1,000 contacts",
        "value": 1.235,
        "unit": "s",
        "baseline": 2.0,
        "ratio": 0.6173,
        "bar": 1,
        "met": True,
    }


@pytest.mark.parametrize(
    ("value", "baseline", "bar", "higher", "met"),
    [
        (29, None, 30, False, True),
        (31, None, 30, False, False),
        (31, None, 30, True, True),
        (10, 20, 0.4, True, True),
        (10, 20, 0.6, True, False),
        (10, 20, None, True, None),
    ],
)
def test_the_bar_judges_the_ratio_where_there_is_one(value, baseline, bar, higher, met):
    result = Result("b", "w", value, "s", baseline, bar, higher_is_better=higher)
    assert result.met is met


def test_the_clock_counts_what_is_inside():
    with timed() as clock:
        sum(range(1000))
    assert clock.seconds > 0


def test_an_unknown_benchmark_is_refused_with_the_known_names():
    refused = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "nonsense"],
        cwd=places.ROOT,
        env=outside_env(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 2
    assert "there is no “nonsense”" in refused.stderr
    assert "pages" in refused.stderr
