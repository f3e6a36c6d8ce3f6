"""One stop of sending: why, what waits for it, and letting it go on with a reason.

Other stops are lifted where what belongs to them is put right as well, see `liftable`.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.doorbell import ring
from accounts.models import User
from accounts.numbers import number
from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn
from bounces.models import Incident
from campaigns.models import EmailState
from deliveries.models import Delivery, DeliveryState, Hold, HoldKind, SendingDomain
from deliveries.models.holds import HoldQuerySet
from deliveries.providers import shown
from deliveries.queue import SEND_DUE
from reengagement.models import CampaignEmail
from reengagement.vocabulary import CampaignState

COUNTED_TO = 100_000


class LiftForm(forms.Form):
    reason = forms.CharField(
        label=_("Why may it go on?"),
        max_length=300,
        help_text=_("For the log: what was looked at, and what is better now."),
        error_messages={"required": _("Write down why, for whoever asks later.")},
    )


@needs(Right.SEND)
@require_http_methods(["GET", "POST"])
def lift(request: SignedIn, pk: int) -> HttpResponse:
    """Ask for the reason, then let these mails leave again."""
    kept = liftable().select_related("message", "created_by")
    hold = get_object_or_404(kept, pk=pk)
    form = LiftForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        _let_go(request, hold, form.cleaned_data["reason"])
        return redirect("console:overview")
    context: dict[str, Any] = {
        "form": form,
        "hold": hold,
        "name": name_of(hold),
        "waiting": waiting(hold),
        "others": hold.others(),
    }
    status = INVALID if form.is_bound else 200
    return render(request, "console/lift.html", context, status=status)


def liftable() -> HoldQuerySet:
    """Those that nothing else depends on.

    What is left of a stopped email must not leave; with a campaign its deadlines go
    on, with an incident who was blocked for it comes back. All sending has a page of
    its own, and a domain goes on when its records are right, unless they are or it was
    removed.
    """
    domains = SendingDomain.objects.unconnected().values("name")
    incidents = Incident.objects.open().exclude(hold=None)
    paused = CampaignEmail.objects.filter(campaign__state=CampaignState.PAUSED)
    return Hold.objects.active().exclude(
        Q(kind=HoldKind.EVERYTHING)
        | Q(kind=HoldKind.SENDER, value__in=domains)
        | Q(message__marketing_email__state=EmailState.STOPPED)
        | Q(message__marketing_email__campaign_email__in=paused)
        | Q(pk__in=incidents.values("hold"))
    )


def _let_go(request: SignedIn, hold: Hold, reason: str) -> None:
    name = name_of(hold)
    if _lifted(hold, request.user, reason):
        _tell_what_follows(request, hold)
    elif Hold.objects.active().filter(pk=hold.pk).exists():
        words = gettext(
            "Mails of %(name)s still wait: somebody has just stopped more than that."
        ) % {"name": name}
        messages.error(request, words)
    else:
        words = gettext("Somebody else has let mails of %(name)s leave before you.") % {
            "name": name
        }
        messages.info(request, words)


def _tell_what_follows(request: SignedIn, hold: Hold) -> None:
    """They leave, or wait for what stops the same as well."""
    other = hold.others().first()
    if other:
        words = gettext("Mails of %(name)s still wait for another reason.") % {
            "name": name_of(hold)
        }
        messages.warning(request, f"{words} {other.reason}")
        return
    ring(SEND_DUE)
    messages.success(
        request, gettext("Mails of %(name)s leave again.") % {"name": name_of(hold)}
    )


@transaction.atomic
def _lifted(hold: Hold, user: User, reason: str) -> bool:
    """False when it was lifted before, or more depends on it by now: asked again when
    it is locked."""
    locked = Hold.objects.locked().filter(pk=hold.pk).first()
    kept = locked is not None and liftable().filter(pk=hold.pk).exists()
    return kept and hold.lift(user, reason)


def name_of(hold: Hold) -> str:
    """What is stopped, as people call it."""
    return str(shown(hold.value)) or str(hold.message)


def waiting(hold: Hold) -> str:
    """How many mails wait for this stop alone or with another one; "" where that is
    not counted."""
    queued = Delivery.objects.filter(state=DeliveryState.QUEUED)
    where: dict[str, dict[str, Any]] = {
        HoldKind.MESSAGE: {"message": hold.message},
        HoldKind.PROVIDER: {"provider": hold.value},
        HoldKind.DOMAIN: {"address__domain": hold.value},
    }
    if hold.kind not in where:
        return ""
    count = queued.filter(**where[hold.kind])[: COUNTED_TO + 1].count()
    if count > COUNTED_TO:
        return gettext("more than %(count)s") % {"count": number(COUNTED_TO)}
    return number(count)
