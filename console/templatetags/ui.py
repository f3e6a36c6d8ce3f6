"""Template tags and filters of the interface pieces (see /styleguide/)."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.contrib.messages import get_messages
from django.contrib.messages.storage.base import Message
from django.template.context import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.models import Job, User
from accounts.numbers import number as written
from accounts.roles import Right, is_open, who_may
from accounts.web import SignedIn
from console import navigation as nav
from console.charts import Series
from console.charts import chart as lay_out
from console.limits import is_hers
from console.statuses import look_of
from console.stopping import may_stop

register = template.Library()

NOTE_ICONS = {
    "": "info",
    "info": "info",
    "ok": "circle-check",
    "warn": "triangle-alert",
    "bad": "circle-alert",
}
MESSAGE_TINTS = {"success": "ok", "warning": "warn", "error": "bad"}
UNDO = "undo:"
STEP_STATES = {-1: "done", 0: "now", 1: "later"}


# -- words and numbers -------------------------------------------------------------


@register.filter
def number(value: float | str | None) -> str:
    """1234567 -> 1,234,567; None -> a dash; words stay words."""
    if value is None or value == "":
        return "–"
    if isinstance(value, str):
        return value
    return written(value)


@register.filter
def chosen(options: SafeString, value: str) -> SafeString:
    """The options of a select, drawn without a choice, with this one chosen: a list
    that stands on a page hundreds of times is drawn once."""
    mark = f'value="{escape(value)}"'
    # both parts are escaped already
    return mark_safe(options.replace(mark, f"{mark} selected", 1))  # noqa: S308


@register.filter
def figures(values: Sequence[float | None]) -> str:
    """The numbers of one point of a chart: 1,783 · 356."""
    return " · ".join(map(number, values))


@register.filter
def share(part: float | None, whole: float | None) -> str:
    """`part` of `whole` in percent as an SVG width: 43.1; 0 of 0 is 0."""
    return f"{100 * (part or 0) / whole:.2f}" if whole else "0"


@register.filter
def percent(part: float | None, whole: float | None) -> str:
    """`part` of `whole` in words: 8.3%; a dash when there is nothing to divide by."""
    if not whole or part is None:
        return "–"
    value = 100 * part / whole
    places = 2 if 0 < value < 1 else 1
    number = formats.number_format(round(value, places), places)
    return _("%(number)s%%") % {"number": number}


@register.filter
def poll_seconds(started: dt.datetime | None) -> int:
    """How often a page asks for news of a job: 2 s, after a minute 5, after ten 15."""
    age = timezone.now() - started if started else dt.timedelta()
    if age > dt.timedelta(minutes=10):
        return 15
    return 5 if age > dt.timedelta(minutes=1) else 2


def relative(value: dt.datetime, now: dt.datetime) -> str:
    """Within seven days the distance, else the date, in the current time zone."""
    days = (timezone.localdate(value) - timezone.localdate(now)).days
    distance = abs((now - value).total_seconds())
    is_past = value <= now
    if abs(days) > 7:
        return formats.date_format(timezone.localtime(value), "SHORT_DATE_FORMAT")
    if abs(days) >= 1 and distance >= 86400 / 2:
        return _days(days)
    if distance < 60:
        return _("just now") if is_past else _("in a moment")
    if distance < 3600:
        said = _("%(count)s min ago") if is_past else _("in %(count)s min")
        return said % {"count": int(distance // 60)}
    said = _("%(count)s h ago") if is_past else _("in %(count)s h")
    return said % {"count": int(distance // 3600)}


def _days(days: int) -> str:
    if days in (-1, 1):
        return _("yesterday") if days < 0 else _("tomorrow")
    if days < 0:
        said = ngettext("%(count)s day ago", "%(count)s days ago", -days)
    else:
        said = ngettext("in %(count)s day", "in %(count)s days", days)
    return said % {"count": abs(days)}


@register.simple_tag
def when(value: dt.datetime | dt.date | None, missing: str = "") -> str:
    """A moment: relative up to a week, the exact time with its zone on hover."""
    if value is None:
        return missing or _("Never")
    if not isinstance(value, dt.datetime):
        text = formats.date_format(value, "SHORT_DATE_FORMAT")
        return format_html('<time datetime="{}">{}</time>', value.isoformat(), text)
    local = timezone.localtime(value)
    day, at = (formats.date_format(local, f) for f in ("D", "SHORT_DATETIME_FORMAT"))
    exact = f"{day} {at} {formats.date_format(local, 'e')}"
    text = relative(value, timezone.now())
    html = '<time datetime="{}" title="{}">{}</time>'
    return format_html(html, value.isoformat(), exact, text)


# -- small pieces ------------------------------------------------------------------


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the sprite, hidden from screen readers: the words stand beside it."""
    html = '<svg class="i" aria-hidden="true"><use href="{}#{}"></use></svg>'
    return format_html(html, static("icons.svg"), name)


