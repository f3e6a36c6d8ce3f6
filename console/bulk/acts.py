"""What can be done to many contacts: one table for the question, the count and the job.

Who stays as she is, and why, is asked by the same tests beforehand and in the job.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import (
    BooleanField,
    Count,
    Exists,
    F,
    Func,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Now
from django.db.models.lookups import Exact, IsNull
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEntry, User
from accounts.roles import Right
from consent.models import SubscriptionType, Suppression
from consent.vocabulary import OPT_OUT_REASONS, Action, Reason
from console.bulk import forms
from console.bulk.forms import ActForm, Values
from contacts.acts import act_of
from contacts.models import Contact
from segments.members import SegmentMember
from segments.models import Segment, SegmentKind

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class NoLonger(Exception):
    """The act cannot go on; the sentence says why and what to do."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some people, locked with their addresses, and what is to be done to them."""

    ids: list[int]
    values: Values
    user: User
    batch: uuid.UUID | None = None

    @property
    def contacts(self) -> QuerySet[Contact]:
        return Contact.objects.filter(pk__in=self.ids)


@dataclass(frozen=True, slots=True)
class Stay:
    """Why somebody stays as she is: its name, in words, and who."""

    name: str
    words: StrOrPromise
    test: Callable[[Values], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkAct:
    """`key` stands in addresses, and `kind` is that of its jobs.

    `will` and `did` follow a number: how many it concerns, before and after.
    """

    key: str
    right: Right
    label: StrOrPromise
    verb: str  # as the audit log says it
    will: StrOrPromise
    did: StrOrPromise
    form: type[ActForm]
    icon: str
    stays: tuple[Stay, ...] = ()
    do: Callable[[Piece], None] = field(default=lambda piece: None)
    danger: bool = False
    # typed by hand before it begins: it cannot be taken back
    is_final: bool = False

    @property
    def kind(self) -> str:
        return f"bulk_{self.key}"

    @property
    def url_name(self) -> str:
        return self.kind.replace("-", "_")

    @property
    def url(self) -> str:
        return reverse(f"contacts:{self.url_name}")

    def counts(self, contacts: QuerySet[Any], values: Values) -> dict[str, int]:
        """How many there are, and how many of them stay as they are, by name."""
        asked = {
            stay.name: Count("pk", filter=stay.test(values)) for stay in self.stays
        }
        found: dict[str, int] = contacts.order_by().aggregate(all=Count("pk"), **asked)
        return found


def changing(counts: dict[str, int]) -> int:
    return counts["all"] - sum(n for name, n in counts.items() if name != "all")


def _same_owner(values: Values) -> Q:
    owner = values["owner"]
    return Q(owner=owner) if owner else Q(owner__isnull=True)


def _set_owner(piece: Piece) -> None:
    others = piece.contacts.exclude(_same_owner(piece.values))
    others.update(owner=piece.values["owner"], updated_at=Now())


def _same_value(values: Values) -> Any:
    if column := values["column"]:
        return Q(**{column: values["value"]})
    at = Func(
        F("properties"),
        Value(values["own"]),
        function="jsonb_extract_path",
        output_field=JSONField(),
    )
    if values["value"] is None:
        return Q(IsNull(at, True))
    # unknown is another value, not an unknown answer
    same = Exact(at, Value(values["value"], JSONField()))
    return Q(Func(same, function="coalesce", template=_OR_NO, output_field=_BOOLEAN))


_OR_NO, _BOOLEAN = "%(function)s(%(expressions)s, false)", BooleanField()


def _set_property(piece: Piece) -> None:
    values = piece.values
    others = piece.contacts.exclude(_same_value(values))
    if column := values["column"]:
        others.update(**{column: values["value"]}, updated_at=Now())
        return
    others.update(properties=_with(values["own"], values["value"]), updated_at=Now())


def _with(key: str, value: Any) -> Func:
    """The properties with this one, or without it where there is no value."""
    change: Any = Value({key: value}, JSONField())
    sign = " || "
    if value is None:
        change, sign = Cast(Value(key), TextField()), " - "
    return Func(
        F("properties"),
        change,
        template="%(expressions)s",
        arg_joiner=sign,
        output_field=JSONField(),
    )


def _in_segment(values: Values) -> Any:
    stays = SegmentMember.objects.current().filter(segment=values["segment"] or 0)
    return Q(Exists(stays.filter(contact=OuterRef("pk"))))


def _add_to_segment(piece: Piece) -> None:
    static = Segment.objects.current().filter(kind=SegmentKind.STATIC)
    segment = static.filter(pk=piece.values["segment"]).first()
    if segment is None:
        raise NoLonger("The segment was archived or deleted meanwhile. Choose another.")
    segment.add(piece.contacts)


def _type_of(values: Values) -> SubscriptionType | None:
    return SubscriptionType.objects.filter(pk=values["type"] or 0).first()


def _said_no(values: Values) -> Any:
    noes = Suppression.objects.active().filter(reason__in=OPT_OUT_REASONS)
    one = _type_of(values)
    noes = noes.covering(one) if one else noes.filter(scope="everything")
    return Q(Exists(noes.filter(address=OuterRef("address"))))


def _opt_out(piece: Piece) -> None:
    """Also of who said no already: that no may be another's, and end earlier."""
    act = act_of(
        piece.user,
        Action.WITHDRAWN,
        piece.values["explanation"],
        batch_id=piece.batch,
    )
    addresses = piece.contacts.exclude(address=None).values_list("address_id")
    Suppression.objects.suppress(
        [pk for (pk,) in addresses if pk],
        Reason.STAFF_OPT_OUT,
        act,
        subscription_type=_type_of(piece.values),
    )


def _delete(piece: Piece) -> None:
    """The log forgets whom it told of: of one who is erased later, nobody would know
    any more which pages were hers."""
    pages = [one.get_absolute_url() for one in piece.contacts.only("pk")]
    AuditEntry.objects.redact([], pages)
    piece.contacts.delete()


PROPERTY = BulkAct(
    key="property",
    right=Right.EDIT,
    label=_("Set a property"),
    verb="set a property of many contacts",
    will=_("Will change"),
    did=_("Changed"),
    form=forms.PropertyForm,
    icon="tag",
    stays=(Stay("already", _("Have this value already"), _same_value),),
    do=_set_property,
)
OPT_OUT = BulkAct(
    key="opt-out",
    right=Right.EDIT,
    label=_("Opt out"),
    verb="opted many contacts out",
    will=_("Will be opted out"),
    did=_("Opted out"),
    form=forms.OptOutForm,
    icon="bell-off",
    stays=(
        Stay("no_address", _("Have no address"), lambda values: Q(address=None)),
        Stay("already", _("Opted out already; it is noted once more"), _said_no),
    ),
    do=_opt_out,
)
EXPORT = BulkAct(
    key="export",
    right=Right.EXPORT,
    label=_("Export"),
    verb="exported many contacts",
    will=_("Will be in the file"),
    did=_("In the file"),
    form=forms.ExportForm,
    icon="download",
)
ACTS: tuple[BulkAct, ...] = (
    PROPERTY,
    BulkAct(
        key="owner",
        right=Right.EDIT,
        label=_("Set the owner"),
        verb="set the owner of many contacts",
        will=_("Will change"),
        did=_("Changed"),
        form=forms.OwnerForm,
        icon="users",
        stays=(Stay("already", _("Have this owner already"), _same_owner),),
        do=_set_owner,
    ),
    BulkAct(
        key="segment",
        right=Right.EDIT,
        label=_("Add to a segment"),
        verb="added many contacts to a segment",
        will=_("Will join"),
        did=_("Joined"),
        form=forms.SegmentForm,
        icon="plus",
        stays=(Stay("already", _("Are in it already"), _in_segment),),
        do=_add_to_segment,
    ),
    EXPORT,
    OPT_OUT,
    BulkAct(
        key="delete",
        right=Right.DELETE,
        label=_("Delete"),
        verb="deleted many contacts",
        will=_("Will be deleted"),
        did=_("Deleted"),
        form=forms.DeleteForm,
        icon="trash-2",
        do=_delete,
        danger=True,
        is_final=True,
    ),
)
BY_KIND = {act.kind: act for act in ACTS}


def menu(user: User, acts: Iterable[BulkAct] = ACTS) -> list[BulkAct]:
    """Those that she may do."""
    return [act for act in acts if user.may(act.right)]
