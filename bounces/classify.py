"""What a mail that came back says, as plain values: pure, for tests and for tools."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bounces.codes import Judgement, judge, stage_of
from bounces.delivery_reports import ADDRESS, Failure
from bounces.parse import parse
from bounces.parsed import ACTIONS, Kind, Parsed
from bounces.rules.families import HINTS
from bounces.rules.letters import ADVICE

NAMES = {
    Kind.COMPLAINT: "complaint",
    Kind.NO_COMPLAINT: "none",
    Kind.AUTH_REPORT: "complaint",  # a feedback report as well; see feedback_type
    Kind.DELIVERED: "delivered",
    Kind.AUTO_REPLY: "autoreply",
    Kind.CHALLENGE: "challenge",
    Kind.UNKNOWN: "none",
}
ABOUT_SOMEBODY = (Kind.COMPLAINT, Kind.AUTH_REPORT, Kind.NO_COMPLAINT, Kind.DELIVERED)
OF_THE_MAILBOX = ("mailbox_full", "mailbox_disabled", "too_large")
BOUNCED = (Kind.FAILED, Kind.DELAYED)
PARAGRAPHS = re.compile(r"\n[ \t]*\n")
STEP = re.compile(
    r"^[^\n<>]{0,40}(?:-->|>>>|\bc:|\bin:)[ \t]*"
    r"(?:ehlo|helo|mail|rcpt|data|rset|quit)\b.*$"
    r"|^[^\n<>]{0,40}(?:<--|<<<|\bs:|\bout:)[ \t]*[23]\d\d[ -].*$",
    re.IGNORECASE | re.MULTILINE,
)
FEW = 12  # letters besides an address
CODE = re.compile(r"(?<![\d.])[45](?:\d\d(?=[ \-])|\.\d{1,3}\.\d{1,3})(?![\d.])")
HINTED = frozenset(one.key for one in HINTS)


@dataclass(frozen=True, slots=True)
class Result:
    """What is to be believed of one recipient."""

    failure: Failure
    judgement: Judgement
    is_delayed: bool


def classify(raw: bytes) -> dict[str, Any]:
    """`kind` (hard, soft, block, delayed, complaint, autoreply, challenge, delivered,
    none), `recipients`, and for bounces `category`, `status` and `results`, which say
    the same of each recipient."""
    parsed = parse(raw)
    if parsed.kind not in BOUNCED:
        return {
            "kind": NAMES[parsed.kind],
            "recipients": [
                one.recipient
                for one in parsed.failures
                if parsed.kind in ABOUT_SOMEBODY
            ],
            "feedback_type": parsed.feedback,
        }
    rows = [shown(result) for result in results_of(parsed)]
    worst = next((row for row in rows if row["kind"] == "hard"), rows[0])
    named = [row["recipient"] for row in rows if row["recipient"]]
    given = [one.also for one in parsed.failures if is_bounced(one) and one.also]
    named += [one for one in given if one.lower() not in {n.lower() for n in named}]
    return {**worst, "recipients": named, "results": rows}


def shown(result: Result) -> dict[str, Any]:
    judgement = result.judgement
    return {
        "recipient": result.failure.recipient,
        "kind": "delayed" if result.is_delayed else judgement.kind,
        "category": judgement.category,
        "status": judgement.status or result.failure.status,
        "rule": judgement.rule,
    }


def results_of(parsed: Parsed) -> list[Result]:
    """Judged, for every recipient whose mail did not arrive."""
    failures = [one for one in parsed.failures if is_bounced(one)]
    return [
        Result(one, judged(one, parsed), is_delayed(one, parsed))
        for one in failures or [Failure()]
    ]


def is_bounced(failure: Failure) -> bool:
    return ACTIONS.get(failure.action, Kind.FAILED) in BOUNCED


def is_delayed(failure: Failure, parsed: Parsed) -> bool:
    return ACTIONS.get(failure.action, parsed.kind) == Kind.DELAYED


def judged(failure: Failure, parsed: Parsed) -> Judgement:
    """By the server's own words, the nearest first; by the whole notice when they say
    too little."""
    near = beginning(failure.text)
    stage = failure.stage or stage_of(near) or stage_of(failure.text)
    stage = stage or stage_of(parsed.notice)
    near = without_steps(near)
    is_one_of_many = len(parsed.failures) > 1  # the notice speaks of the others
    if near:
        found = judge(None, failure.status, near, stage=stage)
        if not is_clear(found):
            found = widely(failure.status, failure.text, stage)
        if is_one_of_many or is_clear(found):
            return found if is_one_of_many else doubted(found, parsed.notice)
    everything = f"{failure.text}\n\n{parsed.notice}"
    found = widely(failure.status, everything, stage)
    if found.rule or is_one_of_many:
        return found
    titled = judge(None, failure.status, parsed.title, stage=stage)
    return titled if is_clear(titled) else found


def beginning(text: str) -> str:
    """As far as the first paragraph with a code, or that says something when none has
    one: advice and excuses come behind it."""
    is_coded = bool(CODE.search(text))
    near = ""
    for paragraph in PARAGRAPHS.split(text):
        near = f"{near}\n{paragraph}".strip()
        if CODE.search(near) if is_coded else len(ADDRESS.sub("", near)) > FEW:
            break
    return near


def without_steps(text: str) -> str:
    """Without the lines of a transcript that went well, and the commands."""
    answered = STEP.sub("", text)
    return answered if CODE.search(answered) else text


def widely(status: str, text: str, stage: str) -> Judgement:
    """By all that is said; by the advice only when the rest says nothing."""
    found = judge(None, status, without_advice(text), stage=stage)
    return found if found.rule else judge(None, status, text, stage=stage)


def doubted(found: Judgement, notice: str) -> Judgement:
    """What ends an address must not be denied by what the program wrote for people:
    "automatically rejected: not enough disk space" above a code for unknown users."""
    if found.kind != "hard":
        return found
    told = judge(None, "", without_advice(notice))
    # Of others than the mailbox a notice speaks in passing: its own host, the sender
    is_told = told.category in OF_THE_MAILBOX and is_clear(told)
    return told if is_told else found


def without_advice(notice: str) -> str:
    """Without the paragraphs that tell what else might have been the cause."""
    paragraphs = PARAGRAPHS.split(notice)
    return "\n\n".join(one for one in paragraphs if not ADVICE.search(one))


def is_clear(judgement: Judgement) -> bool:
    """Whether words decided, not only a code or what is spoken of at all."""
    rule = judgement.rule
    return bool(rule) and not rule[-1].isdigit() and rule not in HINTED
