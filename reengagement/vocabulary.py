"""The words of a re-engagement campaign: its states, and what became of each person."""

from __future__ import annotations

from django.db import models


class CampaignState(models.TextChoices):
    DRAFT = "draft", "Draft"
    STARTING = "starting", "Starting"
    RUNNING = "running", "Running"
    PAUSED = "paused", "Paused"
    REVIEW = "review", "Needs you"
    OPTING_OUT = "opting_out", "Opting out"
    DONE = "done", "Done"
    STOPPED = "stopped", "Stopped"


# Somebody is still being asked, or waited for, or about to be opted out.
LIVE_STATES = (
    CampaignState.STARTING,
    CampaignState.RUNNING,
    CampaignState.PAUSED,
    CampaignState.REVIEW,
    CampaignState.OPTING_OUT,
)


STOPPABLE = (
    CampaignState.STARTING,
    CampaignState.RUNNING,
    CampaignState.PAUSED,
    CampaignState.REVIEW,
)


class Ending(models.TextChoices):
    """What happens when the waiting time is over."""

    ASK = "ask", "Ask me before anybody is opted out"
    AUTOMATIC = "automatic", "Opt out on the announced date"


class Uncertain(models.TextChoices):
    """How a click counts that may have been a machine's, when the time is over."""

    PROBATION = "probation", "Keep on probation"
    STRICT = "strict", "Not an answer"


class Outcome(models.TextChoices):
    """What became of one member: asked, or held out. Exactly one holds."""

    WAITING = "waiting", "Still has time"
    PENDING = "pending", "Clicked, being checked"
    CONFIRMED = "confirmed", "Confirmed"
    SIGNAL = "signal", "Showed another sign of life"
    PROBATION = "probation", "On probation"
    KEPT = "kept", "Kept by hand"
    UNTRACKED = "untracked", "Untracked, so nobody can know"
    LEFT = "left", "Opted out by themselves"
    UNDELIVERED = "undelivered", "Never reached"
    SILENT = "silent", "Silent"
    SUNSET = "sunset", "Opted out"
    RETURNED = "returned", "Came back"
    RESTORED = "restored", "Opt-out undone"
    HOLDOUT = "holdout", "Held out for comparison"


# Nobody is opted out while somebody may still answer.
OPEN_OUTCOMES = (Outcome.WAITING, Outcome.PENDING)
