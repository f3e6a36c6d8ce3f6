"""Links that keep the chosen language, and those that choose another."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from accounts.languages import Language
from accounts.speaking import CHOICE, kept

register = template.Library()


@register.simple_tag(takes_context=True)
def in_language(context: Context, url: str) -> str:
    """`{% in_language url %}`: the address in the language chosen on this page."""
    return kept(context["request"], url)


@register.simple_tag
def choices_of_language() -> list[dict[str, Any]]:
    """The languages by their own names, with what to append to the address."""
    return [
        {"code": code, "name": name, "query": f"?{CHOICE}={code}"}
        for code, name in Language.choices
    ]
