"""The vocabulary in force in this installation: own properties, emails, segments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import groupby

from django.apps import apps
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from consent.models import SubscriptionType
from contacts.models import ContactImport, ImportedContact, PropertyDefinition
from deliveries.models import Channel, Message
from segments.fields import STANDARD, Family, Field, custom

# how many of the newest marketing emails a form offers
EMAILS_OFFERED = 500
IMPORTS_OFFERED = 500


class Vocabulary:
    """Fields and option lists as of now; each is read once, when it is needed."""

    def __init__(self, *, without: int | None = None) -> None:
        """`without`: the segment being edited, which is never its own condition."""
        self.without = without
        self._read: dict[str, dict[str, str]] = {}

    @cached_property
    def fields(self) -> dict[str, Field]:
        """Every field; those of archived properties too, for rules that have them."""
        own = [
            custom(one.pk, one.label, one.kind, one.choices) for one in self.definitions
        ]
        return {field.key: field for field in (*STANDARD, *own)}

    @cached_property
    def definitions(self) -> list[PropertyDefinition]:
        return list(PropertyDefinition.objects.order_by("label"))

    def field(self, key: str) -> Field | None:
        standard = next((one for one in STANDARD if one.key == key), None)
        return standard or self.fields.get(key)

    def offered(self) -> Iterator[tuple[Family, list[Field]]]:
        """The fields to choose from, by family."""
        archived = {f"property:{one.pk}" for one in self.definitions if one.archived_at}
        for family in Family:
            fields = [
                one
                for one in self.fields.values()
                if one.family is family and one.key not in archived
            ]
            if fields:
                yield family, fields

    def choices(self, field: Field) -> dict[str, str]:
        """{key: label} of what a filter on `field` can choose from."""
        if not field.options:
            return {key: str(label) for key, label in field.choices}
        if field.options not in self._read:
            self._read[field.options] = _OPTIONS[field.options]()
        found = self._read[field.options]
        if field.options == "segments" and self.without:
            return {pk: name for pk, name in found.items() if pk != str(self.without)}
        return found


def _users() -> dict[str, str]:
    return {str(user.pk): str(user) for user in User.objects.order_by("email")}


def _types() -> dict[str, str]:
    types = SubscriptionType.objects.select_related("brand").order_by("position", "id")
    names = [(str(one.pk), one.name, one.brand.name) for one in types]
    several = len({brand for _, _, brand in names}) > 1
    return {pk: f"{name} ({brand})" if several else name for pk, name, brand in names}


def _segments() -> dict[str, str]:
    # by name: the model of segments itself asks this vocabulary what its rules mean
    segments = apps.get_model("segments", "Segment")._default_manager
    rows = segments.order_by("name").values_list("pk", "name")
    return {str(pk): name for pk, name in rows}


def _imports() -> dict[str, str]:
    taken = ImportedContact.objects.filter(contact_import=OuterRef("pk"))
    rows = ContactImport.objects.filter(Exists(taken)).order_by("-pk")
    found = rows.values_list("pk", "name", "created_at")[:IMPORTS_OFFERED]
    return {str(pk): f"{name} ({at:%Y-%m-%d})" for pk, name, at in found}


def _emails() -> dict[str, str]:
    """Groups of messages, and messages without a group, newest first."""
    rows = (
        Message.objects.filter(channel=Channel.MARKETING)
        .order_by("-pk")
        .values_list("group", "pk", "name")[:EMAILS_OFFERED]
    )
    keyed = [(group or f"message:{pk}", name) for group, pk, name in rows]
    newest = {key: -place for place, (key, _) in enumerate(reversed(keyed))}
    keyed.sort(key=lambda row: newest[row[0]])
    found = {
        key: _together([name for _, name in names])
        for key, names in groupby(keyed, key=lambda row: row[0])
    }
    about = _("All emails about %(name)s")
    kinds = {f"type:{pk}": about % {"name": name} for pk, name in _types().items()}
    return found | kinds


def _together(names: list[str]) -> str:
    first, count = names[-1], len(names)
    if count == 1:
        return first
    said = ngettext("%(name)s (%(count)s email)", "%(name)s (%(count)s emails)", count)
    return said % {"name": first, "count": count}


_OPTIONS: dict[str, Callable[[], dict[str, str]]] = {
    "users": _users,
    "subscription_types": _types,
    "segments": _segments,
    "emails": _emails,
    "imports": _imports,
}