@register.inclusion_tag("ui/badge.html")
def badge(state: str, label: str = "") -> dict[str, Any]:
    """The badge of a state (console/statuses.py); `label` says more than its word."""
    look = look_of(str(getattr(state, "value", state)))
    return {**look._asdict(), "label": label or look.label}


@register.simple_tag
def avatar(name: str) -> SafeString:
    """Initials on one of four tints; the same name always has the same one."""
    words = [word for word in name.replace("@", " ").split() if word[0].isalnum()]
    initials = "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()
    tint = "abcd"[zlib.crc32(name.encode()) % 4]
    html = '<span class="av av-{}" aria-hidden="true">{}</span>'
    return format_html(html, tint, initials or "?")


@register.inclusion_tag("ui/post_button.html", takes_context=True)
def post_button(context: Context, url: str, label: str, **look: Any) -> dict[str, Any]:
    """A button that POSTs to `url`. `look`: icon, tint, small, name, value."""
    token = context.get("csrf_token")
    shown = _is_open(context, url, acting=True)
    return {"url": url, "label": label, "csrf_token": token, "shown": shown, **look}


@register.simple_tag(takes_context=True)
def offered(context: Context, url: str, *, shared: bool = False) -> bool:
    """Whether a link to `url` is of any use to who looks at the page. `shared`: what
    stands there may belong to a brand that she does not work for."""
    return _is_open(context, url) and not (shared and _is_others(context, url))


@register.simple_tag(takes_context=True)
def stop_url(context: Context, job: Job) -> str:
    """Where the job is stopped, for who may; "" for the others."""
    if not may_stop(context["request"].user, job):
        return ""
    return reverse("console:job_cancel", args=[job.pk])


@register.simple_tag(takes_context=True)
def who_can(context: Context, right: str) -> str:
    """“You”, or the roles that may what she may not, where English begins a sentence;
    other languages put it where it need not agree with a verb."""
    if context["request"].user.may(Right(right)):
        return pgettext("who can", "You")
    return str(who_may(Right(right)))


@register.simple_block_tag(takes_context=True)
def linked(
    context: Context, content: str, url: str, *, shared: bool = False
) -> SafeString:
    """A link to `url`, or its words alone for who may not follow it."""
    words = mark_safe(content)  # noqa: S308  rendered, and escaped there
    return (
        format_html('<a href="{}">{}</a>', url, words)
        if offered(context, url, shared=shared)
        else words
    )


def _is_open(context: Context, url: str, *, acting: bool = False) -> bool:
    """A page drawn for nobody in particular, or for a reader, leaves nothing out."""
    user = getattr(getattr(context, "request", None), "user", None)
    return not isinstance(user, User) or is_open(user, str(url), acting=acting)


def _is_others(context: Context, url: str) -> bool:
    """Asks the database, where the user is limited to some brands."""
    user = getattr(getattr(context, "request", None), "user", None)
    return isinstance(user, User) and not is_hers(user, urlsplit(str(url)).path)


