"""A campaign as the steps it goes through, for its page: past, present and future."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from campaigns import figures
from reengagement.vocabulary import CampaignState, Ending, Outcome

if TYPE_CHECKING:
    from reengagement.models import Campaign, CampaignEmail

# The review lies behind these.
ENDED = {CampaignState.OPTING_OUT, CampaignState.DONE}
UNDER_WAY = {CampaignState.RUNNING, CampaignState.PAUSED}

# The strip of figures: its columns add up to everybody asked.
STRIP: tuple[tuple[str, tuple[Outcome, ...]], ...] = (
    ("Confirmed", (Outcome.CONFIRMED, Outcome.RETURNED)),
    ("Other sign of life", (Outcome.SIGNAL, Outcome.PROBATION, Outcome.KEPT)),
    ("Still silent", (Outcome.WAITING, Outcome.PENDING, Outcome.SILENT)),
    ("Untracked", (Outcome.UNTRACKED,)),
    ("Left by themselves", (Outcome.LEFT,)),
    ("Never reached", (Outcome.UNDELIVERED,)),
    ("Opted out", (Outcome.SUNSET,)),
    ("Opt-out undone", (Outcome.RESTORED,)),
)
# Columns that appear only when somebody is in them.
WHEN_ANY = {"Other sign of life", "Untracked", "Opted out", "Opt-out undone"}


@dataclass(frozen=True, slots=True)
class Figure:
    label: str
    value: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the flow; `state`: done, now, held, stop or "" for later."""

    icon: str
    title: str
    state: str = ""
    when: str = ""
    text: str = ""
    status: str = ""
    url: str = ""
    url_label: str = ""
    figures: tuple[tuple[int, str], ...] = field(default=())
    done: int = 0
    total: int = 0


def strip(counts: Counter[str]) -> list[Figure]:
    """Everybody asked, then what became of them, which adds up to the first; and who
    was held out, which does not."""
    asked = _asked(counts)
    figures = [Figure("Asked", asked)]
    for label, outcomes in STRIP:
        value = sum(counts[outcome] for outcome in outcomes)
        if value or label not in WHEN_ANY:
            note = f"{value / asked:.1%}" if asked else ""
            figures.append(Figure(label, value, note))
    if held_out := counts[Outcome.HOLDOUT]:
        figures.append(Figure("Held out", held_out, "not asked"))
    return figures


def _asked(counts: Counter[str]) -> int:
    return counts.total() - counts[Outcome.HOLDOUT]


def steps(campaign: Campaign, counts: Counter[str]) -> list[Step]:
    """From the choice of people to the opt-out."""
    emails = list(
        campaign.emails.select_related(
            "email__message", "email__subscription_type__brand"
        )
    )
    flow = [_audience_step(campaign, _asked(counts))]
    for item in emails:
        flow.append(_email_step(campaign, item))
        if item is not emails[-1]:
            flow.append(Step("hourglass", f"{campaign.gap_days} days between emails"))
    flow.append(_waiting_step(campaign, counts))
    flow.append(_review_step(campaign, counts))
    flow.append(_end_step(campaign, counts))
    return flow


def _audience_step(campaign: Campaign, asked: int) -> Step:
    if campaign.state == CampaignState.STARTING:
        return Step("users", "Choosing who is asked", "now", status="running")
    return Step(
        "check",
        "Audience locked",
        "done",
        when=_day(campaign.started_at),
        text=_people(
            asked,
            f"of “{campaign.segment}” is asked.",
            f"of “{campaign.segment}” are asked.",
        ),
        url=reverse("reengagement:left_out", args=[campaign.pk]),
        url_label="Who was left out, and why",
    )


