"""Who may sign in, and as what: for administrators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.models import AuditEntry, NotChanged, Passkey, SecondFactor, User
from accounts.races import kept
from accounts.roles import RIGHTS, Right, Role, needs
from accounts.web import INVALID, SignedIn
from api.models import Token
from consent import addresses
from consent.models import Address, Brand, SubscriptionType
from consent.views import tabs
from deliveries.models import Channel, Delivery, Message
from deliveries.single import hindrance, post

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

COLUMNS = [
    {"label": _("User")},
    {"label": _("Role")},
    {"label": _("Brands")},
    {"label": _("State")},
    {"label": _("Signed in last")},
]
NO_SENDER = _(
    "The link could not be mailed: the default brand has no sender address. Set it"
    " under Settings, Brand."
)
SWITCHED_ON = _(
    "%(user)s is switched on, and needs a new password: mail a link to set one."
)
NOT_MAILED = _("The link to set a password does not reach %(user)s now.")
MAILED = _(
    "A link to set a password is on its way to %(user)s. It works for three days."
)


class BrandsForm(forms.Form):
    """For which brands somebody works."""

    brands = forms.ModelMultipleChoiceField(
        Brand.objects.in_order(),
        label=_("Works for these brands alone"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "None chosen: for every brand, also those to come. Emails, campaigns, forms"
            " and subscription types of other brands are out of reach, for API tokens"
            " too. Contacts, segments, templates and opt-outs are shared by all brands."
        ),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("brands") and given.get("role") == Role.ADMIN:
            self.add_error(
                "brands",
                gettext(
                    "An administrator works for every brand. Choose none here, or"
                    " another role."
                ),
            )
        return given

    @property
    def brand_ids(self) -> list[int]:
        return [brand.pk for brand in self.cleaned_data["brands"]]


def brand_names() -> dict[int, str]:
    """All there are, in the order of lists."""
    brands = Brand.objects.in_order()
    return dict(brands.values_list("pk", "name"))


class InviteForm(BrandsForm, forms.ModelForm):  # type: ignore[type-arg]
    """Somebody new: where the link goes, and what she may do."""

    class Meta:
        model = User
        fields: ClassVar = ["email", "first_name", "last_name", "role"]
        labels: ClassVar = {
            "email": _("Email address"),
            "first_name": _("First name"),
            "last_name": _("Last name"),
        }
        widgets: ClassVar = {"role": forms.RadioSelect}
        error_messages: ClassVar = {
            "email": {"unique": _("Somebody signs in with this address already.")}
        }

    role = forms.ChoiceField(
        label=_("Role"), choices=Role.choices, widget=forms.RadioSelect
    )

    def clean_email(self) -> str:
        email = User.objects.normalize_email(self.cleaned_data["email"])
        try:
            addresses.parse(email)
        except addresses.BadAddress as problem:
            raise forms.ValidationError(str(problem)) from problem
        return email

    def clean(self) -> dict[str, Any]:
        if not Brand.objects.default().from_email:
            raise forms.ValidationError(NO_SENDER)
        return super().clean() or {}

    def take_in(self, by: User) -> tuple[User, Delivery]:
        """The new user, and the mail with her link."""
        given = {name: self.cleaned_data[name] for name in self._meta.fields or ()}
        user = User.objects.create_user(**given, brand_ids=self.brand_ids)
        detail = {"role": user.role, "brands": user.brands_in_words(brand_names())}
        AuditEntry.objects.record(by, "invited", subject=user.email, detail=detail)
        return user, mail_link(user)


class RoleForm(BrandsForm):
    field_order = ("role", "brands")

    role = forms.ChoiceField(
        label=_("Works here as"), choices=Role.choices, widget=forms.RadioSelect
    )

    @transaction.atomic
    def settle(self, user: User, by: User) -> None:
        """Raises NotChanged."""
        if (role := self.cleaned_data["role"]) != user.role:
            user.take_role(Role(role), by)
        if sorted(user.brand_ids) != sorted(self.brand_ids):
            user.limit_to(self.brand_ids, brand_names(), by)


def ladder() -> list[tuple[StrOrPromise, list[StrOrPromise]]]:
    """(role, what it may do that the role before it may not)."""
    found: list[tuple[StrOrPromise, list[StrOrPromise]]] = []
    before = frozenset[Right]()
    for role, rights in RIGHTS.items():
        found.append(
            (role.label, [one.label for one in Right if one in rights - before])
        )
        before = rights
    return found


@needs(Right.USERS)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    names = brand_names()
    people = User.objects.order_by("-is_active", "email")
    context = {
        "people": [
            (one, one.brands_in_words(names, gettext("All brands"))) for one in people
        ],
        "columns": COLUMNS,
        "ladder": ladder(),
        "tabs": tabs("console:users", request.user),
    }
    return render(request, "console/users.html", context)


@needs(Right.USERS)
@require_http_methods(["GET", "POST"])
def invite(request: SignedIn) -> HttpResponse:
    form = InviteForm(request.POST or None, initial={"role": Role.VIEWER})
    valid = request.method == "POST" and form.is_valid()
    if valid and (taken_in := kept(form, lambda: form.take_in(request.user))):
        _tell(request, *taken_in)
        return redirect("console:users")
    context = {"form": form, "ladder": ladder()}
    status = INVALID if form.is_bound else 200
    return render(request, "console/invite.html", context, status=status)


@needs(Right.USERS)
@require_http_methods(["GET", "POST"])
def detail(request: SignedIn, pk: int) -> HttpResponse:
    """One user; a POST gives her another role, or other brands."""
    user = get_object_or_404(User, pk=pk)
    now = {"role": user.role, "brands": user.brand_ids}
    form = RoleForm(request.POST or None, initial=now)
    if request.method == "POST" and form.is_valid():
        try:
            form.settle(user, request.user)
        except NotChanged as problem:
            form.add_error("role", str(problem))
        else:
            messages.success(
                request,
                gettext("%(user)s is now %(role)s.")
                % {"user": user, "role": user.get_role_display()},
            )
            return redirect("console:users")
    context = {
        "person": user,
        "form": form,
        "ladder": ladder(),
        "factor": SecondFactor.objects.of(pk),
        "passkeys": Passkey.objects.filter(user=pk).count(),
    }
    status = INVALID if form.is_bound else 200
    return render(request, "console/user.html", context, status=status)


@needs(Right.USERS)
@require_POST
def switch_off(request: SignedIn, pk: int) -> HttpResponse:
    return _switch(request, pk, on=False)


@needs(Right.USERS)
@require_POST
def switch_on(request: SignedIn, pk: int) -> HttpResponse:
    return _switch(request, pk, on=True)


def _switch(request: SignedIn, pk: int, *, on: bool) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    try:
        with transaction.atomic():
            user.switch(request.user, on=on)
            # in both directions: one may have been made while she was switched off
            Token.objects.revoke_of(user, request.user)
    except NotChanged as problem:
        messages.error(request, str(problem))
        return redirect("console:user", pk)
    if on:
        messages.success(request, SWITCHED_ON % {"user": user})
        return redirect("console:user", pk)
    messages.success(
        request,
        gettext("%(user)s is signed out and cannot sign in any more.") % {"user": user},
    )
    return redirect("console:users")


@needs(Right.USERS)
@require_POST
def forget_factor(request: SignedIn, pk: int) -> HttpResponse:
    """Telephone and keys are lost: the password alone lets her in, until she sets up
    anew."""
    user = get_object_or_404(User, pk=pk)
    if user == request.user:
        messages.error(
            request, gettext("Take your own away on the page Second factor.")
        )
        return redirect("console:user", pk)
    user.forget_second_factor(request.user)
    messages.success(
        request,
        gettext("%(user)s signs in with the password alone now.") % {"user": user},
    )
    return redirect("console:user", pk)


@needs(Right.USERS)
@require_POST
def link(request: SignedIn, pk: int) -> HttpResponse:
    """Mail a link to set a new password: the first one was lost, or the password."""
    user = get_object_or_404(User, pk=pk, is_active=True)
    if not Brand.objects.default().from_email:
        messages.error(request, NO_SENDER)
        return redirect("console:user", pk)
    with transaction.atomic():
        AuditEntry.objects.record(
            request.user, "mailed a link to set a password", subject=user.email
        )
        mail = mail_link(user)
    _tell(request, user, mail)
    return redirect("console:user", pk)


def _tell(request: SignedIn, user: User, mail: Delivery) -> None:
    if kept_back := hindrance(mail):
        messages.warning(request, f"{NOT_MAILED % {'user': user.email}} {kept_back}")
    else:
        messages.success(request, MAILED % {"user": user.email})


def mail_link(user: User) -> Delivery:
    """Queue the mail with the link; it works once and for three days."""
    parsed = addresses.parse(user.email)
    address = Address.objects.get(pk=Address.objects.ensure([parsed])[parsed.key])
    brand = Brand.objects.default()
    message = Message.objects.create(
        channel=Channel.SERVICE,
        name="Link to set a password",
        group="users",
        brand=brand,
        subscription_type=SubscriptionType.objects.default(),
        from_name=brand.from_name or brand.name,
        from_email=brand.from_email,
        reply_to=brand.reply_to,
        subject=f"Your access to the Listwell console of {brand.name}"[:300],
        blocks=_blocks(link_for(user)),
        open_tracked=False,
        click_tracked=False,
    )
    return post(message, address, user.pk)


def link_for(user: User) -> str:
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    token = default_token_generator.make_token(user)
    return settings.BASE_URL + reverse("join", args=[uid, token])


def _blocks(url: str) -> list[dict[str, Any]]:
    what = (
        "An administrator gave you access to the Listwell console, or a new link. Set"
        " your password on the next page; you are signed in at once."
    )
    then = (
        "The link works once, for three days. If you did not expect this email, do"
        " nothing."
    )
    return [
        {"id": "a", "kind": "heading", "text": "Set your password"},
        {"id": "b", "kind": "text", "html": f"<p>{what}</p>"},
        {"id": "c", "kind": "button", "label": "Set my password", "url": url},
        {"id": "d", "kind": "text", "html": f"<p>{then}</p>"},
    ]
