"""Reads the templates and the styles, for the audits of the interface."""

import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TEMPLATES = ROOT / "templates"
STATIC = ROOT / "static"
PUBLIC_BASE = "base_public.html"
TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
COMMENT = re.compile(r"\{% comment %\}.*?\{% endcomment %\}", re.DOTALL)
CLASS = re.compile(r'\bclass="([^"]*)"')
EXTENDS = re.compile(r'\{% extends "([^"]+)" %\}')


def markup(path):
    """A template without its comments."""
    return COMMENT.sub("", path.read_text())


def pages():
    """Every template of the console and the public pages; not those of mails."""
    return [p for p in TEMPLATES.rglob("*.html") if "email" not in p.parts]


def is_public(path):
    if path.name == PUBLIC_BASE:
        return True
    parent = EXTENDS.search(path.read_text())
    return bool(parent) and is_public(TEMPLATES / parent[1])


def classes_used(path):
    """The class names a template writes; `{% if %}` around one does not matter.

    Quotes inside template tags end no attribute, so tags go first; what is left of
    a tag in the middle of a name (`av-{{ tint }}`) is no whole name and is dropped.
    """
    text = re.sub(r"[\w-]+\{\{.*?\}\}", "", markup(path))
    text = TAG.sub(" ", text)
    return {name for found in CLASS.findall(text) for name in found.split()}


def classes_defined(sheet):
    css = re.sub(r"/\*.*?\*/", "", (STATIC / sheet).read_text(), flags=re.DOTALL)
    css = re.sub(r'"[^"]*"', "", css)
    selectors = re.findall(r"([^{};]+)\{", css)
    return {n for s in selectors for n in re.findall(r"\.([a-zA-Z][\w-]*)", s)}


def written_words():
    """Every word of the templates, the scripts and the Python that feeds them."""
    sources = [*TEMPLATES.rglob("*.html"), *(STATIC / "js").glob("*.js")]
    sources += [p for p in ROOT.glob("*/**/*.py") if p.parts[-2] != "migrations"]
    kept = (p for p in sources if ".venv" not in p.parts and "tests" not in p.parts)
    return {w for p in kept for w in re.findall(r"[\w-]+", p.read_text())}