@register.inclusion_tag("ui/steps.html")
def steps(*labels: str, current: int) -> dict[str, Any]:
    """The pages of a wizard with the current one, counted from 1."""
    states = [(n > current) - (n < current) for n in range(1, len(labels) + 1)]
    rows = zip(labels, map(STEP_STATES.__getitem__, states), strict=True)
    return {"steps": [{"label": label, "state": state} for label, state in rows]}


# -- the shell ---------------------------------------------------------------------


@register.inclusion_tag("ui/navigation.html", takes_context=True)
def navigation(context: Context) -> dict[str, Any]:
    """The rail: links to every page there is, and the menu of the person."""
    request: SignedIn = context["request"]
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "work": nav.links(nav.WORK, request),
        "hygiene": nav.links(nav.HYGIENE, request),
    }


@register.inclusion_tag("ui/palette.html", takes_context=True)
def palette(context: Context) -> dict[str, Any]:
    """What Ctrl K and ? open: places to go to, contacts to find, keys to know."""
    request: SignedIn = context["request"]
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "links": nav.links(nav.WORK + nav.HYGIENE, request),
    }


def toast(message: Message) -> dict[str, str]:
    tint = MESSAGE_TINTS.get(message.level_tag, "")
    extra = message.extra_tags or ""
    undo = extra.removeprefix(UNDO) if extra.startswith(UNDO) else ""
    return {
        "tint": tint,
        "icon": NOTE_ICONS[tint],
        "text": str(message.message),
        "undo": undo,
    }


@register.inclusion_tag("ui/toasts.html", takes_context=True)
def toasts(context: Context) -> dict[str, Any]:
    """Django's messages. `extra_tags="undo:<url>"` adds an Undo button that POSTs."""
    return {
        "toasts": [toast(m) for m in get_messages(context["request"])],
        "csrf_token": context.get("csrf_token"),
    }


# -- pieces around content ---------------------------------------------------------


@register.simple_block_tag
def note(content: str, tint: str = "info") -> SafeString:
    """One message in the page: info, ok, warn or bad."""
    look = {"tint": tint, "icon": NOTE_ICONS[tint], "content": content}
    return render_to_string("ui/note.html", look)


@register.simple_block_tag
def dialog(content: str, id: str, title: str, kind: str = "") -> SafeString:
    """A modal question, opened by a button with commandfor; kind "drawer"."""
    look = {"id": id, "title": title, "kind": kind, "content": content}
    return render_to_string("ui/dialog.html", look)


@register.simple_block_tag
def table(
    content: str,
    caption: str,
    columns: Sequence[Mapping[str, Any]],
    kind: str = "cards",
) -> SafeString:
    """A table with its heads; `content` is the rows. See ui/table.html."""
    look = {"caption": caption, "columns": columns, "kind": kind, "content": content}
    return render_to_string("ui/table.html", look)


@register.simple_block_tag
def flowstep(
    content: str, icon: str, title: str, state: str = "", **more: Any
) -> SafeString:
    """One step of a flow: state done, now, held, stop or nothing; `when`, `badge`."""
    look = {"icon": icon, "title": title, "state": state, "content": content, **more}
    return render_to_string("ui/flow_step.html", look)


@register.inclusion_tag("ui/split.html")
def split(rows: Sequence[Mapping[str, Any]], total: int, label: str) -> dict[str, Any]:
    """One bar in parts, with its legend: {label, count, tint} rows of `total`."""
    starts = accumulate((row["count"] for row in rows), initial=0)
    placed = [{**row, "start": start} for row, start in zip(rows, starts, strict=False)]
    return {"rows": placed, "total": total, "label": label}


@register.inclusion_tag("ui/chart.html")
def chart(
    kind: str, labels: Sequence[str], series: Sequence[Mapping[str, Any]], caption: str
) -> dict[str, Any]:
    """A chart of {label, values, tint} rows over `labels`; kind area, line or bar."""
    rows = [Series(**row) for row in series]
    return {"chart": lay_out(kind, labels, rows), "caption": caption}  # type: ignore[arg-type]
