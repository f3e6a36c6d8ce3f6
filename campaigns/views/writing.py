"""The editor: the content as one form, every button of it an address of its own."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from accounts.limits import narrowed
from accounts.roles import Right, needs
from accounts.web import CONFLICT, INVALID, SignedIn, key
from campaigns import blocks as editing
from campaigns.blocks import KINDS, Block
from campaigns.differences import differences
from campaigns.forms.content import ContentForm
from campaigns.forms.settings import SettingsForm, TestForm
from campaigns.languages import LANGUAGES, name_of
from campaigns.models import EmailVersion, MarketingEmail, Outdated
from campaigns.preview import known_tokens, preview, sample_people
from campaigns.readiness import complaints
from campaigns.views.request import find, note, writing_tabs
from deliveries.languages import languages, spoken

VIEWS = (
    ("desktop", _("Desktop")),
    ("phone", pgettext_lazy("device", "Phone")),
    ("dark", _("Dark")),
    ("text", _("Plain text")),
)

Change = Callable[[list[Block]], list[Block]]
# the content as it was typed -> what of it becomes something else
Also = Callable[[dict[str, Any]], dict[str, Any]]

# The preview shows what an author wrote, in a frame that can do nothing: no script,
# no form, no way to the console around it. Its style stands in the mail itself.
FRAME_POLICY: dict[str, Any] = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "img-src": [SELF, "https:"],
    "frame-ancestors": [SELF],
    "sandbox": True,
}


@needs(Right.SEND)
def content(request: SignedIn, pk: int) -> HttpResponse:
    email = find(pk)
    if request.method == "POST":
        return save(request, email, to=request.POST.get("to"))
    if not email.is_draft:
        return redirect(email)
    return _editor(request, email, _form(request, email))


def _form(request: SignedIn, email: MarketingEmail) -> ContentForm:
    """What was posted, or what is saved, in the language that is being written."""
    said = spoken(email, _language(request, email))
    if request.method == "POST":
        return ContentForm(said, request.POST, request.FILES)
    return ContentForm(said)


def _language(request: HttpRequest, email: MarketingEmail) -> str:
    """ "" for the email's own words, also where its language is not there any more."""
    words = request.POST if request.method == "POST" else request.GET
    asked = words.get("language", "")
    return asked if asked in email.variants else ""


def _editor(
    request: SignedIn, email: MarketingEmail, form: ContentForm, status: int = 200
) -> HttpResponse:
    newest = email.versions.order_by("-number").first()
    language = _language(request, email)
    conflict = status == CONFLICT
    theirs = spoken(email, language).content if conflict else {}
    context = {
        "email": email,
        "form": form,
        "kinds": KINDS,
        "checks": complaints(email),
        "tokens": known_tokens(),
        "people": sample_people(email),
        "undo": newest.before() if newest else None,
        "redo": newest.after() if newest else None,
        "test": TestForm(initial={"address": request.user.email}),
        "tabs": writing_tabs(email, "content"),
        "conflict": conflict,
        "differing": differences(theirs, theirs | form.content) if conflict else [],
        "zone": timezone.get_current_timezone(),
        **_languages(email, language),
        **_preview(request, email, language),
    }
    return render(
        request, "campaigns/marketingemail_content.html", context, status=status
    )


def _languages(email: MarketingEmail, language: str) -> dict[str, Any]:
    offered = [row for row in LANGUAGES.items() if row[0] not in email.variants]
    return {
        "language": language,
        "languages": [(one, name_of(one)) for one in languages(email)],
        "new_languages": offered,
    }


def _preview(request: SignedIn, email: MarketingEmail, language: str) -> dict[str, Any]:
    view, person = _looking(request)
    looking = {"view": view, "as": person or "", "v": email.version}
    query = urlencode({**looking, "language": language})
    return {
        "view": view,
        "views": VIEWS,
        "person": person,
        "preview": f"{reverse('campaigns:preview', args=[email.pk])}?{query}",
    }


def _looking(request: HttpRequest) -> tuple[str, int | None]:
    """How the preview is shown, and as whom: kept from page to page."""
    words = request.POST if request.method == "POST" else request.GET
    view, person = words.get("view", ""), words.get("as", "")
    known = view if view in dict(VIEWS) else VIEWS[0][0]
    return known, key(person)


def _same(content: dict[str, Any]) -> dict[str, Any]:
    return {}


def save(
    request: SignedIn,
    email: MarketingEmail,
    *,
    also: Also = _same,
    anchor: str = "",
    to: str | None = None,
) -> HttpResponse:
    """Save the posted form with one change to it, and show the editor, in the language
    `to` (None: the same)."""
    if not email.is_draft:
        told = gettext("This email is no draft any more. Nothing was saved.")
        messages.error(request, told)
        return redirect(email)
    form, language = _form(request, email), _language(request, email)
    if not form.is_valid():
        return _editor(request, email, form, INVALID)
    words = email.worded(language, form.content)
    try:
        words |= also(words)
        EmailVersion.objects.save_content(email, form.version, request.user, **words)
    except Outdated:
        email.refresh_from_db()
        return _editor(request, email, form, CONFLICT)
    return _back(request, email, language if to is None else to, anchor)


