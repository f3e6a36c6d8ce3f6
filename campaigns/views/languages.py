"""The languages of an email that is being written: one more, and one less."""

from __future__ import annotations

import copy

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_POST

from accounts.roles import Right, needs
from accounts.web import SignedIn
from campaigns.blocks import copies
from campaigns.languages import LANGUAGES
from campaigns.models.words import SAID
from campaigns.views.request import find
from campaigns.views.writing import save
from deliveries.languages import spoken


@needs(Right.SEND)
@require_POST
def add(request: SignedIn, pk: int) -> HttpResponse:
    """Begin with the words of another language, or of the email itself."""
    email = find(pk)
    code = request.POST.get("new_language", "")
    if code not in LANGUAGES or code in email.variants:
        raise Http404
    source = request.POST.get("copy_from", "")

    def also(content: dict[str, object]) -> dict[str, object]:
        typed = copy.copy(email)
        for name, value in content.items():
            setattr(typed, name, value)
        said = spoken(typed, source)
        words = {name: getattr(said, name) for name in SAID}
        words["blocks"] = copies(said.blocks)
        return {"variants": {**typed.variants, code: words}}

    return save(request, email, also=also, to=code)


@needs(Right.SEND)
@require_POST
def remove(request: SignedIn, pk: int) -> HttpResponse:
    """Who read it reads the email's own words from then on; undo brings it back."""
    email = find(pk)
    code = request.POST.get("language", "")
    if code not in email.variants:
        raise Http404

    def also(content: dict[str, object]) -> dict[str, object]:
        return {
            "variants": {
                one: said for one, said in email.variants.items() if one != code
            }
        }

    return save(request, email, also=also, to="")
