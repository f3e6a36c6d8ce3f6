"""Rounds of a send with processes killed at random: `--sizes` says how many rounds.

Each line of JSON is one round; a round that lost somebody or mailed twice ends it.
`KILL_MAILS` says how many mails each round sends, `KILL_SEED` where chance begins.
"""

import json
import os
import sys

from tests import million
from tests.benchmarks.frame import Result
from tests.killing import all_come_back, one_round

SIZES = [200]
MAILS = int(os.environ.get("KILL_MAILS", "20000"))
SEED = int(os.environ.get("KILL_SEED", "1"))


def run(stack, size):
    kind = million.make_people(MAILS * 6 // 5)
    million.vacuum()
    right = 0
    for number in range(size):
        told = one_round(stack, kind, SEED + number)
        sys.stdout.write(json.dumps({"round": SEED + number} | told.as_json()) + "\n")
        sys.stdout.flush()
        assert told.is_right
        right += 1
        all_come_back()
    yield Result("kills", "rounds that were right", right, "", size, 1, True)