def _email_step(campaign: Campaign, item: CampaignEmail) -> Step:
    email = item.email
    title = f"Email {item.position}: “{email.subject}”"
    if email.message_id is None:
        return _later_step(campaign, item, title)
    row = figures.groups(email)
    sending = row["pending"] > 0
    held = campaign.state == CampaignState.PAUSED
    return Step(
        "send" if sending else "mail-check",
        title,
        ("held" if held else "now") if sending else "done",
        status=("paused" if held else "sending") if sending else "",
        url=reverse("campaigns:detail", args=[email.pk]),
        url_label="Report",
        figures=(
            (row["delivered"], "delivered"),
            (row["clicked"], "clicked"),
            (row["confirmed"], "confirmed"),
            (row["unsubscribed"], "unsubscribed"),
        ),
        done=row["sent"],
        total=row["sent"] + row["pending"] if sending else 0,
    )


def _later_step(campaign: Campaign, item: CampaignEmail, title: str) -> Step:
    """Of an email that nobody got yet; what is wrong with it keeps all waiting."""
    found = item.obstacles if campaign.state in UNDER_WAY else []
    if not found:
        return Step("send", title, text="Goes to whoever has not answered by then.")
    return Step(
        "triangle-alert",
        title,
        "held",
        text=f"{found[0]} Everybody waits for it until then.",
        url=item.email.get_absolute_url(),
        url_label="Put it right",
    )


def _waiting_step(campaign: Campaign, counts: Counter[str]) -> Step:
    waiting = counts[Outcome.WAITING] + counts[Outcome.PENDING]
    running = campaign.state in UNDER_WAY
    last = campaign.members.last_deadline() if waiting else None
    state = ""
    if campaign.state == CampaignState.REVIEW or campaign.state in ENDED:
        state = "done"
    elif running and waiting:
        state = "held" if campaign.state == CampaignState.PAUSED else "now"
    until = f" – until {_day(last)} for the last one" if last else ""
    return Step(
        "hourglass",
        f"Wait {campaign.waiting_days} days{until}",
        state,
        text=_people(waiting, "still has time to answer.", "still have time to answer.")
        if waiting
        else "",
        status="paused" if state == "held" else "",
    )


def _review_step(campaign: Campaign, counts: Counter[str]) -> Step:
    if campaign.ending == Ending.AUTOMATIC:
        return Step(
            "eye",
            "No review",
            text="You chose to opt the silent out on the announced date. "
            "You can pause or stop until then.",
        )
    if campaign.state == CampaignState.DONE:
        return Step("eye", "Your review", "done")
    silent = counts[Outcome.SILENT]
    now = campaign.state == CampaignState.REVIEW
    return Step(
        "eye",
        "Your review",
        "now" if now else "done" if campaign.state in ENDED else "",
        status="review" if now else "",
        text=_people(silent, "stayed silent.", "stayed silent.")
        + " Look through them before anything changes."
        if now
        else "You see everybody who stayed silent and can keep people before "
        "anything changes.",
        url=reverse("reengagement:silent", args=[campaign.pk]) if now else "",
        url_label="Review the silent",
    )


def _end_step(campaign: Campaign, counts: Counter[str]) -> Step:
    done = campaign.state == CampaignState.DONE
    running = campaign.state == CampaignState.OPTING_OUT
    gone = counts[Outcome.SUNSET]
    text = "They stop getting marketing email. Nothing is deleted, and for 30 days it "
    text += "can be undone."
    if done:
        text = _people(gone, "was opted out.", "were opted out.")
    return Step(
        "bell-off",
        "Opt out who stayed silent",
        "done" if done else "stop",
        when=_end_day(campaign, done=done),
        text=text,
        status="opting_out" if running else "",
        done=gone,
        total=gone + counts[Outcome.SILENT] if running else 0,
    )


def _end_day(campaign: Campaign, *, done: bool) -> str:
    if done:
        return _day(campaign.finished_at)
    announced = campaign.announced_on
    return f"not before {_day(announced)}" if announced else ""


def _day(moment: dt.date | None) -> str:
    """The day it is where the account is; a bare date is a day already."""
    if isinstance(moment, dt.datetime):
        moment = timezone.localtime(moment)
    return date_format(moment, "SHORT_DATE_FORMAT") if moment else ""


def _people(count: int, one: str, many: str) -> str:
    return f"1 person {one}" if count == 1 else f"{count:,} people {many}"
