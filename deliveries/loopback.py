"""A mail to ourselves: does what arrives still prove who sent it?

It is made, signed and sent like any other, to an address of the return-path domain that
names the sending domain. What comes back is verified by another library than the one
that signed, with the keys that stand in DNS at that moment: whatever on the way changes
our mails is found before thousands go the same way.
"""

from __future__ import annotations

import datetime as dt

import dkim as other
from django.conf import settings
from django.utils import timezone

from consent.models import Brand, SubscriptionType
from deliveries.arrivals import tokens_to
from deliveries.domains import domain_of
from deliveries.lookup import asking
from deliveries.models import Message, SendingDomain
from deliveries.records import Ask
from deliveries.sending import send_test
from deliveries.tokens import Purpose, Token, sign

PREFIX = "loop-"
# what mailbox providers look at before they show a way out (RFC 8058 section 4)
COVERED = (b"from", b"list-unsubscribe", b"list-unsubscribe-post")
SUBJECT = "Does our mail arrive as it left?"
TEXT = "A mail to ourselves. It checks the signature and the way out."

UNSIGNED = "It arrived without a signature of {domain}."
BROKEN = (
    "The signature of {domain} does not hold: something on the way changes our mail, or"
    " the key in DNS is another one."
)
OPEN = "The signature of {domain} holds, but does not cover {missing}."


def send_due() -> None:
    """One a day by every domain that may send: before most mailings."""
    if not settings.LOCAL_MODE:
        for domain in SendingDomain.objects.to_be_looped():
            send(domain)


def send(domain: SendingDomain) -> None:
    """On its way; what comes back is read by `take`."""
    now = timezone.now()
    kinds = SubscriptionType.objects.select_related("brand")
    kind = kinds.order_by("-is_default", "pk").first()
    if kind is None:
        return
    message = Message(
        name=SUBJECT,
        brand=kind.brand,
        subscription_type=kind,
        from_name=kind.brand.name,
        from_email=_sender(domain.name),
        subject=SUBJECT,
        blocks=[{"id": "a", "kind": "text", "html": f"<p>{TEXT}</p>"}],
        open_tracked=False,
        click_tracked=False,
    )
    send_test(message, address_of(domain, now))
    SendingDomain.objects.filter(pk=domain.pk).update(loop_sent_at=now)


def address_of(domain: SendingDomain, moment: dt.datetime) -> str:
    token = Token(domain.pk, int(moment.timestamp()), 0)
    return f"{PREFIX}{sign(token, Purpose.LOOPBACK)}@{settings.BOUNCE_DOMAIN}"


def _sender(domain: str) -> str:
    """The address that a brand writes from, or one that every domain has."""
    known = Brand.objects.order_by("pk").values_list("from_email", flat=True)
    ours = (address for address in known if domain_of(address) == domain)
    return next(ours, f"postmaster@{domain}")


def is_ours(address: str) -> bool:
    """Whether such a mail may come to this address."""
    return any(tokens_to(PREFIX, Purpose.LOOPBACK, envelope_to=address))


def take(raw: bytes, *, envelope_to: str = "", ask: Ask | None = None) -> bool:
    """Judge the mail if it is one of ours to ourselves; False when it is none. An
    older one says nothing of a newer one, and the same twice the same."""
    purpose = Purpose.LOOPBACK
    found = tokens_to(PREFIX, purpose, raw=raw, envelope_to=envelope_to)
    token = next(found, None)
    if token is None:
        return False
    domain = SendingDomain.objects.filter(pk=token.message_id).first()
    keys = Keys(ask or asking())
    problem = judge(raw, domain.name, keys) if domain else ""
    if domain and not (problem and keys.problem):
        sent = dt.datetime.fromtimestamp(token.delivery_id, dt.UTC)
        domain.came_back(problem, sent)
    return True


def judge(raw: bytes, domain: str, keys: Keys) -> str:
    """A sentence about what is wrong; '' where one signature of the domain is right."""
    try:
        mail = other.DKIM(raw)
    except other.DKIMException:
        return UNSIGNED.format(domain=domain)
    number = sum(name.lower() == b"dkim-signature" for name, _ in mail.headers)
    said = [_judge(mail, at, domain, keys) for at in range(number)]
    ours = [one for one in said if one is not None]
    return min(ours, key=len, default=UNSIGNED).format(domain=domain)


def _judge(mail: other.DKIM, at: int, domain: str, keys: Keys) -> str | None:
    """None where the signature is of somebody else."""
    try:
        holds = mail.verify(idx=at, dnsfunc=keys)
    except other.DKIMException:
        holds = False
    signer = (mail.domain or b"").decode("ascii", "replace").lower()
    if not _belong_together(signer, domain):
        return None
    if not holds:
        return BROKEN
    missing = [name.decode() for name in COVERED if name not in mail.include_headers]
    return OPEN.replace("{missing}", " and ".join(missing)) if missing else ""


def _belong_together(signer: str, domain: str) -> bool:
    """As DMARC asks for it in its relaxed form (RFC 7489 section 3.1.1)."""
    one, another = sorted((signer, domain), key=len)
    return "." in one and (one == another or another.endswith(f".{one}"))


class Keys:
    """The keys in DNS, as the other library asks for them. `problem`: why one of them
    could not be looked up, which says nothing about the mail."""

    def __init__(self, ask: Ask) -> None:
        self.ask, self.problem = ask, ""

    def __call__(self, name: bytes, timeout: int = 5) -> bytes | None:
        found = self.ask(name.decode().rstrip("."), "TXT")
        self.problem = self.problem or found.problem
        return found.values[0].encode() if found.values else None
