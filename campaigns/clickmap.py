"""The email as it was sent, with the people who clicked beside each of its links.

A picture for the eye. The table of links says the same in words, for everybody.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from campaigns import figures, report
from campaigns.languages import name_of
from campaigns.models import MarketingEmail
from deliveries import optional
from deliveries.languages import spoken
from deliveries.models import Message
from deliveries.personalization import Slot, pieces

_LINK = re.compile(
    r"<a\b[^>]*\bhref=([\"'])#link-(?P<position>\d+)\1[^>]*>.*?</a>", re.DOTALL
)
# what links are marked with: how strongly says the share of the most clicked one
STRENGTHS = 4
_LOOKS = """<style>
a[href^="#link-"]{outline:2px solid #2353d6!important;outline-offset:2px}
.lw-map{display:inline-flex;flex-wrap:wrap;gap:3px;margin:4px 6px;vertical-align:middle;
font:600 12px/18px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif;
text-align:left;white-space:nowrap}
.lw-map span{padding:0 7px;border-radius:9px;border:1px solid #1b1d21}
.lw-map span{background:#ffffff;color:#1b1d21}.lw-map .s1{background:#dbe5ff}
.lw-map .s2{background:#a9c1ff}.lw-map .s3{background:#2353d6;color:#ffffff}
.lw-map .s4{background:#12307f;color:#ffffff}
.lw-map .unsure{background:#fdf1dc;color:#6b3a00;border-color:#8a4b00}
.lw-map .machine{background:#eeeeec;color:#45474c;border-color:#73767e}
</style>"""


def frame(
    email: MarketingEmail, links: list[dict[str, Any]], tongue: str
) -> dict[str, Any]:
    """What the report needs to show it, in one of the languages that have links."""
    if not links or not email.click_tracked:
        return {}
    spoken = list(dict.fromkeys(row["tongue"] for row in links))
    chosen = tongue if tongue in spoken else spoken[0]
    home = reverse("campaigns:clicks", args=[email.pk])
    return {
        "click_map": f"{home}?{urlencode({'language': chosen})}",
        "map_languages": [
            {
                "name": name_of(one),
                "url": f"?{urlencode({'map': one})}#click-map",
                "current": one == chosen,
            }
            for one in spoken
        ],
    }


def document(email: MarketingEmail, language: str = "") -> str:
    """The sent version in one of its languages, complete, with its marks."""
    message = email.message
    if message is None:
        return ""
    links = report.links(email, figures.of(email)["clickers"])
    clicks = {row["position"]: row for row in links if row["tongue"] == language}
    most = max((row["clickers"] for row in clicks.values()), default=0)

    def marked(match: re.Match[str]) -> str:
        row = clicks.get(int(match["position"]))
        return f"{match[0]}{_mark(row, most)}" if row else match[0]

    drawn = _LINK.sub(marked, _as_sent(message, language))
    before, head, after = drawn.partition("</head>")
    return f"{before}{_LOOKS}{head}{after}"


def _as_sent(message: Message, language: str) -> str:
    """With all its blocks, in the light, its links leading to their own places."""
    sent = optional.cut(spoken(message, language).html, None)
    filled = (
        one if isinstance(one, str) else html.escape(_filled(one))
        for one in pieces(sent)
    )
    return "".join(filled).replace("(prefers-color-scheme:dark)", "not all")


def _filled(slot: Slot) -> str:
    if slot.kind == "token":
        return slot.fallback or f"[{slot.name}]"
    if slot.kind == "link":
        return f"#link-{slot.name}"
    # neither the pixel nor the date of anybody's yes
    return "" if slot.kind in {"open", "since"} else f"#{slot.kind}"


def _mark(row: Mapping[str, Any], most: int) -> str:
    """People, and beside them whoever may be none."""
    parts = [f'<span class="s{_strength(row["clickers"], most)}">{_people(row)}</span>']
    if row["doubtful"]:
        parts.append(f'<span class="unsure">{row["doubtful"]:,} not certain</span>')
    if row["machines"]:
        parts.append(f'<span class="machine">{row["machines"]:,} by machines</span>')
    return f'<span class="lw-map">{"".join(parts)}</span>'


def _people(row: Mapping[str, Any]) -> str:
    count = row["clickers"]
    return f"{count:,} {'person' if count == 1 else 'people'}"


def _strength(count: int, most: int) -> int:
    return -(-STRENGTHS * count // most) if most else 0
