"""The properties that people of this account add to contacts."""

from __future__ import annotations

from typing import Any

from ninja import Field, Router, Schema

from accounts.races import kept
from api.entering import Asked, Bearer
from api.once import OnceKey, once
from api.problems import Invalid
from api.scopes import TokenScope
from api.texts import Line
from contacts.forms import PropertyForm
from contacts.models import PropertyDefinition
from contacts.properties import Kind

router = Router(tags=["Properties"])

# what the form of the console calls otherwise
PLACES = {"options": "/choices", "__all__": ""}


class PropertyOut(Schema):
    """`name` is what it goes by in a contact."""

    name: str
    label: str
    kind: str
    choices: list[str]
    description: str


class PropertyIn(Schema):
    """Its name is made from the label; its kind is fixed once it exists."""

    model_config = {"extra": "forbid"}

    label: Line = Field(min_length=1)
    kind: Kind
    choices: list[Line] = Field(
        default_factory=list, description="Of “choice” and “choices” only."
    )
    description: Line = ""


class Named(Schema):
    name: str


@router.get(
    "/properties", response=list[PropertyOut], auth=Bearer(TokenScope.CONTACTS_READ)
)
def list_properties(request: Asked) -> Any:
    """The properties in use, by their labels."""
    return PropertyDefinition.objects.filter(archived_at=None)


@router.post(
    "/properties", response={201: Named}, auth=Bearer(TokenScope.CONTACTS_WRITE)
)
def create_property(request: Asked, given: PropertyIn, key: OnceKey = None) -> Any:
    """Add a property to contacts."""

    def act() -> dict[str, Any]:
        data = given.model_dump(exclude={"choices"})
        form = PropertyForm(data | {"options": "\n".join(given.choices)})
        saved = kept(form, form.save) if form.is_valid() else None
        if saved is None:
            raise Invalid(_places(form))
        return {"name": saved.name}

    return once(request, key, act)


def _places(form: PropertyForm) -> dict[str, str]:
    return {
        PLACES.get(field, f"/{field}"): " ".join(one["message"] for one in errors)
        for field, errors in form.errors.get_json_data().items()
    }
