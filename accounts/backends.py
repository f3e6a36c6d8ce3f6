"""Who is behind a session, and which clock hangs on her wall."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import Exists, F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, NullIf

from accounts.models import Account, Passkey, SecondFactor, User


class AccountBackend(ModelBackend):
    """Reads the time zone along with the person, her own or that of the account, and
    whether she still has to set up a second factor: one query for all."""

    def get_user(self, user_id: Any) -> User | None:
        account = Subquery(Account.objects.values("time_zone")[:1])
        zone = Coalesce(NullIf(F("time_zone"), Value("")), account)
        asked = Exists(Account.objects.filter(second_factor=True))
        app = Exists(SecondFactor.objects.on().filter(user=OuterRef("pk")))
        passkey = Exists(Passkey.objects.filter(user=OuterRef("pk")))
        lacks = asked & ~app & ~passkey
        people = User.objects.annotate(zone=zone, lacks_factor=lacks)
        found = people.filter(pk=user_id).first()
        return found if found and self.user_can_authenticate(found) else None
