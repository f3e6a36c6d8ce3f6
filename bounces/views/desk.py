"""The bounce audit: who is blocked, what the server said, and giving people back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Account
from accounts.paging import FALLING, keyset
from accounts.roles import Right, needs
from accounts.saved_views import Page, SavedView
from accounts.web import CONFLICT, INVALID, SignedIn, keys
from bounces import audit, unbouncing
from bounces.audit import Query
from bounces.forms import UnbounceAllForm, UnbounceForm
from bounces.locks import ADVICE
from bounces.models import Release, Report
from bounces.unbouncing import NotUnbounced, Quota
from bounces.views.tabs import beside, tabs
from contacts.models import Contact
from deliveries.redaction import redacted

PAGE = 50
AT_ONCE = 100
COLUMNS = (
    "Contact",
    "Reason",
    "Server said",
    "Bounced",
    "Seen since",
)
HISTORY = ("Contact", "Was", "How", "When", "Since then")


def heads(*labels: str) -> list[dict[str, Any]]:
    return [{"label": label} for label in labels]


@needs(Right.SEE_PEOPLE)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    query = Query.of(request.GET)
    page = keyset(query.contacts(), request.GET, PAGE, audit.ORDER)
    counts = audit.counts()
    by = request.GET.get("group", "")
    context = {
        "query": query,
        "page": page,
        "rows": audit.rows_of(page.rows),
        "tabs": tabs(query.tab.key, counts),
        "count": counts[query.tab.key],
        "columns": [*_selection(query), *heads(*COLUMNS), *_action(query)],
        "quota": Quota.of(Account.current()),
        "by": by if by in {"domain", "provider"} else "",
        "groups": audit.grouped(query, by) if by in {"domain", "provider"} else [],
        "providers": audit.provider_choices(),
        "views": SavedView.objects.seen_by(request.user, Page.BOUNCES),
        "further": beside(),
    }
    return render(request, "bounces/list.html", context)


def _selection(query: Query) -> list[dict[str, Any]]:
    return [] if query.tab.lock else [{"select": True}]


def _action(query: Query) -> list[dict[str, Any]]:
    return [] if query.tab.lock else [{"label": "Action", "vh": True}]


@needs(Right.SEE_PEOPLE)
@require_safe
def history(request: SignedIn) -> HttpResponse:
    """Who was given back, and what became of them."""
    found = Release.objects.with_outcome().select_related("address__contact", "user")
    page = keyset(found, request.GET, PAGE, FALLING)
    context = {
        "page": page,
        "tabs": tabs("history", audit.counts()),
        "columns": heads(*HISTORY),
        "quota": Quota.of(Account.current()),
    }
    return render(request, "bounces/history.html", context)


@needs(Right.UNBOUNCE, reading=Right.SEE_PEOPLE)
@require_http_methods(["GET", "POST"])
def unbounce(request: SignedIn, pk: int) -> HttpResponse:
    contact = get_object_or_404(Contact.objects.select_related("address"), pk=pk)
    form = UnbounceForm(request.POST if request.method == "POST" else None)
    status = INVALID if form.is_bound else 200
    if form.is_valid():
        try:
            unbouncing.unbounce(
                contact, request.user, form.chosen, form.cleaned_data["note"]
            )
        except NotUnbounced as problem:
            form.add_error(None, str(problem))
            status = CONFLICT
        else:
            done = f"Unbounced {contact}. They can be mailed from the next send on."
            messages.success(request, done)
            return redirect(contact)
    return render(
        request,
        "bounces/unbounce.html",
        question_now(contact, request) | {"form": form},
        status=status,
    )


@needs(Right.SEE_PEOPLE)
@require_safe
def takes_mail(request: SignedIn, pk: int) -> HttpResponse:
    """What the DNS says now of the domain of this contact, for the open dialog."""
    contact = get_object_or_404(Contact.objects.select_related("address"), pk=pk)
    return render(request, "bounces/takes_mail.html", at_the_domain(contact))


def at_the_domain(contact: Contact) -> dict[str, Any]:
    """`mail`: a value of domains.Found; none where it is not asked here."""
    domain = contact.address.domain if contact.address else ""
    said = unbouncing.mail_at([contact])
    return {"domain": domain, "mail": said.get(domain or "")}


def question_now(contact: Contact, request: SignedIn) -> dict[str, Any]:
    """The question, with what the DNS says at this moment."""
    context = question(contact, request) | at_the_domain(contact)
    domain, mail = context["domain"], context["mail"]
    if mail and mail.is_gone:
        context["refused"].append(unbouncing.no_mail_at(domain, mail))
    return context


def question(contact: Contact, request: SignedIn) -> dict[str, Any]:
    """What somebody should know before giving `contact` back."""
    quota = Quota.of(Account.current())
    refused = unbouncing.obstacles(contact, request.user)
    if not refused and not quota.left:
        refused = [quota.used_up]
    return {
        "contact": contact,
        "title": f"Unbounce {contact.email}?",
        "row": audit.rows_of([contact])[0],
        "refused": refused,
        "advice": ADVICE.get(contact.hard_bounce_reason, ""),
        "quota": quota,
    }


@needs(Right.UNBOUNCE, reading=Right.SEE_PEOPLE)
@require_http_methods(["GET", "POST"])
def unbounce_all(request: SignedIn) -> HttpResponse:
    """Several at once, for the same reason."""
    words = request.POST if request.method == "POST" else request.GET
    ids = keys(words.getlist("id"))[:AT_ONCE]
    chosen = Contact.objects.filter(pk__in=ids).select_related("address")
    can, cannot = unbouncing.sorted_out(list(chosen.order_by("pk")), request.user)
    form = UnbounceAllForm(request.POST or None, count=len(can))
    if can and form.is_valid():
        note = form.cleaned_data["note"]
        done, refused = unbouncing.unbounce_all(can, request.user, form.chosen, note)
        messages.success(request, f"Unbounced {len(done):,} of {len(can):,}.")
        for sentence, count in refused.items():
            messages.warning(request, f"{count:,} not unbounced. {sentence}")
        return redirect("bounces:history")
    context = {
        "form": form,
        "can": can,
        "cannot": cannot,
        "quota": Quota.of(Account.current()),
    }
    status = INVALID if form.is_bound else 200
    return render(request, "bounces/unbounce_all.html", context, status=status)


@needs(Right.SEE_PEOPLE)
@require_safe
def report(request: SignedIn, pk: int) -> HttpResponse:
    """A report as it came but for the keys in its links, to be kept as a file."""
    found = get_object_or_404(Report, pk=pk)
    if found.emptied_at:
        messages.info(
            request,
            "That report is not kept as it came any more (Settings, Retention)."
            " What it said still stands with the bounce.",
        )
        return redirect("bounces:reports")
    return HttpResponse(
        redacted(bytes(found.raw)),
        content_type="message/rfc822",
        headers={"Content-Disposition": f'attachment; filename="report-{pk}.eml"'},
    )