def _back(
    request: SignedIn, email: MarketingEmail, language: str, anchor: str
) -> HttpResponse:
    view, person = _looking(request)
    looking = {"view": view if view != VIEWS[0][0] else "", "as": person or ""}
    looking["language"] = language
    query = urlencode({name: value for name, value in looking.items() if value})
    home = reverse("campaigns:content", args=[email.pk])
    return redirect(f"{home}{'?' if query else ''}{query}{anchor}")


def _save(
    request: SignedIn, email: MarketingEmail, change: Change, anchor: str = ""
) -> HttpResponse:
    """The same, with a change to the blocks."""
    language = _language(request, email)

    def also(content: dict[str, Any]) -> dict[str, Any]:
        said = content["variants"][language] if language else content
        blocks = change(said["blocks"])
        return email.worded(language, {**said, "blocks": blocks})

    return save(request, email, also=also, anchor=anchor)


@needs(Right.SEND)
@require_POST
def autosave(request: SignedIn, pk: int) -> HttpResponse:
    """Save what is typed so far; the answer holds the new version and the checks."""
    email = find(pk)
    language = _language(request, email)
    form = ContentForm(spoken(email, language), request.POST)
    if not form.is_valid():
        told = gettext("Something is too long.")
        return JsonResponse({"sentence": told}, status=INVALID)
    words = email.worded(language, form.content)
    try:
        EmailVersion.objects.save_content(
            email, form.version, request.user, automatic=True, **words
        )
    except Outdated:
        return JsonResponse({"sentence": _who_was_quicker(pk)}, status=CONFLICT)
    checks = {"email": email, "checks": complaints(email)}
    saved = ContentForm(spoken(email, language))
    clock = formats.time_format(timezone.localtime(email.saved_at))
    answer = {
        "version": email.version,
        "sentence": gettext("Saved %(time)s") % {"time": clock},
        "summaries": saved.summaries,
        "conditions": saved.conditions,
        "checks": render_to_string("campaigns/_checks.html", checks, request),
    }
    return JsonResponse(answer)


def _who_was_quicker(pk: int) -> str:
    email = find(pk)
    if not email.is_draft:
        return gettext("This email is no draft any more. What you type is not saved.")
    told = gettext("%(who)s saved another version. Press Save to compare.")
    return told % {"who": email.saved_by or gettext("Somebody")}


@needs(Right.SEND)
@require_POST
def add_block(request: SignedIn, pk: int) -> HttpResponse:
    kind = request.POST.get("kind", "")
    if kind not in KINDS:
        raise Http404
    block, after = editing.new(kind), request.POST.get("after", "")
    change = functools.partial(editing.add, block=block, after=after)
    return _save(request, find(pk), change, f"#block-{block['id']}")


@needs(Right.SEND)
@require_POST
def move_block(request: SignedIn, pk: int, block: str, way: str) -> HttpResponse:
    by = -1 if way == "up" else 1
    change = functools.partial(editing.move, block_id=block, by=by)
    return _save(request, find(pk), change, f"#block-{block}")


@needs(Right.SEND)
@require_POST
def duplicate_block(request: SignedIn, pk: int, block: str) -> HttpResponse:
    change = functools.partial(editing.duplicate, block_id=block)
    return _save(request, find(pk), change, f"#block-{block}")


@needs(Right.SEND)
@require_POST
def delete_block(request: SignedIn, pk: int, block: str) -> HttpResponse:
    email = find(pk)
    response = _save(
        request, email, functools.partial(editing.delete, block_id=block), "#blocks"
    )
    if response.status_code == 302 and email.is_draft:
        undo = reverse("campaigns:restore", args=[pk, email.version - 1])
        told = gettext("Deleted the block.")
        messages.success(request, told, extra_tags=f"undo:{undo}")
    return response


@needs(Right.SEND)
def settings(request: SignedIn, pk: int) -> HttpResponse:
    email = find(pk)
    if not email.is_draft:
        return redirect(email)
    form = narrowed(SettingsForm(request.POST or None, instance=email), request.user)
    if request.method == "POST" and form.is_valid():
        if email.save_settings(form.cleaned_data):
            note(request, "saved settings of email", email)
            messages.success(request, gettext("Saved the settings."))
        else:
            messages.error(request, gettext("This email is no draft any more."))
        return redirect("campaigns:settings", email.pk)
    context = {"email": email, "form": form, "tabs": writing_tabs(email, "settings")}
    status = INVALID if form.is_bound else 200
    return render(
        request, "campaigns/marketingemail_settings.html", context, status=status
    )


@needs(Right.LOOK)
@xframe_options_sameorigin
@csp(FRAME_POLICY)  # type: ignore[arg-type]
@require_safe
def show(request: SignedIn, pk: int) -> HttpResponse:
    """The mail itself, for the frame of the editor: ?view=dark|text, ?as=<contact>,
    ?language=<code>, ?version=<number> for an earlier one."""
    email = find(pk)
    if number := key(request.GET.get("version", "")):
        get_object_or_404(EmailVersion, email=email, number=number).lay_on(email)
    wanted, view = key(request.GET.get("as", "")), request.GET.get("view", "")
    person = wanted if request.user.may(Right.SEE_PEOPLE) else None
    tongue = request.GET.get("language")
    document = preview(email, contact_id=person, view=view, language=tongue)
    return HttpResponse(document)
