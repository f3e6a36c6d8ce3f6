"""May mail come from this address? What the rest of the console asks.

In the local mode every mail ends in the catcher: there every domain may send.
"""

from __future__ import annotations

import logging

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext

from accounts.vault import Locked
from consent import addresses
from deliveries.dkim import Signer
from deliveries.models import SendingDomain, SigningKey
from deliveries.problems import BLOCK, WARN, Problem

logger = logging.getLogger(__name__)


def domain_of(address: str) -> str:
    """The domain of `address` as DNS knows it; '' where it is no address."""
    try:
        return addresses.parse(address).domain
    except addresses.BadAddress:
        return ""


def is_connected(domain: str) -> bool:
    """Its records were right at the last check, or nothing leaves this machine."""
    if settings.LOCAL_MODE:
        return True
    found = SendingDomain.objects.filter(name=domain).first()
    return found is not None and found.is_ready


def sender_problems(address: str) -> list[Problem]:
    """What is wrong with sending from `address`, with the page that says what to do."""
    name = domain_of(address)
    if settings.LOCAL_MODE or not name:
        return []
    domain = SendingDomain.objects.filter(name=name).first()
    if domain is None:
        return [Problem(BLOCK, _unknown(name), url=reverse("deliveries:domains"))]
    if domain.is_ready:
        return []
    level = WARN if domain.is_allowed else BLOCK
    return [Problem(level, _why_not(domain), url=domain.get_absolute_url())]


def _unknown(name: str) -> str:
    told = gettext(
        "%(domain)s is not connected: without its DKIM and DMARC records Gmail, Yahoo"
        " and Outlook refuse the mail. Add it under Settings, Sending domains."
    )
    return told % {"domain": name}


def _why_not(domain: SendingDomain) -> str:
    if domain.is_connected and not domain.is_allowed:
        told = gettext("What %(domain)s sends does not prove itself. %(problem)s")
        return told % {"domain": domain, "problem": domain.loop_problem}
    if domain.is_allowed:
        told = gettext(
            "%(domain)s is not ready, and an administrator lets it send for tests:"
            " %(reason)s"
        )
        return told % {"domain": domain, "reason": domain.allowed_reason}
    if not domain.faults:
        told = gettext(
            "%(domain)s was not checked yet. Wait for its check, or check it now."
        )
        return told % {"domain": domain}
    told = gettext("%(domain)s is not connected. %(problem)s")
    return told % {"domain": domain, "problem": domain.faults[0]}


def standing(address: str) -> str:
    """One sentence under a From address: may it send, and what follows if not."""
    name = domain_of(address)
    if not name:
        return ""
    found = SendingDomain.objects.filter(name=name).first()
    problem = found.loop_problem if found else ""
    return _standing(found) % {"domain": name, "problem": problem}


def _standing(found: SendingDomain | None) -> str:
    if found and found.is_ready:
        return gettext("%(domain)s is connected: mail is signed and passes DMARC.")
    if settings.LOCAL_MODE:
        return gettext(
            "%(domain)s is not connected. Here the outbox takes every mail all the"
            " same; on a server nothing would be sent."
        )
    if found and found.is_connected:
        return gettext("%(domain)s does not prove itself: nothing is sent. %(problem)s")
    return gettext("%(domain)s is not connected: nothing is sent from this address.")


def signer_for(address: str) -> Signer | None:
    """Who signs what is sent from `address`; None where no record was found yet."""
    name = domain_of(address)
    key = SigningKey.objects.signing(name)
    try:
        return key.signer(name) if key else None
    except Locked as problem:
        logger.error("Mail from %s leaves unsigned. %s", name, problem)
        return None
