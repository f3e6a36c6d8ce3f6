"""What a new email may begin with. Words are meant to be changed by the author."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from campaigns.blocks import Block, new

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Starter:
    """One template to start from: its blocks and first subject."""

    key: str
    label: StrOrPromise
    description: StrOrPromise
    icon: str
    kind: str
    subject: str
    preview_text: str
    build: Callable[[], list[Block]]


def _reengagement() -> list[Block]:
    return [
        new("heading", text="Do you still want to hear from us?"),
        new(
            "text",
            html=(
                "<p>Hello {{ first_name | there }},</p>"
                "<p>You have not opened our emails for a while. That is fine: inboxes "
                "are full, and interests change.</p>"
                "<p>If you want to keep getting them, press the button. One click is "
                "enough.</p>"
            ),
        ),
        new("confirm", label="Keep me subscribed"),
        new(
            "text",
            html=(
                "<p>If you do nothing, we will stop writing to you. You need not do "
                "anything else.</p>"
            ),
        ),
    ]


def _reminder() -> list[Block]:
    return [
        new("heading", text="Should we keep writing to you?"),
        new(
            "text",
            html=(
                "<p>Hello {{ first_name | there }},</p>"
                "<p>A few days ago we asked whether you still want our emails. In case "
                "you missed it: here is the button again.</p>"
            ),
        ),
        new("confirm", label="Yes, keep me subscribed"),
        new("text", html="<p>No answer means no more emails from us.</p>"),
    ]


def _last_call() -> list[Block]:
    return [
        new("heading", text="This is our last email unless you say stay"),
        new(
            "text",
            html=(
                "<p>Hello {{ first_name | there }},</p>"
                "<p>We asked whether you still want our emails and have not heard from "
                "you. This is the last time we ask.</p>"
            ),
        ),
        new("confirm", label="Yes, keep writing to me"),
        new("text", html="<p>Thank you for having been with us.</p>"),
    ]


def _newsletter() -> list[Block]:
    return [
        new("heading", text="What is new this month"),
        new(
            "text",
            html=(
                "<p>Hello {{ first_name | there }},</p>"
                "<p>Say in two sentences what this email is about, and why it is worth "
                "reading now.</p>"
            ),
        ),
        new("divider"),
        new("heading", text="The first story", level=2),
        new("text", html="<p>One idea to a story. Short paragraphs read best.</p>"),
        new("button", label="Read the story", url="https://www.brand.example/story"),
        new("divider"),
        new("heading", text="The second story", level=2),
        new("text", html="<p>Say what changed, and what the reader gains.</p>"),
    ]


def _handmade() -> list[Block]:
    return [new("html")]


def _blank() -> list[Block]:
    return [new("text", html="<p>Hello {{ first_name | there }},</p>")]


STARTERS: tuple[Starter, ...] = (
    Starter(
        "reengagement",
        _("Re-engagement 1: the question"),
        _("Asks silent people whether they want to stay. Has one confirm button."),
        "refresh-cw",
        "reengagement",
        "Do you still want to hear from us?",
        "One click keeps you on the list. Doing nothing ends it.",
        _reengagement,
    ),
    Starter(
        "reminder",
        _("Re-engagement 2: the reminder"),
        _("Asks those again who have not answered, in fewer words."),
        "rotate-ccw",
        "reengagement",
        "Should we keep writing to you?",
        "We have not heard from you yet. One click is enough.",
        _reminder,
    ),
    Starter(
        "last-call",
        _("Re-engagement 3: the last call"),
        _("The last email of a round: says plainly that silence means goodbye."),
        "clock",
        "reengagement",
        "Our last email, unless you say stay",
        "We will stop writing to you. One click changes that.",
        _last_call,
    ),
    Starter(
        "newsletter",
        _("Newsletter"),
        _("A greeting and two stories with a button."),
        "file-text",
        "regular",
        "What is new this month",
        "",
        _newsletter,
    ),
    Starter(
        "html",
        _("HTML of your own"),
        _(
            "Paste or upload a page; its styles are put where mail programs look for"
            " them."
        ),
        "code-xml",
        "regular",
        "",
        "",
        _handmade,
    ),
    Starter(
        "blank",
        _("Blank"),
        _("One paragraph to begin with."),
        "mail",
        "regular",
        "",
        "",
        _blank,
    ),
)


def find(key: str) -> Starter:
    """The starter called `key`; the blank one when there is none."""
    return next((one for one in STARTERS if one.key == key), STARTERS[-1])
