"""The Celery application and its timetable.

The table in the database is the queue and Celery is the doorbell: a lost message costs
a few seconds, because the timetable below picks up whatever was not rung for.
"""

import os
from typing import Any

from celery import Celery

from config import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

broker.use()
app = Celery("listwell")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# "what happens, how often": {"task": "app.tasks.name", "schedule": seconds or crontab}
TIMETABLE: dict[str, dict[str, Any]] = {
    "send what is due, every 5 seconds": {
        "task": "deliveries.tasks.send_due",
        "schedule": 5.0,
        # what was not begun in time is asked for anew: no pile behind a slow turn
        "options": {"expires": 5.0},
    },
    "stop mailings that go wrong and let the next waves go, every 10 seconds": {
        "task": "deliveries.tasks.guard_mailings",
        "schedule": 10.0,
        "options": {"expires": 10.0},
    },
    "give up on mails of dead workers, every minute": {
        "task": "deliveries.tasks.release_stuck",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "make room for the next messages and months, every 6 hours": {
        "task": "deliveries.tasks.ensure_partitions",
        "schedule": 6 * 3600.0,
    },
    "look up the records of sending domains, when asked for and daily": {
        "task": "deliveries.tasks.check_domains",
        "schedule": 15.0,
        "options": {"expires": 15.0},
    },
    "judge the clicks whose window is over, every 5 seconds": {
        "task": "deliveries.tasks.settle_verdicts",
        "schedule": 5.0,
        "options": {"expires": 5.0},
    },
    "delete the files of old imports of contacts, every hour": {
        "task": "contacts.tasks.clean_up_imports",
        "schedule": 3600.0,
    },
    "go on with imports of contacts, every 15 seconds": {
        "task": "contacts.tasks.run_open_imports",
        "schedule": 15.0,
        "options": {"expires": 15.0},
    },
    "judge what servers refused, every 5 seconds": {
        "task": "bounces.tasks.judge_refusals",
        "schedule": 5.0,
        "options": {"expires": 5.0},
    },
    "ask for domains that could not be found, every 10 minutes": {
        "task": "bounces.tasks.check_domains",
        "schedule": 600.0,
        "options": {"expires": 600.0},
    },
    "end addresses whose neighbours get mail, every 10 minutes": {
        "task": "bounces.tasks.look_again",
        "schedule": 600.0,
        "options": {"expires": 600.0},
    },
    "read the suppression lists of providers that are due, every 2 minutes": {
        "task": "bounces.tasks.read_suppression_lists",
        "schedule": 120.0,
        "options": {"expires": 120.0},
    },
    "release mailboxes whose time is over, every hour": {
        "task": "bounces.tasks.release_due",
        "schedule": 3600.0,
        "options": {"expires": 3600.0},
    },
    "go on with judging old bounces and reading uploads, every 15 seconds": {
        "task": "bounces.tasks.run_open_jobs",
        "schedule": 15.0,
        "options": {"expires": 15.0},
    },
    "read what came back to the mail catcher, every 5 seconds": {
        "task": "bounces.tasks.read_caught",
        "schedule": 5.0,
        "options": {"expires": 5.0},
    },
    "read who unsubscribes by mail to the mail catcher, every 5 seconds": {
        "task": "optouts.tasks.read_caught",
        "schedule": 5.0,
        "options": {"expires": 5.0},
    },
    "sum up the engagement of who was touched, every 5 seconds": {
        "task": "deliveries.tasks.fold_engagement",
        "schedule": 5.0,
        "options": {"expires": 5.0},
    },
    "sum up the last months for the overview, every 10 minutes": {
        "task": "deliveries.tasks.sum_up_months",
        "schedule": 600.0,
        "options": {"expires": 600.0},
    },
    "sum up the last days for the email health page, every hour": {
        "task": "deliveries.tasks.sum_up_days",
        "schedule": 3600.0,
        "options": {"expires": 3600.0},
    },
    "look for mail that was accepted long after a no, every hour": {
        "task": "deliveries.tasks.find_late_mail",
        "schedule": 3600.0,
        "options": {"expires": 3600.0},
    },
    "forget the browsers of old opens and clicks, every hour": {
        "task": "deliveries.tasks.forget_browsers",
        "schedule": 3600.0,
        "options": {"expires": 3600.0},
    },
    "empty old bounce reports, every hour": {
        "task": "bounces.tasks.forget_reports",
        "schedule": 3600.0,
        "options": {"expires": 3600.0},
    },
    "forget what proved agreements long ended, every 12 hours": {
        "task": "consent.tasks.forget_evidence",
        "schedule": 12 * 3600.0,
        "options": {"expires": 3600.0},
    },
    "forget what programs that follow the ledger have long read, every 12 hours": {
        "task": "consent.tasks.forget_changes",
        "schedule": 12 * 3600.0,
        "options": {"expires": 3600.0},
    },
    "write the opt-out journal, every 10 seconds": {
        "task": "deliveries.tasks.write_journal",
        "schedule": 10.0,
        "options": {"expires": 10.0},
    },
    "seal the ledger of consent, every hour": {
        "task": "consent.tasks.seal_ledger",
        "schedule": 3600.0,
    },
    "start emails that are due, every 10 seconds": {
        "task": "campaigns.tasks.start_due",
        "schedule": 10.0,
        "options": {"expires": 10.0},
    },
    "end emails that are sent and count them, every 20 seconds": {
        "task": "campaigns.tasks.finish_sent",
        "schedule": 20.0,
        "options": {"expires": 20.0},
    },
    "empty the queue of stopped emails, every minute": {
        "task": "campaigns.tasks.cancel_stopped",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "end the pauses whose time is over, every 10 minutes": {
        "task": "optouts.tasks.end_pauses",
        "schedule": 600.0,
        "options": {"expires": 600.0},
    },
    "go on with opt-out imports, every 10 seconds": {
        "task": "optouts.tasks.pick_up",
        "schedule": 10.0,
        "options": {"expires": 10.0},
    },
    "forget uploads that nobody went on with, every hour": {
        "task": "optouts.tasks.forget_abandoned",
        "schedule": 3600.0,
    },
    "forget sign-ups that nobody confirmed, every hour": {
        "task": "signups.tasks.forget_unconfirmed",
        "schedule": 3600.0,
    },
    "forget the answers that were kept for programs, every hour": {
        "task": "api.tasks.forget_answers",
        "schedule": 3600.0,
    },
    "tell webhooks what happened, every 5 seconds": {
        "task": "webhooks.tasks.tell",
        "schedule": 5.0,
        "options": {"expires": 5.0},
    },
    "forget what webhooks were told a month ago, every hour": {
        "task": "webhooks.tasks.forget_old",
        "schedule": 3600.0,
    },
    "refresh the segments that something changed, every 15 seconds": {
        "task": "segments.tasks.refresh_due",
        "schedule": 15.0,
        "options": {"expires": 15.0},
    },
    "go on with filling, counting and exporting segments, every 15 seconds": {
        "task": "segments.tasks.run_open_jobs",
        "schedule": 15.0,
        "options": {"expires": 15.0},
    },
    "index the properties that segments ask about, every hour": {
        "task": "segments.tasks.ensure_indexes",
        "schedule": 3600.0,
    },
    "delete exported files after a day, every hour": {
        "task": "segments.tasks.clean_up_exports",
        "schedule": 3600.0,
    },
    "go on with what is done to many contacts, every 15 seconds": {
        "task": "console.tasks.run_open_bulk",
        "schedule": 15.0,
        "options": {"expires": 15.0},
    },
    "go on with the conversion of properties, every 15 seconds": {
        "task": "console.tasks.run_open_conversions",
        "schedule": 15.0,
        "options": {"expires": 15.0},
    },
    "move campaigns on and finish their opt-outs, every 30 seconds": {
        "task": "reengagement.tasks.advance_all",
        "schedule": 30.0,
        "options": {"expires": 30.0},
    },
}

app.conf.beat_schedule = TIMETABLE
