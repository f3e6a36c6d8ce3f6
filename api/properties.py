"""The properties that people of this account add to contacts."""

from __future__ import annotations

from typing import Annotated, Any

from django.shortcuts import get_object_or_404
from ninja import Router, Schema
from pydantic import Field

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
CHANGING = ("label", "description")
Name = Annotated[str, Field(pattern="^[-a-zA-Z0-9_]{1,60}$")]


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


class PropertyChange(Schema):
    """What is left out stays as it is."""

    model_config = {"extra": "forbid"}

    label: Line | None = Field(None, min_length=1)
    choices: list[Line] | None = Field(
        None, description="All of them, of “choice” and “choices” only."
    )
    description: Line | None = None


class Named(Schema):
    name: str


class Shelved(Schema):
    name: str
    archived: bool


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
        return {"name": _saved(PropertyDefinition(), data, given.choices, request)}

    return once(request, key, act)


@router.patch(
    "/properties/{slug:name}",
    response=PropertyOut,
    auth=Bearer(TokenScope.CONTACTS_WRITE),
)
def update_property(request: Asked, name: Name, given: PropertyChange) -> Any:
    """Change what is given. Contacts keep values that are no choice any more."""
    found = get_object_or_404(PropertyDefinition, name=name, archived_at=None)
    data = {one: getattr(found, one) for one in (*CHANGING, "kind")}
    data |= given.model_dump(exclude_none=True, exclude={"choices"})
    choices = found.choices if given.choices is None else given.choices
    _saved(found, data, choices, request)
    return found


@router.post(
    "/properties/{slug:name}/archive",
    response=Shelved,
    auth=Bearer(TokenScope.CONTACTS_WRITE),
)
def archive_property(request: Asked, name: Name, key: OnceKey = None) -> Any:
    """Take it out of forms and lists. What contacts have of it stays."""
    found = get_object_or_404(PropertyDefinition, name=name)

    def act() -> dict[str, Any]:
        found.archive(request.user)
        return {"name": name, "archived": True}

    return once(request, key, act)


@router.post(
    "/properties/{slug:name}/restore",
    response=Shelved,
    auth=Bearer(TokenScope.CONTACTS_WRITE),
)
def restore_property(request: Asked, name: Name, key: OnceKey = None) -> Any:
    """Bring one back that was archived."""
    found = get_object_or_404(PropertyDefinition, name=name)

    def act() -> dict[str, Any]:
        found.restore(request.user)
        return {"name": name, "archived": False}

    return once(request, key, act)


def _saved(
    one: PropertyDefinition, data: dict[str, Any], choices: list[str], request: Asked
) -> str:
    """Its name, once the form of the console took it."""
    form = PropertyForm(data | {"options": "\n".join(choices)}, instance=one)
    saved = kept(form, lambda: form.enter(request.user)) if form.is_valid() else None
    if saved is None:
        raise Invalid(_places(form))
    return saved.name


def _places(form: PropertyForm) -> dict[str, str]:
    return {
        PLACES.get(field, f"/{field}"): " ".join(one["message"] for one in errors)
        for field, errors in form.errors.get_json_data().items()
    }
