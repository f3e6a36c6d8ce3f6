"""Recipients that behave like the difficult ones of real life. Local mode only.

The beginning of the local part decides: `bounce-hard@…`, `full-7@…`. Refusals are
answered at once; a late bounce or a complaint comes back as a mail of its own, in
the formats of RFC 3464 and RFC 5965.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser
from email.policy import SMTP
from email.utils import formatdate
from typing import Any

HOST = "mail.catcher.test"
SLOW_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Behaviour:
    """`refusal`: the SMTP reply; `wait`: seconds before accepting; `report`: what
    comes back after accepting, made from (raw mail, return path, recipient)."""

    refusal: str = ""
    wait: float = 0.0
    report: Callable[[bytes, str, str], bytes] | None = None


def bounce(raw: bytes, sender: str, recipient: str) -> bytes:
    """A delivery status notification (RFC 3464) for a mailbox that does not exist."""
    report = _report("delivery-status", sender, "Undelivered Mail Returned to Sender")
    report.attach(
        _words(
            f"The mail system could not deliver your message to <{recipient}>:\n"
            "550 5.1.1 no such user here.\n"
        )
    )
    status = Message()
    for fields in (
        {"Reporting-MTA": f"dns; {HOST}", "Arrival-Date": formatdate()},
        {
            "Final-Recipient": f"rfc822; {recipient}",
            "Action": "failed",
            "Status": "5.1.1",
            "Remote-MTA": f"dns; {HOST}",
            "Diagnostic-Code": f"smtp; 550 5.1.1 <{recipient}>: no such user here",
        },
    ):
        block = Message()
        for name, value in fields.items():
            block[name] = value
        status.attach(block)
    status["Content-Type"] = "message/delivery-status"
    report.attach(status)
    report.attach(_headers(raw))
    return report.as_bytes(policy=SMTP)


def complaint(raw: bytes, sender: str, recipient: str) -> bytes:
    """A complaint of a feedback loop (RFC 5965), the recipient redacted."""
    report = _report("feedback-report", sender, "Complaint about a message")
    report.attach(_words("This is an email abuse report for a message from you.\n"))
    feedback = Message()
    feedback["Content-Type"] = "message/feedback-report"
    fields = {
        "Feedback-Type": "abuse",
        "User-Agent": "Catcher/1.0",
        "Version": "1",
        "Original-Mail-From": f"<{sender}>",
        "Original-Rcpt-To": f"<redacted@{recipient.rpartition('@')[2]}>",
        "Received-Date": formatdate(),
    }
    feedback.set_payload("".join(f"{name}: {text}\n" for name, text in fields.items()))
    report.attach(feedback)
    report.attach(_headers(raw))
    return report.as_bytes(policy=SMTP)


def out_of_office(raw: bytes, sender: str, recipient: str) -> bytes:
    """An automatic reply (RFC 3834): nothing to do, and no bounce."""
    reply = EmailMessage(policy=SMTP)
    reply["From"] = recipient
    reply["To"] = sender
    reply["Subject"] = "Out of office: back on Monday"
    reply["Date"] = formatdate()
    reply["Message-ID"] = f"<{uuid.uuid4().hex}@{HOST}>"
    reply["Auto-Submitted"] = "auto-replied"
    reply.set_content("I am out of the office until Monday and read no mail.\n")
    return reply.as_bytes(policy=SMTP)


def _report(kind: str, sender: str, subject: str) -> Message[Any, Any]:
    report = EmailMessage(policy=SMTP)
    report["From"] = f"Mail Delivery System <mailer-daemon@{HOST}>"
    report["To"] = sender
    report["Subject"] = subject
    report["Date"] = formatdate()
    report["Message-ID"] = f"<{uuid.uuid4().hex}@{HOST}>"
    report["Auto-Submitted"] = "auto-replied"
    report["MIME-Version"] = "1.0"
    report.add_header("Content-Type", "multipart/report", report_type=kind)
    report.set_param("report-type", kind)
    report.del_param("report_type")
    return report


def _words(text: str) -> EmailMessage:
    part = EmailMessage(policy=SMTP)
    part.set_content(text)
    return part


def _headers(raw: bytes) -> Message:
    part = Message()
    part["Content-Type"] = "text/rfc822-headers"
    part.set_payload(BytesHeaderParser().parsebytes(raw).as_string())
    return part


BEHAVIOURS = {
    "bounce-hard": Behaviour("550 5.1.1 No such user here"),
    "bounce-soft": Behaviour("451 4.2.1 The mailbox is busy, try again later"),
    "bounce-later": Behaviour(report=bounce),
    "moved": Behaviour("550 5.7.17 The mailbox has a new owner"),
    "closed": Behaviour("550 5.2.1 The mailbox is disabled at the moment"),
    "listed": Behaviour("550 5.7.1 Recipient address is on the suppression list"),
    "lost-domain": Behaviour("550 5.1.2 Domain not found"),
    "away": Behaviour(report=out_of_office),
    "defer": Behaviour("451 4.7.1 Greylisted, try again later"),
    "full": Behaviour("552 5.2.2 The mailbox is full"),
    "blocked": Behaviour("550 5.7.1 Refused for policy reasons: poor reputation"),
    "slow": Behaviour(wait=SLOW_SECONDS),
    "complaint": Behaviour(report=complaint),
}


def behaviour_of(recipient: str) -> Behaviour:
    """How the mailbox of `recipient` behaves; like any other when it is no magic."""
    local = recipient.partition("@")[0].lower()
    for name, behaviour in BEHAVIOURS.items():
        if local.startswith(name):
            return behaviour
    return Behaviour()
