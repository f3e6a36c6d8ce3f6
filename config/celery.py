"""The Celery application and its timetable.

The table in the database is the queue and Celery is the doorbell: a lost message costs
a few seconds, because the timetable below picks up whatever was not rung for.
"""

import os
from typing import Any

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("listwell")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# "what happens, how often": {"task": "app.tasks.name", "schedule": seconds or crontab}
TIMETABLE: dict[str, dict[str, Any]] = {}

app.conf.beat_schedule = TIMETABLE
