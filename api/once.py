"""A request that may come twice and is carried out once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Annotated

from django.db import transaction
from ninja import Header

from api.entering import Asked
from api.models import Answer, Body

OnceKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="Your own name for this request. Sent again within 24 hours, it"
        " gets the same answer and nothing is done.",
    ),
]


def once(request: Asked, key: str | None, act: Callable[[], Body]) -> Body:
    """What `act` answers, whole or not at all. It may name nobody: it is kept."""
    if key is None:
        with transaction.atomic():
            return act()
    return Answer.objects.once(request.auth, key, _fingerprint(request), act)


def _fingerprint(request: Asked) -> bytes:
    start = f"{request.method} {request.get_full_path()}\n".encode()
    return hashlib.sha256(start + request.body).digest()
