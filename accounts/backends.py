"""Who is behind a session, and which clock hangs on her wall."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import F, Subquery, Value
from django.db.models.functions import Coalesce, NullIf

from accounts.models import Account, User


class AccountBackend(ModelBackend):
    """Reads the time zone along with the person, her own or that of the account: one
    query for both."""

    def get_user(self, user_id: Any) -> User | None:
        account = Subquery(Account.objects.values("time_zone")[:1])
        zone = Coalesce(NullIf(F("time_zone"), Value("")), account)
        found = User.objects.annotate(zone=zone).filter(pk=user_id).first()
        return found if found and self.user_can_authenticate(found) else None
