"""One mail by one mail server, to see whether it works."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, make_msgid

from django.utils import timezone

from accounts.vault import Locked
from consent.models import Brand
from deliveries.domains import domain_of
from deliveries.entrances import enter_by
from deliveries.models import Relay
from deliveries.smtp import Gone, Mail, Unreachable

TEXT = """This mail was asked for under Settings, Mail servers.
It came by “{relay}”: what you send can go out this way.
"""
LOST = "Nobody knows whether it was taken: the connection ended before an answer."


def try_out(relay: Relay, address: str) -> tuple[bool, str]:
    """Send a few words to `address`: whether they were taken, and what was said."""
    relay.rests_until = None  # who asks wants to know it now
    try:
        entrance = enter_by(relay)
    except (Unreachable, Locked) as problem:
        return False, str(problem)
    try:
        for _, answer in entrance.door.deliver([_mail(relay, address)]):
            return answer.is_accepted, answer.text
    except Gone as gone:
        relay.refresh_from_db(fields=["problem"])
        said = gone.answer.text if gone.answer else ""
        return False, said or (not relay.is_smtp and relay.problem) or LOST
    finally:
        entrance.close()
    return False, LOST


def _mail(relay: Relay, address: str) -> Mail:
    brand = Brand.objects.default()
    message = EmailMessage(policy=SMTP)
    message["From"] = formataddr((brand.from_name, brand.from_email))
    message["To"] = address
    message["Subject"] = f"Test of {relay}"
    message["Date"] = format_datetime(timezone.now())
    message["Message-ID"] = make_msgid("test", domain_of(brand.from_email))
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(TEXT.format(relay=relay))
    return Mail(0, brand.from_email, address, message.as_bytes())
