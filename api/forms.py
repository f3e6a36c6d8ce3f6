"""Forms: where people can sign up. They do so themselves: no call does it for them."""

from __future__ import annotations

from typing import Any

from ninja import Field, Query, Router, Schema

from api.entering import Asked, Bearer
from api.paging import Asking, Page, page
from api.scopes import TokenScope
from signups.models import Form

router = Router(tags=["Forms"])


class FormOut(Schema):
    """`url` is its public page; `shown`: how often somebody looked at it."""

    id: int
    name: str
    url: str
    brand: int
    subscription_types: list[int]
    double_opt_in: bool
    language: str
    shown: int = Field(ge=0)


@router.get("/forms", response=Page[FormOut], auth=Bearer(TokenScope.FORMS_READ))
def list_forms(request: Asked, asking: Query[Asking]) -> Any:
    """The forms that are open, the oldest first."""
    forms = Form.objects.for_user(request.user).active()
    return page(forms.prefetch_related("types"), asking, _drawn)


def _drawn(forms: list[Form]) -> list[dict[str, Any]]:
    shown = ("id", "name", "double_opt_in", "language", "shown")
    return [
        {name: getattr(one, name) for name in shown}
        | {
            "url": one.public_url,
            "brand": one.brand_id,
            "subscription_types": [kind.pk for kind in one.types.all()],
        }
        for one in forms
    ]
