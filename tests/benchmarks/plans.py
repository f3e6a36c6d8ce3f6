"""Which statements took longest, and how the database answered them."""

import contextlib
import sys
import textwrap
import time
from dataclasses import dataclass, field

from django.db import connection, transaction

from deliveries.room import roomy


@dataclass
class Watch:
    """Keeps the slowest run of each statement that is asked inside `watching`."""

    wanted: int = 0
    slowest: dict[str, tuple[float, str, str]] = field(default_factory=dict)

    @contextlib.contextmanager
    def watching(self, work):
        def keep(execute, sql, params, many, context):
            began = time.perf_counter()
            answer = execute(sql, params, many, context)
            self._note(work, time.perf_counter() - began, sql, params)
            return answer

        with connection.execute_wrapper(keep) if self.wanted else _nothing():
            yield

    def _note(self, work, seconds, sql, params):
        text = connection.cursor().mogrify(sql, params) if params else sql
        before = self.slowest.get(work, (0.0, "", ""))
        self.slowest[work] = max(before, (seconds, work, text))

    def show(self):
        """EXPLAIN the slowest of all work, undone again, on standard error."""
        for seconds, work, text in sorted(self.slowest.values())[
            : -self.wanted - 1 : -1
        ]:
            sys.stderr.write(f"\n{work}: {seconds:.2f} s\n")
            sys.stderr.write(textwrap.shorten(text, 700, placeholder=" ...") + "\n")
            sys.stderr.writelines(f"    {line[:160]}\n" for line in explained(text))
        self.slowest.clear()


_nothing = contextlib.nullcontext
WATCH = Watch()


def explained(text):
    """The plan as it was carried out; what it wrote is taken back."""
    with roomy(), connection.cursor() as cursor:
        if text.lstrip().startswith("INSERT"):  # the members are in already
            cursor.execute("TRUNCATE segments_segmentmember")
        cursor.execute("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, BUFFERS) " + text)
        transaction.set_rollback(True)
        return [row[0] for row in cursor.fetchall()]
