"""Who is behind a session, and which clock hangs on her wall."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import Subquery

from accounts.models import Account, User


class AccountBackend(ModelBackend):
    """Reads the time zone of the account along with the person: one query for both."""

    def get_user(self, user_id: Any) -> User | None:
        zone = Account.objects.values("time_zone")[:1]
        found = User.objects.annotate(zone=Subquery(zone)).filter(pk=user_id).first()
        return found if found and self.user_can_authenticate(found) else None
