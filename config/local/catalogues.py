"""`python3 run.py catalogues`: bring locale/ up to date with what the code says.

Reads the marked texts of templates and Python, adds the new ones to every django.po,
drops those that nothing says any more, and compiles django.mo beside it. Both are kept
in the tree: nothing has to be compiled where the console runs.
"""

from __future__ import annotations

import ast
import datetime as dt
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from config.local import places

LOCALE = places.ROOT / "locale"
LANGUAGES = ("fi", "fr", "nb", "pl")  # English is what stands in the code
SKIPPED = {".venv", ".local", ".git", "migrations", "tests", "locale"}
# how many texts follow the context, and whether there is one
CALLS = {
    "_": (1, False),
    "gettext": (1, False),
    "gettext_lazy": (1, False),
    "ngettext": (2, False),
    "ngettext_lazy": (2, False),
    "pgettext": (1, True),
    "pgettext_lazy": (1, True),
    "npgettext": (2, True),
    "npgettext_lazy": (2, True),
}
_STRING = r"""u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
# as Django's templatize writes what a template says
_CALL = re.compile(rf"\b(n?p?gettext|_)\(\s*{_STRING}" + rf"(?:\s*,\s*{_STRING})?" * 2)
NO_DATE = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
HEAD = r"""msgid ""
msgstr ""
"Language: {language}\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: {plurals}\n"

"""


class Said(NamedTuple):
    """One text, or one and many; `context` tells it from others that read the same."""

    text: str | tuple[str, str]
    context: str | None = None


def _said(name: str, words: list[str]) -> Iterator[Said]:
    """What a call of `name` says whose first arguments are these words."""
    texts, has_context = CALLS.get(name, (0, False))
    if not texts or len(words) < texts + has_context:
        return
    context = words.pop(0) if has_context else None
    yield Said(words[0] if texts == 1 else (words[0], words[1]), context)


def said_in_template(source: str) -> Iterator[Said]:
    for name, *strings in _CALL.findall(templatize(source)):
        yield from _said(name, [ast.literal_eval(one) for one in strings if one])


def said_in_python(source: str) -> Iterator[Said]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            texts = [one.value for one in node.args if isinstance(one, ast.Constant)]
            yield from _said(node.func.id, [t for t in texts if isinstance(t, str)])


def sources(kind: str) -> list[Path]:
    found = places.ROOT.rglob(f"*.{kind}")
    return sorted(p for p in found if not SKIPPED & set(_inside(p).parts))


def _inside(path: Path) -> Path:
    return path.relative_to(places.ROOT)


def template() -> Catalog:
    """Everything that is said, and in which files."""
    catalog = Catalog()
    readers = {".html": said_in_template, ".py": said_in_python}
    # by their paths, whatever they are: that is the order of the catalogue as well
    for path in sorted([*sources("html"), *sources("py")]):
        for said in readers[path.suffix](path.read_text()):
            place = [(str(_inside(path)), 0)]
            catalog.add(said.text, locations=place, context=said.context)
    return catalog


def po_file(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    """The catalogue as it is kept; an empty one of a language that is new."""
    path = po_file(language)
    catalog = Catalog(locale=language)
    if path.exists():
        with path.open("rb") as file:
            catalog = read_po(file, locale=language)
    # the same texts are the same octets, whenever they are written
    catalog.creation_date = catalog.revision_date = NO_DATE
    return catalog


def compiled(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def written(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    write_po(
        out,
        catalog,
        width=88,
        omit_header=True,
        sort_by_file=True,
        ignore_obsolete=True,
        include_lineno=False,
    )
    head = HEAD.format(language=catalog.locale, plurals=catalog.plural_forms)
    return head.encode() + out.getvalue()


def update(language: str, now: Catalog) -> list[Message]:
    """Write both files of this language; what has still to be translated."""
    catalog = read(language)
    catalog.update(now, no_fuzzy_matching=True)
    path = po_file(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(written(catalog))
    kept = read(language)
    path.with_suffix(".mo").write_bytes(compiled(kept))
    return [one for one in kept if one.id and not all(strings(one))]


def strings(message: Message) -> tuple[str, ...]:
    """The translations: one, or one for each plural form of the language."""
    found = message.string
    return (found,) if isinstance(found, str) else tuple(found or ("",))


def main() -> int:
    now = template()
    missing = {language: update(language, now) for language in LANGUAGES}
    for language, messages in missing.items():
        for one in messages:
            sys.stdout.write(f"Not translated into {language}: {one.id}\n")
    return 1 if any(missing.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
