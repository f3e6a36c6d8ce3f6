"""The builder: one form that the server draws again after every change."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.doorbell import ring
from accounts.models import AuditEntry, Job
from accounts.races import kept
from accounts.roles import Right, needs
from accounts.web import INVALID, SignedIn, key
from segments import tallying, tasks
from segments.builder import Tree
from segments.differing import differences
from segments.drawing import Draft, Wishes
from segments.effects import effect
from segments.forms import PersonForm, SegmentForm
from segments.models import Segment, current_clock
from segments.picking import Picking
from segments.recipes import BY_KEY, RECIPES
from segments.rules import read
from segments.undo import Past
from segments.vocabulary import Vocabulary

OK = 200
CONFLICT = 409
# the button that saves what others use, after it was told what that means for them
SURE = "save:sure"


@needs(Right.EDIT)
def create(request: SignedIn) -> HttpResponse:
    recipe = BY_KEY.get(request.GET.get("recipe", ""))
    segment = Segment(name=recipe.name if recipe else "", rules=None)
    if request.method == "POST":
        return _posted(request, segment)
    if job := _kept(request, segment):
        return _come_back(request, segment, job)
    words = Vocabulary()
    tree = Tree.of_rules(recipe.rules, words) if recipe else Tree.blank()
    extra: dict[str, object] = {} if recipe else {"recipes": RECIPES}
    return _draw(request, SegmentForm(instance=segment), tree, extra=extra)


@needs(Right.EDIT)
def edit(request: SignedIn, pk: int) -> HttpResponse:
    segment = get_object_or_404(Segment, pk=pk, archived_at=None, rules__isnull=False)
    if not segment.is_active:
        said = _("A static segment is changed by hand, on this page.")
        messages.info(request, said)
        return redirect(segment)
    if request.method == "POST":
        return _posted(request, segment)
    if job := _kept(request, segment):
        return _come_back(request, segment, job)
    tree = Tree.of_rules(segment.rules, Vocabulary(without=pk))
    return _draw(request, SegmentForm(instance=segment), tree)


def _kept(request: SignedIn, segment: Segment) -> Job | None:
    """The count in the background whose conditions somebody comes back to."""
    job = tallying.tally_of(key(request.GET.get("count", "")))
    return job if job and job.resume["segment"] == segment.pk else None


def _come_back(request: SignedIn, segment: Segment, job: Job) -> HttpResponse:
    form = SegmentForm(instance=segment, initial={"name": job.resume["name"]})
    return _draw(request, form, tallying.tree_in(job))


def _posted(request: SignedIn, segment: Segment) -> HttpResponse:
    tree, what = Tree.of_form(request.POST), request.POST.get("do", "")
    if what in ("save", SURE):
        return _save(request, segment, tree)
    past = Past.of_form(request.POST)
    past.note(tree)
    if what in ("undo", "redo"):
        tree = past.undone() if what == "undo" else past.redone()
    else:
        tree.do(what)
        past.note(tree)
    form = SegmentForm(instance=segment, initial=request.POST.dict())
    return _draw(request, form, tree, extra={"past": past})


def _save(request: SignedIn, segment: Segment, tree: Tree) -> HttpResponse:
    words = Vocabulary(without=segment.pk)
    draft = Draft(tree, words, current_clock())
    form = SegmentForm(request.POST, instance=segment)
    stored, segment.rules = segment.rules, draft.data
    path = Segment.objects.cycle(segment.pk, draft.data)
    if path:
        said = _(
            "These segments would be made from one another: %(path)s."
            " Take one of them out of the conditions."
        )
        form.add_error(None, said % {"path": " → ".join(path)})
    if not form.is_valid() or draft.complaints:
        return _draw(request, form, tree, status=INVALID)
    is_mine = segment._state.adding or _version(request, segment) == segment.version
    if request.POST["do"] != SURE and is_mine:
        told = effect(segment, draft, stored)
        if told:
            return _draw(request, form, tree, extra={"effect": told})
    fresh = segment._state.adding
    version = _version(request, segment)
    done = kept(form, lambda: segment.save_rules(request.user, version=version))
    if done is None:
        return _draw(request, form, tree, status=INVALID)
    if not done:
        return _conflict(request, segment, tree)
    return _saved(request, segment, fresh=fresh)


def _version(request: SignedIn, segment: Segment) -> int:
    """Which save the page in the browser shows: the last one before it was opened."""
    if request.method != "POST":
        return segment.version
    text = request.POST.get("version", "")
    return int(text[:9]) if text.isdecimal() else 0


def _conflict(request: SignedIn, segment: Segment, tree: Tree) -> HttpResponse:
    """Somebody else saved while this page was open; nothing typed is lost."""
    theirs = Segment.objects.select_related("saved_by").get(pk=segment.pk)
    form = SegmentForm(instance=theirs, initial={"name": segment.name})
    words = Vocabulary(without=segment.pk)
    was, now = (read(one, words)[0] for one in (theirs.rules, segment.rules))
    extra = {
        "theirs": theirs,
        "renamed": theirs.name if theirs.name != segment.name else "",
        "differences": differences(was, now, words),
    }
    return _draw(request, form, tree, status=CONFLICT, extra=extra)


def _saved(request: SignedIn, segment: Segment, *, fresh: bool) -> HttpResponse:
    job = segment.request_fill(request.user)
    ring(tasks.fill, job.pk)
    verb = "created a segment" if fresh else "changed a segment"
    AuditEntry.objects.record(
        request.user, verb, subject=segment.name, url=segment.get_absolute_url()
    )
    said = _("Saved “%(name)s”. Its people are being found.")
    messages.success(request, said % {"name": segment.name})
    return redirect(segment)


def _draw(
    request: SignedIn,
    form: SegmentForm,
    tree: Tree,
    *,
    status: int = OK,
    extra: dict[str, object] | None = None,
) -> HttpResponse:
    segment = form.instance
    draft = Draft(
        tree,
        Vocabulary(without=segment.pk),
        current_clock(),
        Wishes(
            _seed(request),
            size=segment.size,
            saving=status == INVALID,
        ),
    )
    counting = _counting(request, segment, tree)
    tally = counting if counting and tallying.is_about(counting, draft.data) else None
    draft.exact = tallying.number_of(tally) if tally else None
    part = _part(request, draft)
    past = Past.of_form(request.POST)
    past.note(tree)
    here = reverse("segments:edit", args=[segment.pk]) if segment.pk else None
    context = {
        "segment": segment,
        "form": form,
        "here": here or reverse("segments:create"),
        "version": segment.version
        if status == CONFLICT
        else _version(request, segment),
        "counting": counting,
        "tally": tally,
        "picking": Picking(draft.words, request.user),
        "part": part,
        "saved": status == OK and _is_saved(form, draft),
        "past": past,
        "uses": segment.uses.order_by("label") if segment.pk else (),
        **_tested(request, draft),
        **draft.context(),
        **(extra or {}),
    }
    page = f"segments/builder.html#{part}" if part else "segments/builder.html"
    answer = render(request, page, context, status=status)
    if part:
        answer["HX-Retarget"] = f"#{part}"
    return answer


def _is_saved(form: SegmentForm, draft: Draft) -> bool:
    """Do name and conditions stand in the database as they stand on the page?"""
    segment = form.instance
    if form.is_bound or segment._state.adding:
        return False
    same_name: bool = form["name"].value() == segment.name
    return same_name and draft.is_like(segment.rules)


def _counting(request: SignedIn, segment: Segment, tree: Tree) -> Job | None:
    """The count in the background that this form asked for, now or before."""
    do = request.POST.get("do", "")
    if do == "exact":
        name = request.POST.get("name", "")
        job = tallying.request_tally(request.user, tree, segment.pk, name)
        ring(tasks.tally, job.pk)
        return job
    pk = request.POST.get("tally") or request.GET.get("count", "")
    asked = tallying.tally_of(key(pk))
    if asked and do == "stop":
        asked.cancel()
        return None
    return asked


def _seed(request: SignedIn) -> int:
    """Which sample to show; “Shuffle” asks for the next."""
    text = request.POST.get("seed", "")
    seed = int(text[:6]) if text.isdecimal() else 0
    return seed + 137 if request.POST.get("do") == "shuffle" else seed


def _part(request: SignedIn, draft: Draft) -> str:
    """What is drawn: the whole page (""), all conditions, or the counts beside them.

    Counts alone would not do where a change of the form itself was overtaken by this
    request: what is drawn on the page tells.
    """
    target = request.headers.get("HX-Target", "")
    if target == "rail" and request.POST.get("drawn", draft.shape) != draft.shape:
        return "builder"
    return target if target in ("builder", "rail") else ""


def _tested(request: SignedIn, draft: Draft) -> dict[str, object]:
    """“Test a contact”: the answer about the person whose address was typed."""
    typed = request.POST.get("person", "").strip()
    form = PersonForm({"email": typed} if typed else None)
    found: dict[str, object] = {"person": typed, "person_form": form}
    if typed and form.is_valid():
        found["answer"] = draft.test(form.cleaned_data["email"])
    return found
