"""What the views of the console share."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User

# a form that was sent with mistakes; htmx swaps it in like any other answer
INVALID = 422
# somebody else was quicker
CONFLICT = 409


class SignedIn(HttpRequest):
    """A request of somebody who signed in, which the middleware demands."""

    user: User
    htmx: HtmxDetails
