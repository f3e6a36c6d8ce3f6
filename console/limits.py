"""The door of the brands: what an address names is there only for who works for its
brand. Everybody else who is limited meets 404, as for what does not exist.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase

from accounts.models import Job, User
from campaigns.models import MarketingEmail
from consent.models import Brand, SubscriptionType
from contacts.models import ContactImport
from deliveries.models import Hold
from optouts.models import OptOutImport
from reengagement.models import Campaign
from reengagement.models.sunset import Sunset
from signups.models import Form

# what stands before the first number of an address, and that number
NAMED = re.compile(r"/([a-z/-]+)/(\d+)/")


def jobs_of(user: User) -> QuerySet[Job]:
    """Her own, and those that work for her brands; all, where she is not limited."""
    if not user.is_limited:
        return Job.objects.all()
    emails = MarketingEmail.objects.for_user(user)
    sunsets = Sunset.objects.filter(campaign__in=Campaign.objects.for_user(user))
    return Job.objects.filter(
        Q(owner=user)
        | Q(pk__in=emails.values("job"))
        | Q(pk__in=sunsets.values("job"))
        | Q(pk__in=sunsets.values("undo_job"))
    )


# Everything below such an address belongs to the brand of the row that it names. What
# is not here is shared by all brands; see tests/test_limits.py, which knows every page.
OF_A_BRAND: dict[str, Callable[[User], QuerySet[Any]]] = {
    "emails": MarketingEmail.objects.for_user,
    "reengagement": Campaign.objects.for_user,
    "forms": Form.objects.for_user,
    "settings/brands": Brand.objects.for_user,
    "settings/types": SubscriptionType.objects.for_user,
    "sending/stops": Hold.objects.for_user,
    "contacts/import": ContactImport.objects.for_user,
    "optouts/imports": OptOutImport.objects.for_user,
    "jobs": jobs_of,
}


def is_hers(user: User, path: str) -> bool:
    """Does what stands at `path` belong to no brand, or to one she works for?"""
    named = NAMED.match(path) if user.is_limited else None
    rows = OF_A_BRAND.get(named[1]) if named else None
    return rows is None or rows(user).filter(pk=named[2]).exists()  # type: ignore[index]


def hers_among(user: User, paths: Iterable[str]) -> set[str]:
    """Those of `paths` that are hers, as `is_hers` has it; for links that we made: one
    question for each section of the addresses, however many there are."""
    shown = set(paths)
    wanted: dict[str, dict[int, str]] = {}
    for path in shown if user.is_limited else ():
        named = NAMED.match(path)
        if named and named[1] in OF_A_BRAND:
            wanted.setdefault(named[1], {})[int(named[2])] = path
    for section, rows in wanted.items():
        mine = OF_A_BRAND[section](user).filter(pk__in=rows)
        others = rows.keys() - set(mine.values_list("pk", flat=True))
        shown -= {rows[pk] for pk in others}
    return shown


class KeepToBrands:
    """Before any view: asks nothing of the database for who is not limited."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> None:
        user = request.user
        if isinstance(user, User) and not is_hers(user, request.path_info):
            raise Http404
