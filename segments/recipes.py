"""Ready-made segments to start from: the questions email hygiene begins with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Recipe:
    """A named set of rules; choosing it opens the builder, nothing is saved yet."""

    key: str
    title: StrOrPromise
    reason: StrOrPromise
    icon: str
    groups: tuple[tuple[dict[str, Any], ...], ...]

    @property
    def name(self) -> str:
        return str(self.title)

    @property
    def why(self) -> str:
        return str(self.reason)

    @property
    def rules(self) -> dict[str, Any]:
        groups = [{"match": "all", "rules": list(rules)} for rules in self.groups]
        return {"match": "any", "rules": groups}


def _is(field: str, operator: str, **operand: Any) -> dict[str, Any]:
    return {"field": field, "operator": operator, **operand}


RECIPES = (
    Recipe(
        "never-opened",
        _("Never opened"),
        _("Got 12 or more marketing emails and opened none: ask them first."),
        "mail",
        (
            (
                _is("last_opened_at", "unknown"),
                _is("delivered", "greater", value=11),
            ),
        ),
    ),
    Recipe(
        "lapsed",
        _("Lapsed for a year"),
        _("Opened something once, the last time more than 52 weeks ago."),
        "hourglass",
        ((_is("last_opened_at", "more_than_ago", value=52, unit="weeks"),),),
    ),
    # the rule of thumb for "graymail": never engaged and silent through 11 mails, or
    # engaged once and silent through the last 16
    Recipe(
        "unengaged",
        _("Unengaged"),
        _("Ignored the last 11 emails without ever engaging, or the last 16 after it."),
        "bell-off",
        (
            (
                _is("last_opened_at", "unknown"),
                _is("last_clicked_at", "unknown"),
                _is("sends_since_engagement", "at_least", value=11),
            ),
            (
                _is("sends_since_engagement", "at_least", value=16),
                _is("last_opened_at", "known"),
            ),
            (
                _is("sends_since_engagement", "at_least", value=16),
                _is("last_clicked_at", "known"),
            ),
        ),
    ),
    Recipe(
        "hard-bounced",
        _("Hard bounced"),
        _("Their address was refused for good: fix it or let it rest."),
        "mail-x",
        ((_is("hard_bounce_reason", "known"),),),
    ),
    Recipe(
        "opted-out",
        _("Unsubscribed from all email"),
        _("Said no to every marketing email."),
        "ban",
        ((_is("opted_out", "is", value=True),),),
    ),
    Recipe(
        "not-mailed",
        _("Not mailed for 26 weeks"),
        _("Got their last marketing email more than half a year ago."),
        "clock",
        ((_is("last_delivered_at", "more_than_ago", value=26, unit="weeks"),),),
    ),
    Recipe(
        "confirmed",
        _("Confirmed"),
        _("Pressed the button in an email that asked whether they want to stay."),
        "circle-check",
        ((_is("email_event", "confirmed"),),),
    ),
    Recipe(
        "silent-after",
        _("Silent after a campaign"),
        _("Got its emails, clicked nothing. Choose the campaign in the condition."),
        "history",
        (
            (
                _is("email_event", "received_but_not_clicked"),
                _is("opted_out", "is", value=False),
            ),
        ),
    ),
)
BY_KEY = {recipe.key: recipe for recipe in RECIPES}
