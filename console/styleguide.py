"""Sample data of the style guide: every piece in every state."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from accounts.models import Job, JobState
from console.forms import Sample
from console.icons import ICONS
from console.statuses import STATUSES

PEOPLE: list[tuple[str, str, str, int | None, int | None]] = [
    ("Amara Okafor", "amara.okafor@northwind.example", "mailable", 2, 0),
    ("Ben Sørensen", "ben@fjordlogistik.example", "mailable", 11, 1),
    ("Carla Mendes", "cmendes@praiaverde.example", "on_hold", 210, 17),
    ("Dmitri Volkov", "d.volkov@altair.example", "hard_bounced", 430, None),
    ("Łucja Żak", "lucja@bursztyn.example", "opted_out", None, None),
    ("Eun-ji Park", "eunji.park@hanbit.example", "soft_bouncing", 0, 3),
]
COLUMNS = [
    {"select": True},
    {"label": "Contact", "sort": "?sort=-name", "order": "ascending"},
    {"label": "Email status"},
    {"label": "Last engaged", "sort": "?sort=engaged"},
    {"label": "Sends since", "num": True},
    {"label": "Action", "vh": True},
]
TABS = [
    {"label": "All contacts", "url": "?", "current": True, "count": 48212},
    {"label": "Can be emailed", "url": "?view=mailable", "count": 39870},
    {"label": "Never engaged", "url": "?view=silent", "count": 4118},
    {"label": "Opted out", "url": "?view=out", "count": None},
]
STATS = [
    {"label": "Intended", "value": 4902, "note": "everyone in 2 segments", "url": "?"},
    {"label": "Sent", "value": 4341, "note": "88.6% of intended", "url": "?g=sent"},
    {"label": "Delivered", "value": 4288, "note": "98.8% of sent", "url": "?g=got"},
    {"label": "Clicked", "value": 356, "note": "8.3% of delivered", "url": "?g=click"},
    {
        "label": "Not sent",
        "value": 561,
        "note": "11.4% of intended",
        "url": "?g=not",
        "current": True,
    },
]
REASONS = [
    {"label": "Not engaging", "count": 214, "tint": "d3", "url": "?r=quiet"},
    {
        "label": "Opted out of this type",
        "count": 167,
        "tint": "d6",
        "url": "?r=out",
        "current": True,
    },
    {"label": "Hard bounced earlier", "count": 96, "tint": "d4"},
    {"label": "Imported opt-out", "count": 51, "tint": "d6"},
    {"label": "In another campaign", "count": 24, "tint": "d5"},
    {"label": "No email address", "count": 9, "tint": "d4"},
]
FUNNEL = [
    {"label": "Will be opted out of all marketing", "count": 4876, "kind": "tot"},
    {"label": "Contacts today", "count": 1302, "kind": "in"},
    {"label": "Not contacts: blocked, no contact is made", "count": 3574, "kind": "in"},
    {"label": "Already opted out, no change", "count": 291, "url": "?already"},
    {"label": "Not an email address, skipped", "count": 8, "kind": "warn"},
]
SPLIT = [
    {"label": "Can be emailed", "count": 3102, "tint": "d1"},
    {"label": "Opted out", "count": 712, "tint": "d6"},
    {"label": "Bounced", "count": 304, "tint": "d4"},
]
HOURS = [f"{hour}:00" for hour in range(9, 22)]
OPENS = [0, 310, 840, 1190, 1420, 1530, 1602, 1650, 1690, 1722, 1748, 1770, 1783]
CLICKS = [0, 40, 120, 188, 240, 272, 295, 311, 325, 334, 342, 350, 356]
WEEKS = ["14 Sep", "21 Sep", "28 Sep", "5 Oct", "12 Oct", "19 Oct", "26 Oct"]


def jobs() -> list[Job]:
    """A job in each state; none of them is saved."""
    now = timezone.now()
    earlier = now - dt.timedelta(seconds=40)
    label = "Import contacts from expo-2025.csv"
    error = "Row 813 is not text. Save the file as CSV and upload it again."
    counts: dict[str, Any] = {"total": 100000, "started_at": earlier}
    running = Job(pk=1, label=label, state=JobState.RUNNING, done=41200, **counts)
    waiting = Job(pk=2, label="Export segment Gone quiet")
    failed = Job(pk=3, label=label, state=JobState.FAILED, done=812, **counts)
    failed.error, failed.finished_at = error, now
    return [running, waiting, failed]


def events() -> list[dict[str, Any]]:
    now = timezone.now()
    return [
        {
            "at": now - dt.timedelta(days=days),
            "title": title,
            "text": text,
            "icon": icon,
            "tint": tint,
            "url": url,
        }
        for days, title, text, icon, tint, url in (
            (0, "Sent “Still want these?”", "Accepted, not clicked", "mail", "", "?m"),
            (3, "Put on hold", "11 sends without a click", "shield-alert", "warn", ""),
            (40, "Clicked “April notes”", "Human", "mouse-pointer-click", "ok", ""),
            (41, "Hard bounced", "550 5.1.1 user unknown", "mail-x", "bad", ""),
            (300, "Opted in", "Form “Webinar”, text v3", "shield-check", "info", ""),
        )
    ]


def people() -> list[dict[str, Any]]:
    now = timezone.now()
    return [
        {
            "name": name,
            "email": email,
            "status": status,
            "engaged": None if days is None else now - dt.timedelta(days=days),
            "sends": sends,
        }
        for name, email, status, days, sends in PEOPLE
    ]


def forms() -> dict[str, Sample]:
    """The sample form as it is first shown, and after it was sent half empty."""
    wrong = Sample(
        {"name": "Spring news", "address": "ana@", "count": "4,867"}, auto_id="wrong_%s"
    )
    wrong.is_valid()
    return {"form": Sample(), "wrong": wrong}


def charts() -> dict[str, Any]:
    return {
        "hours": HOURS,
        "hourly": [
            {"label": "Opens (estimated)", "values": OPENS},
            {"label": "Clicks", "values": CLICKS},
        ],
        "weeks": WEEKS,
        "weekly": [
            {"label": "Bounces", "values": [12, 9, 31, 8, 7, 11, 6], "tint": "d4"},
            {"label": "Opt-outs", "values": [30, 22, 41, 28, 19, 24, 20], "tint": "d6"},
        ],
    }


def everything() -> dict[str, Any]:
    """The context of the style guide."""
    return {
        "people": people(),
        "columns": COLUMNS,
        "tabs": TABS,
        "stats": STATS,
        "reasons": REASONS,
        "funnel": FUNNEL,
        "split": SPLIT,
        "jobs": jobs(),
        "events": events(),
        "icons": ICONS,
        "statuses": STATUSES,
        "selectable": [("", "Any status"), ("mailable", "Can be emailed")],
        **forms(),
        **charts(),
    }
