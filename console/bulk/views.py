"""Doing something to many contacts: what and to whom, how many, the job, its undo."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts import jobfiles
from accounts.limits import narrowed
from accounts.models import Job, JobState, User
from accounts.numbers import number
from accounts.races import kept
from accounts.roles import Right, View, needs
from accounts.typed import TypedNumberField
from accounts.web import INVALID, SignedIn
from console.bulk import running
from console.bulk.acts import BY_KIND, EXPORT, BulkAct, changing
from console.bulk.chosen import Chosen
from console.bulk.forms import ActForm, PropertyForm
from optouts.forms import UndoForm
from segments.exporting import TYPES


class SureForm(forms.Form):
    """The number, typed by hand, before what cannot be taken back."""

    def __init__(self, count: int, asked: QueryDict | None) -> None:
        super().__init__(asked)
        shown = {"count": number(count)}
        fact = ngettext(
            "This deletes %(count)s contact for good.",
            "This deletes %(count)s contacts for good.",
            count,
        )
        self.fields["number"] = TypedNumberField(
            label=_("Type %(count)s to delete them") % shown,
            expected=count,
            fact=fact % shown,
        )


@dataclass
class Asking:
    """The page of one act: whom it is for, what is asked, what would come of it."""

    act: BulkAct
    asked: QueryDict
    is_posted: bool
    user: User

    @cached_property
    def chosen(self) -> Chosen:
        return Chosen.of(self.asked)

    @cached_property
    def form(self) -> ActForm:
        """Offers what is of her brands; without a type all would be meant."""
        return narrowed(self._form(), self.user, never_all="subscription_type")

    def _form(self) -> ActForm:
        """Asks as long as it was not told all of it."""
        if not self.act.form.base_fields:
            return self.act.form({})
        if "step" not in self.asked:
            return self.act.form()
        form = self.act.form(self.asked)
        if isinstance(form, PropertyForm) and form.key and not form.is_complete:
            return self.act.form(initial={"what": form.key, "asked": form.key})
        return form

    @property
    def is_told(self) -> bool:
        """Asked anew: somebody may have been quicker with a name."""
        return self.form.is_valid()

    @cached_property
    def counts(self) -> dict[str, int]:
        if not self.is_told:
            return {"all": self.chosen.contacts().count()}
        return self.act.counts(self.chosen.contacts(), self.form.values())

    @property
    def will(self) -> int:
        return changing(self.counts)

    @property
    def stays(self) -> list[tuple[str, int]]:
        """Who stays as she is: why, and how many."""
        return [
            (str(stay.words), self.counts[stay.name])
            for stay in self.act.stays
            if self.counts[stay.name]
        ]

    @cached_property
    def sure(self) -> SureForm | None:
        if not self.act.is_final:
            return None
        return SureForm(self.will, self.asked if self.is_posted else None)

    @property
    def pairs(self) -> list[tuple[str, object]]:
        """What was told, for the press that begins it."""
        told = [
            (name, value)
            for name in self.form.fields
            for value in self.asked.getlist(name)
        ]
        return [*self.chosen.pairs, *told, ("step", "review")]

    def is_sure(self) -> bool:
        return (
            self.counts["all"] > 0
            and self.is_told
            and (self.sure is None or self.sure.is_valid())
        )

    def start(self) -> Job | None:
        """None where the form has errors now: somebody was quicker with its name."""
        return kept(
            self.form,
            lambda: running.start(
                self.act,
                self.chosen,
                self.form.settled(self.user),
                self.user,
                self.counts,
            ),
        )


def asking(act: BulkAct) -> View:
    """The page of this act: GET asks and counts, POST begins it."""

    @needs(act.right)
    def ask(request: SignedIn) -> HttpResponse:
        is_posted = request.method == "POST"
        asked = request.POST if is_posted else request.GET
        asking = Asking(act, asked, is_posted, request.user)
        if is_posted and asking.is_sure() and (job := asking.start()):
            return redirect(job.url)
        status = INVALID if is_posted else 200
        return render(request, "console/bulk.html", {"asking": asking}, status=status)

    return ask


def _job(pk: int) -> Job:
    return get_object_or_404(Job, pk=pk, kind__in=BY_KIND)


@needs(Right.LOOK)
@require_safe
def done(request: SignedIn, job_pk: int) -> HttpResponse:
    """Progress of the job, and of its undo; then what came of it."""
    job = _job(job_pk)
    undo = running.undoing(job)
    shown = undo or job
    if request.htmx and shown.is_over:
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {
        "job": job,
        "undo": undo,
        "shown": shown,
        "told": running.told(job),
        "undone": running.told(undo) if undo else [],
        "may_undo": running.may_undo(job),
        "is_file": job.kind == EXPORT.kind,
        "is_there": jobfiles.is_there(job),
    }
    part = "#job" if request.htmx else ""
    return render(request, f"console/bulk_done.html{part}", context)


@needs(Right.EXPORT)
@require_safe
def download(request: SignedIn, job_pk: int) -> FileResponse:
    job = get_object_or_404(Job, pk=job_pk, kind=EXPORT.kind)
    if job.state != JobState.DONE or not jobfiles.is_there(job):
        raise Http404(_("This file is not there any more. Export the contacts again."))
    return FileResponse(
        jobfiles.path_of(job).open("rb"),
        as_attachment=True,
        filename=job.result["name"],
        content_type=TYPES[jobfiles.format_of(job)],
    )


@needs(Right.UNDO, every_brand=True)
def undo(request: SignedIn, job_pk: int) -> HttpResponse:
    """Asks why, then takes an opt-out back."""
    job = _job(job_pk)
    form = UndoForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not running.start_undo(job, request.user, form.cleaned_data["reason"]):
            late = _("This cannot be undone any more, or already was.")
            messages.error(request, late)
        return redirect("contacts:bulk_done", job.pk)
    context = {"job": job, "form": form, "may_undo": running.may_undo(job)}
    status = INVALID if form.is_bound else 200
    return render(request, "console/bulk_undo.html", context, status=status)
