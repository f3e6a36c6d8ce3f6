"""Everything that happens by itself, as a worker runs it: in no transaction around it.

A test in a transaction does not tell that a task needs one, nor that nothing begins it.
"""

import pytest

from config.celery import TIMETABLE, app
from tests.factories import ensure_defaults

TASKS = sorted({row["task"] for row in TIMETABLE.values()})


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", TASKS)
def test_what_happens_by_itself_runs_by_itself(name):
    ensure_defaults()
    app.loader.import_default_modules()
    app.tasks[name].apply(throw=True)
