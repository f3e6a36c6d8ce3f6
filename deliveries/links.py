"""Where the links in a mail lead: the public addresses, made from tokens.

The pages themselves live in this app (click, open, confirm) and above it
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
    Purpose.SIGNUP: "/s/{}",
    Purpose.DISOWN: "/n/{}",
}


def public_url(token: Token, purpose: Purpose) -> str:
    """The absolute address of `token`'s page."""
    return page_of(sign(token, purpose), purpose)


def page_of(signed: str, purpose: Purpose) -> str:
    """The same for a token that was signed already."""
    return str(settings.BASE_URL) + PATHS[purpose].format(signed)


def beginning_of(purpose: Purpose) -> str:
    """What stands before the token, for purposes whose address ends with it."""
    return page_of("", purpose)
