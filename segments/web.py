"""What the pages of segments share."""

from __future__ import annotations

from django.http import HttpRequest

from accounts.models import User

# a form that was sent with mistakes; htmx swaps it in like any other answer
INVALID = 422


class SignedIn(HttpRequest):
    """A request that the login middleware let through."""

    user: User
