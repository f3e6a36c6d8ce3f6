"""One worker process on its own: sends what is due and says how quickly.

`python -m tests.benchmarks.drain MOST CORE`: waits for a line, then sends at most
MOST mails, kept to one core unless CORE is "all"; prints one line of JSON.
"""

import importlib
import json
import os
import sys
import time

import django

from tests.benchmarks.frame import megabytes

PIECE = 1_000
# as the task of the worker does; each may send as many as `limit`
LANES = 2


def main(most, core):
    if core != "all":
        os.sched_setaffinity(0, {int(core)})
    django.setup()
    waiting = importlib.import_module("deliveries.waiting")
    sending = importlib.import_module("deliveries.sending")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    sent, memory = 0, []
    began, used = time.time(), time.process_time()
    while sent < most:
        piece = min(most - sent, most if memory else PIECE)
        started = sending.send_due(limit=max(1, piece // LANES), lanes=LANES)
        sent += started
        memory.append(megabytes())
        if not started and not waiting.waiting_messages():
            break
    told = {
        "mails": sent,
        "began": began,
        "ended": time.time(),
        "cpu": time.process_time() - used,
        "memory": [memory[0], max(memory)],
    }
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
