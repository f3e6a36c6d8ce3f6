"""Templates: an email kept for the next ones, and letting one go."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import AuditEntry
from accounts.races import kept
from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn
from campaigns.forms.making import TemplateForm
from campaigns.models import EmailTemplate
from campaigns.views.request import find


@needs(Right.SEND)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    rows = EmailTemplate.objects.select_related("created_by").order_by("name")
    return render(
        request, "campaigns/emailtemplate_list.html", {"templates": list(rows)}
    )


@needs(Right.SEND)
def create(request: SignedIn, pk: int) -> HttpResponse:
    """Keep what was saved last of an email as a template."""
    email = find(pk)
    form = TemplateForm(request.POST or None, initial={"name": email.name[:120]})
    valid = request.method == "POST" and form.is_valid()
    if valid and (template := kept(form, lambda: form.take(email, request.user))):
        AuditEntry.objects.record(request.user, "saved template", subject=template.name)
        told = _("“%(template)s” is among the templates now.")
        messages.success(request, told % {"template": template})
        return redirect(email)
    status = INVALID if form.is_bound else 200
    context = {"email": email, "form": form}
    return render(request, "campaigns/emailtemplate_form.html", context, status=status)


@needs(Right.SEND)
@require_POST
def delete(request: SignedIn, pk: int) -> HttpResponse:
    template = get_object_or_404(EmailTemplate, pk=pk)
    template.delete()
    AuditEntry.objects.record(request.user, "deleted template", subject=template.name)
    told = _("Deleted the template “%(template)s”. Emails begun with it stay.")
    messages.success(request, told % {"template": template})
    return redirect("campaigns:templates")
