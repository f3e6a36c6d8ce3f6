"""The bars on real mails, which lie beside this project and are not part of it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

SAMPLES = Path(settings.BASE_DIR).parent / "shared" / "bounces"
BARS = {
    "detect: bounce recall": 0.98,
    "recipients: all found": 0.97,
    "recipients: all found (asserted labels)": 0.92,
    "category strict": 0.90,
    "category lenient (same group)": 0.94,
    "recognised as complaint": 0.94,
    "not-a-bounce: autoreply kept out": 1,
    "not-a-bounce: normal kept out": 1,
    "delay notice not treated as final (soft/delayed)": 0.94,
    "hard recall": 0.95,
    "hard precision": 0.99,
}


@pytest.mark.skipif(
    not (SAMPLES / "score.py").exists(),
    reason="no labelled mails beside the project: accuracy is not measured here",
)
@pytest.mark.parametrize("newline", ["lf", "crlf"])
def test_accuracy_on_real_mails(newline, tmp_path):
    out = tmp_path / "scores.json"
    subprocess.run(
        [
            *(sys.executable, str(SAMPLES / "score.py"), "--json", str(out)),
            *("--callable", "bounces.classify:classify", "--newline", newline),
        ],
        cwd=settings.BASE_DIR,
        env={"PATH": "/usr/bin:/bin"},
        check=True,
        capture_output=True,
    )
    scores = json.loads(out.read_text())
    below = {
        name: scores[name]
        for name, bar in BARS.items()
        if scores[name][0] < bar * scores[name][1]
    }
    assert below == {}
