"""The languages of an email: what they are called, and who reads which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf.locale import LANG_INFO
from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from deliveries.languages import Spoken

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# what the email itself says, for everybody who reads none of its other languages
OWN = _("Everybody else")

# which Django calls otherwise here than where it translates them
_OTHERWISE = {"nb": _("Norwegian Bokmal"), "no": _("Norwegian")}

# code as on a contact, in small letters -> its name, which Django translates
LANGUAGES: dict[str, StrOrPromise] = {
    code: _OTHERWISE.get(code, _(info["name"]))
    for code, info in sorted(LANG_INFO.items(), key=lambda row: row[1].get("name", ""))
    if "name" in info
}


def name_of(language: str) -> str:
    return str(LANGUAGES.get(language, language) if language else OWN)


def tongue(mail: Spoken) -> Case:
    """Of each contact, the language of `mail` that she reads: "pt-BR" is "pt"
    where there is no "pt-br"."""
    longest = sorted(mail.variants, key=len, reverse=True)
    return Case(
        *(When(_speaks(one), then=Value(one)) for one in longest),
        default=Value(""),
        output_field=models.CharField(),
    )


def read_by(mail: Spoken, language: str) -> Q:
    """Those who read `mail` in this language; all, where it has only one."""
    if not mail.variants:
        return Q()
    return Q(Exact(tongue(mail), Value(language)))


def _speaks(language: str) -> Q:
    """ "pt" and "pt-BR" alike."""
    plain = Q(language__iexact=language) | Q(language__istartswith=f"{language}-")
    under = language.replace("-", "_")
    return plain | Q(language__iexact=under) | Q(language__istartswith=f"{under}_")
