"""Where the links in a mail lead: the public addresses, made from tokens.

The pages themselves live in this app (click, open, confirm, why) and above it
(unsubscribe, preferences, sign-up); a test proves that every address made here has a
page.
"""

from __future__ import annotations

from django.conf import settings

from deliveries.tokens import Purpose, Token, sign

PATHS: dict[Purpose, str] = {
    Purpose.CLICK: "/c/{}",
    Purpose.OPEN: "/o/{}.gif",
    Purpose.CONFIRM: "/y/{}",
    Purpose.UNSUBSCRIBE: "/u/{}",
    Purpose.PREFERENCES: "/p/{}",
    Purpose.VIEW: "/v/{}",
    Purpose.WHY: "/w/{}",
    Purpose.SIGNUP: "/s/{}",
    Purpose.DISOWN: "/n/{}",
    Purpose.PREVIEW: "/preview/{}",
}


def public_url(token: Token, purpose: Purpose) -> str:
    """The absolute address of `token`'s page."""
    return sign(token, purpose).join(around(purpose))


def around(purpose: Purpose) -> tuple[str, str]:
    """What stands before and after the token in its address."""
    before, after = PATHS[purpose].split("{}")
    return f"{settings.BASE_URL}{before}", after
