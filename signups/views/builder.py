"""Forms in the console: what there is, how it does, and the builder."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.limits import narrowed
from accounts.models import Account, AuditEntry
from accounts.paging import FALLING, keyset
from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn
from consent.models import Brand
from contacts.models import Contact
from deliveries.models import Delivery
from signups import taking
from signups.builder_forms import FormForm
from signups.forms import TRAP, SignupForm
from signups.inviting import InviteForm
from signups.models import Form, State, Submission
from signups.views.public import form_page

ON_A_PAGE = 25
NOTHING = {"submitted": 0, "confirmed": 0}


@needs(Right.LOOK)
@require_GET
def index(request: SignedIn) -> HttpResponse:
    archived = "archived" in request.GET
    mine = Form.objects.for_user(request.user)
    rows = mine.filter(archived_at__isnull=not archived)
    page = keyset(rows.select_related("brand"), request.GET, ON_A_PAGE, FALLING)
    counts = Submission.objects.filter(form__in=page.rows).counts()
    context = {
        "page": page,
        "forms": [(form, counts.get(form.pk, NOTHING)) for form in page.rows],
        "archived": archived,
        "columns": [
            {"label": _("Form")},
            {"label": _("Confirmation")},
            *(
                {"label": label, "num": True}
                for label in (_("Shown"), _("Sent"), _("Yes"))
            ),
        ],
    }
    return render(request, "signups/form_list.html", context)


@needs(Right.EDIT)
def create(request: SignedIn) -> HttpResponse:
    fresh = Form(
        brand=Brand.objects.home(request.user),
        created_by=request.user,
        language=Account.current().language,
    )
    return _edit(request, fresh)


@needs(Right.EDIT)
def edit(request: SignedIn, pk: int) -> HttpResponse:
    return _edit(request, get_object_or_404(Form, pk=pk))


def _edit(request: SignedIn, one: Form) -> HttpResponse:
    builder = narrowed(FormForm(request.POST or None, instance=one), request.user)
    if request.method == "POST" and builder.is_valid():
        saved = builder.keep()
        AuditEntry.objects.record(
            request.user, "saved form", subject=str(saved), url=saved.get_absolute_url()
        )
        messages.success(request, _("Saved “%(name)s”.") % {"name": saved})
        return redirect(saved)
    context = {"builder": builder, "form": one}
    status = INVALID if builder.is_bound else 200
    return render(request, "signups/form_edit.html", context, status=status)


@needs(Right.SEE_PEOPLE)
@require_GET
def detail(request: SignedIn, pk: int) -> HttpResponse:
    form = get_object_or_404(Form.objects.select_related("brand"), pk=pk)
    mine = Submission.objects.filter(form=form)
    page = keyset(mine, request.GET, ON_A_PAGE, FALLING)
    counts = mine.counts().get(form.pk, NOTHING)
    context = {
        "form": form,
        "page": page,
        "rows": told(page.rows),
        "figures": [
            {"label": _("Shown"), "value": form.shown},
            {"label": _("Sent"), "value": counts["submitted"]},
            {"label": _("Said yes"), "value": counts["confirmed"]},
        ],
        "snippet": snippet(form),
        "columns": [
            {"label": _("Address")},
            {"label": _("State")},
            {"label": _("When")},
        ],
    }
    return render(request, "signups/form_detail.html", context)


def told(rows: list[Submission]) -> list[tuple[Submission, str]]:
    """Each sign-up with its state in words; that of its mail is asked from the mail."""
    keys = [row.delivery_id for row in rows if row.delivery_id]
    messages_of = {row.message_id for row in rows if row.message_id}
    mails = Delivery.objects.filter(message_id__in=messages_of, pk__in=keys)
    states = {mail.pk: mail.get_state_display() for mail in mails}
    return [(row, _words(row, states.get(row.delivery_id or 0, ""))) for row in rows]


def _words(row: Submission, mail: str) -> str:
    if row.state == State.PENDING and mail:
        return _("Confirmation email: %(state)s") % {"state": mail.lower()}
    return row.get_state_display()


def snippet(form: Form) -> str:
    """The form as HTML to copy into another page; it keeps the words of today."""
    filled = SignupForm(form, auto_id="listwell_%s")
    context = {"form": form, "filled": filled, "digest": form.digest(), "trap": TRAP}
    with translation.override(form.language):
        lines = render_to_string("signups/snippet.html", context).splitlines()
    return "\n".join(line.rstrip() for line in lines if line.strip())


@needs(Right.LOOK)
@require_GET
def preview(request: SignedIn, pk: int) -> HttpResponse:
    form = get_object_or_404(Form.objects.select_related("brand"), pk=pk)
    translation.activate(form.language)
    return form_page(request, form, SignupForm(form), preview=True)


@needs(Right.EDIT)
@require_POST
def archive(request: SignedIn, pk: int) -> HttpResponse:
    form = get_object_or_404(Form, pk=pk)
    if form.archive():
        AuditEntry.objects.record(request.user, "archived form", subject=str(form))
        undo = reverse("signups:restore", args=[form.pk])
        messages.success(
            request, _("Closed “%(name)s”.") % {"name": form}, extra_tags=f"undo:{undo}"
        )
    return redirect("signups:list")


@needs(Right.EDIT)
@require_POST
def restore(request: SignedIn, pk: int) -> HttpResponse:
    form = get_object_or_404(Form, pk=pk)
    form.restore()
    AuditEntry.objects.record(request.user, "restored form", subject=str(form))
    messages.success(request, _("“%(name)s” takes sign-ups again.") % {"name": form})
    return redirect(form)


@needs(Right.EDIT)
def invite(request: SignedIn, pk: int) -> HttpResponse:
    """Send somebody the link with which she subscribes, or comes back, herself."""
    reachable = Contact.objects.exclude(address=None).select_related("address")
    contact = get_object_or_404(reachable, pk=pk)
    asked = narrowed(InviteForm(request.POST or None), request.user)
    if request.method == "POST" and asked.is_valid():
        kind = asked.cleaned_data["subscription_type"]
        if taking.invite(contact, kind, request.user):
            messages.success(
                request,
                _("Sent %(contact)s the link for “%(kind)s”.")
                % {"contact": contact, "kind": kind},
            )
            return redirect(contact)
        asked.add_error(None, InviteForm.TOO_OFTEN)
    context = {"form": asked, "contact": contact}
    status = INVALID if asked.is_bound else 200
    return render(request, "signups/invite.html", context, status=status)
