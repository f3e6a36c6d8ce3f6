"""The octets of one mail as django-anymail takes them.

A provider that makes its own octets signs them itself: our signature would not hold.
What follows a mail home is left in it: its Message-ID, and the same once more as
metadata, which webhooks repeat where a provider gives the mail another Message-ID.
"""

from __future__ import annotations

import email
from email.message import EmailMessage
from email.policy import default

from anymail.message import AnymailMessage

from deliveries.smtp import Mail

# what the provider writes itself, from what it is told apart from the headers
THEIRS = frozenset(
    {
        *("from", "to", "subject", "reply-to", "date", "mime-version"),
        *("content-type", "content-transfer-encoding", "dkim-signature"),
    }
)
KEY = "listwell"


def as_message(mail: Mail) -> AnymailMessage:
    read = email.message_from_bytes(mail.content, _class=EmailMessage, policy=default)
    message = AnymailMessage(
        subject=str(read["Subject"] or ""),
        body=_text(read, "plain"),
        from_email=str(read["From"]),
        to=[mail.rcpt_to],
        reply_to=[str(read["Reply-To"])] if read["Reply-To"] else None,
        headers={
            name: str(value)
            for name, value in read.items()
            if name.lower() not in THEIRS
        },
    )
    if html := _text(read, "html"):
        message.attach_alternative(html, "text/html")
    message.metadata = {KEY: str(read["Message-ID"] or "").strip("<>")}
    # links are ours, and who reads them is asked by us alone
    message.track_clicks = message.track_opens = False
    return message


def _text(read: EmailMessage, kind: str) -> str:
    part = read.get_body((kind,))
    return str(part.get_content()) if part else ""
