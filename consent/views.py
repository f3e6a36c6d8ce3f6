"""Settings: the brand that writes, and the subscription types people choose from."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_GET, require_POST

from accounts.limits import narrowed
from accounts.models import AuditEntry, User
from accounts.races import kept
from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn
from consent.forms import BrandForm, SubscriptionTypeForm
from consent.look_forms import TypeWordsForm
from consent.models import Brand, SubscriptionType


def tabs(current: str, user: User) -> list[dict[str, Any]]:
    """The tab bar of the settings pages, those that `user` may open."""
    pages = (
        (_("Brand"), "consent:brand", Right.LOOK),
        (_("Subscription types"), "consent:types", Right.LOOK),
        (_("Sending domains"), "deliveries:domains", Right.LOOK),
        (_("Mail servers"), "deliveries:relays", Right.SETTINGS),
        (_("Account"), "console:account", Right.LOOK),
        (_("Retention"), "console:retention", Right.LOOK),
        (_("Users"), "console:users", Right.USERS),
        (_("API tokens"), "console:tokens", Right.USERS),
        (_("Webhooks"), "webhooks:list", Right.SETTINGS),
        (_("Audit log"), "console:log", Right.USERS),
    )
    return [
        {"label": label, "url": reverse(name), "current": name == current}
        for label, name, right in pages
        if user.may(right)
    ]


@needs(Right.SETTINGS, reading=Right.LOOK)
def brand(request: SignedIn, pk: int | None = None) -> HttpResponse:
    """Edit one brand; the default one, or the first of hers, when none is named."""
    brands = Brand.objects
    one = get_object_or_404(brands, pk=pk) if pk else brands.home(request.user)
    return _edit_brand(request, one, _("Saved %(name)s.") % {"name": one.name})


@needs(Right.SETTINGS)
def create_brand(request: SignedIn) -> HttpResponse:
    return _edit_brand(request, Brand(), _("Added the brand."))


def _note_brand(user: User, saved: Brand) -> None:
    with override("en"):  # the log is kept in one language
        tracking = saved.get_tracking_display()
    modes = {"tracking": tracking, "only_who_agreed": saved.tracking_needs_consent}
    AuditEntry.objects.record(user, "saved brand", subject=saved.name, detail=modes)


def _edit_brand(request: SignedIn, one: Brand, done: str) -> HttpResponse:
    form = BrandForm(request.POST or None, instance=one)
    valid = request.method == "POST" and form.is_valid()
    if valid and (saved := kept(form, form.save)):
        _note_brand(request.user, saved)
        messages.success(request, done)
        return redirect("consent:brand_edit", saved.pk)
    context = {
        "form": form,
        "brand": one,
        "brands": Brand.objects.for_user(request.user).in_order(),
        "tabs": tabs("consent:brand", request.user),
    }
    status = INVALID if form.is_bound else 200
    return render(request, "consent/brand_form.html", context, status=status)


@needs(Right.LOOK)
@require_GET
def types(request: SignedIn) -> HttpResponse:
    mine = SubscriptionType.objects.for_user(request.user)
    rows = mine.in_order().select_related("brand")
    archived = "archived" in request.GET
    context = {
        "types": rows.filter(archived_at__isnull=not archived),
        "archived": archived,
        "archived_count": rows.exclude(archived_at=None).count(),
        "columns": [
            {"label": _("Subscription type")},
            {"label": _("What people get")},
            {"label": _("How often")},
            {"label": _("Brand")},
            {"label": _("Actions"), "vh": True},
        ],
        "tabs": tabs("consent:types", request.user),
    }
    return render(request, "consent/subscriptiontype_list.html", context)


@needs(Right.SETTINGS)
def create_type(request: SignedIn) -> HttpResponse:
    fresh = SubscriptionType(brand=Brand.objects.default())
    return _edit_type(request, fresh, _("Added “%(name)s”."))


@needs(Right.SETTINGS, reading=Right.LOOK)
def edit_type(request: SignedIn, pk: int) -> HttpResponse:
    one = get_object_or_404(SubscriptionType, pk=pk)
    return _edit_type(request, one, _("Saved “%(name)s”."))


def _edit_type(request: SignedIn, one: SubscriptionType, done: str) -> HttpResponse:
    form = SubscriptionTypeForm(request.POST or None, instance=one)
    form = narrowed(form, request.user)
    valid = request.method == "POST" and form.is_valid()
    if valid and (saved := kept(form, form.save)):
        AuditEntry.objects.record(
            request.user, "saved subscription type", subject=saved.name
        )
        messages.success(request, done % {"name": saved.name})
        return redirect("consent:types")
    context = {"form": form, "type": one, "tabs": tabs("consent:types", request.user)}
    status = INVALID if form.is_bound else 200
    return render(request, "consent/subscriptiontype_form.html", context, status=status)


@needs(Right.SETTINGS, reading=Right.LOOK)
def translate_type(request: SignedIn, pk: int) -> HttpResponse:
    """Its words in other languages, as the pages for readers show them."""
    one = get_object_or_404(SubscriptionType, pk=pk)
    form = TypeWordsForm(request.POST or None, of=one)
    if request.method == "POST" and form.is_valid():
        AuditEntry.objects.record(
            request.user,
            "translated subscription type",
            subject=one.name,
            detail={"languages": form.save()},
        )
        messages.success(
            request, _("Saved the languages of “%(name)s”.") % {"name": one}
        )
        return redirect("consent:type_edit", one.pk)
    context = {"form": form, "type": one}
    status = INVALID if form.is_bound else 200
    page = "consent/subscriptiontype_words.html"
    return render(request, page, context, status=status)


@needs(Right.SETTINGS)
@require_POST
def archive_type(request: SignedIn, pk: int) -> HttpResponse:
    """Offer it no more. Its consents and opt-outs stay; it can be brought back."""
    one = get_object_or_404(SubscriptionType.objects.active(), pk=pk)
    if one.is_default:
        messages.error(
            request, _("“%(name)s” is the default type and stays.") % {"name": one}
        )
        return redirect("consent:types")
    one.archived_at = timezone.now()
    one.save(update_fields=["archived_at"])
    AuditEntry.objects.record(
        request.user, "archived subscription type", subject=one.name
    )
    undo = reverse("consent:type_restore", args=[one.pk])
    done = _("Archived “%(name)s”.") % {"name": one}
    messages.success(request, done, extra_tags=f"undo:{undo}")
    return redirect("consent:types")


@needs(Right.SETTINGS)
@require_POST
def restore_type(request: SignedIn, pk: int) -> HttpResponse:
    one = get_object_or_404(SubscriptionType.objects.exclude(archived_at=None), pk=pk)
    if not one.restore():
        taken = _(
            "There is a type called “%(name)s” already. Give that one another name."
        )
        messages.error(request, taken % {"name": one})
        return redirect("consent:types")
    AuditEntry.objects.record(
        request.user, "restored subscription type", subject=one.name
    )
    messages.success(request, _("“%(name)s” can be chosen again.") % {"name": one})
    return redirect("consent:types")


@needs(Right.SETTINGS)
@require_POST
def move_type(request: SignedIn, pk: int, by: int) -> HttpResponse:
    """One place up or down, in the list and on the pages for readers."""
    one = get_object_or_404(SubscriptionType, pk=pk)
    if one.move(by):
        AuditEntry.objects.record(
            request.user, "moved subscription type", subject=one.name
        )
    return redirect(f"{reverse('consent:types')}#type-{pk}")
