"""Who asks, and whether she may: the only door of the API."""

from __future__ import annotations

from django.http import HttpRequest
from ninja.security import HttpBearer

from accounts.models import AuditEntry, User
from api import pacing
from api.models import Token
from api.pacing import Pace
from api.problems import Refused
from api.scopes import TokenScope


class Asked(HttpRequest):
    """A request with a token, which every operation demands."""

    auth: Token
    user: User
    pace: Pace | None


class Bearer(HttpBearer):
    """For tokens that have `scope`, while the role of the owner has its right."""

    def __init__(self, scope: TokenScope) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Token | None:
        found = Token.objects.of(token)
        if found is None:
            return None
        pace = request.pace = pacing.count(bytes(found.digest))  # type: ignore[attr-defined]
        if pace and pace.is_over:
            raise Refused(429, "too_many", "")
        if not found.allows(self.scope):
            raise Refused(
                403,
                "scope",
                f"This token, or its owner, may not {self.scope.label}.",
                scope=self.scope.value,
            )
        found.touch()
        found.owner.via = f"API token “{found}”"
        request.user = found.owner
        return found


def note_export(request: Asked, what: str, url: str = "") -> None:
    """Whole lists of people are written down as exports are: once an hour for each."""
    if pacing.is_first(bytes(request.auth.digest), what):
        AuditEntry.objects.record(request.user, f"read {what} by the API", url=url)
