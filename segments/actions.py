"""What can be done with a segment: one address and one verb each, POST only."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.doorbell import ring
from accounts.models import AuditEntry
from accounts.numbers import number
from accounts.races import kept
from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn, keys
from contacts.models import Contact
from segments import tasks
from segments.forms import AddressesForm, GatherForm
from segments.models import Segment, SegmentKind


def _record(request: SignedIn, verb: str, segment: Segment) -> None:
    AuditEntry.objects.record(
        request.user, verb, subject=segment.name, url=segment.get_absolute_url()
    )


def _static(pk: int) -> Segment:
    return get_object_or_404(Segment, pk=pk, kind=SegmentKind.STATIC, archived_at=None)


@needs(Right.EDIT)
@require_POST
def refresh(request: SignedIn, pk: int) -> HttpResponse:
    segment = get_object_or_404(Segment, pk=pk, archived_at=None)
    job = segment.filling() or segment.request_fill(request.user)
    ring(tasks.fill, job.pk)
    return redirect(segment)


@needs(Right.EDIT)
@require_POST
def clone(request: SignedIn, pk: int) -> HttpResponse:
    copy = get_object_or_404(Segment, pk=pk).clone(request.user)
    if copy.is_active:
        ring(tasks.fill, copy.request_fill(request.user).pk)
    _record(request, "cloned a segment", copy)
    said = _("This is the copy, “%(name)s”.")
    messages.success(request, said % {"name": copy.name})
    return redirect(copy)


@needs(Right.EDIT)
@require_POST
def freeze(request: SignedIn, pk: int) -> HttpResponse:
    segment = get_object_or_404(Segment, pk=pk, archived_at=None)
    if segment.freeze(request.user):
        _record(request, "made a segment static", segment)
        said = _("“%(name)s” is static now: its people stay as they are.")
        messages.success(request, said % {"name": segment.name})
    return redirect(segment)


@needs(Right.EDIT)
@require_POST
def archive(request: SignedIn, pk: int) -> HttpResponse:
    segment = get_object_or_404(Segment, pk=pk)
    if not segment.archive():
        said = _(
            "“%(name)s” is in use, so it cannot be archived. Take it out of"
            " what is listed under “Used in” first."
        )
        messages.error(request, said % {"name": segment.name})
        return redirect(segment)
    _record(request, "archived a segment", segment)
    messages.success(request, _("Archived “%(name)s”.") % {"name": segment.name})
    return redirect("segments:list")


@needs(Right.EDIT)
@require_POST
def restore(request: SignedIn, pk: int) -> HttpResponse:
    segment = get_object_or_404(Segment, pk=pk, archived_at__isnull=False)
    if not segment.restore():
        said = _("There is another segment “%(name)s” now. Rename that one first.")
        messages.error(request, said % {"name": segment.name})
        return redirect(segment)
    _record(request, "restored a segment", segment)
    return redirect(segment)


@needs(Right.DELETE)
def delete(request: SignedIn, pk: int) -> HttpResponse:
    """GET asks and shows what uses it; POST deletes what nothing uses."""
    segment = get_object_or_404(Segment, pk=pk)
    blockers: list[str] = []
    if request.method == "POST":
        blockers = segment.discard()
        if not blockers:
            AuditEntry.objects.record(
                request.user, "deleted a segment", subject=segment.name
            )
            said = _("Deleted “%(name)s”, and no contact.")
            messages.success(request, said % {"name": segment.name})
            return redirect("segments:list")
    return render(
        request,
        "segments/delete.html",
        {"segment": segment, "uses": segment.uses.all(), "blockers": blockers},
        status=INVALID if blockers else 200,
    )


@needs(Right.EDIT)
def add(request: SignedIn, pk: int) -> HttpResponse:
    """Pasted addresses into a static segment."""
    segment = _static(pk)
    form = AddressesForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        count = segment.add(form.found())
        segment.note_members(request.user, count, joined=True)
        done = ngettext(
            "Added %(count)s contact to “%(name)s”.",
            "Added %(count)s contacts to “%(name)s”.",
            count,
        )
        messages.success(request, _filled(done, segment, count) + form.missed())
        return redirect(segment)
    return render(
        request,
        "segments/add.html",
        {"segment": segment, "form": form},
        status=INVALID if form.errors else 200,
    )


def _filled(said: str, segment: Segment, count: int) -> str:
    return said % {"name": segment.name, "count": number(count)}


@needs(Right.EDIT)
def gather(request: SignedIn) -> HttpResponse:
    """A new static segment from pasted addresses, or those of an import."""
    form = GatherForm(request.POST or None)
    valid = request.method == "POST" and form.is_valid()
    if valid and (made := kept(form, lambda: form.made(request.user))):
        segment, count = made
        _record(request, "created a segment", segment)
        done = ngettext(
            "“%(name)s” has %(count)s contact.",
            "“%(name)s” has %(count)s contacts.",
            count,
        )
        messages.success(request, _filled(done, segment, count) + form.missed())
        return redirect(segment)
    code = INVALID if form.errors else 200
    return render(request, "segments/gather.html", {"form": form}, status=code)


@needs(Right.EDIT)
@require_POST
def remove(request: SignedIn, pk: int) -> HttpResponse:
    """The ticked people out of a static segment."""
    segment = _static(pk)
    ids = keys(request.POST.getlist("id"))
    count = segment.remove(Contact.objects.filter(pk__in=ids))
    segment.note_members(request.user, count, joined=False)
    done = ngettext(
        "Took %(count)s contact out of “%(name)s”.",
        "Took %(count)s contacts out of “%(name)s”.",
        count,
    )
    messages.success(request, _filled(done, segment, count))
    return redirect(segment)
