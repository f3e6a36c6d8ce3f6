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

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from config.local import places

LOCALE = places.ROOT / "locale"
LANGUAGES = ("fi", "fr", "nb", "pl")  # English is what stands in the code
SKIPPED = {".venv", ".local", ".git", "migrations", "tests", "locale"}
ONE = {"_", "gettext", "gettext_lazy"}
MANY = {"ngettext", "ngettext_lazy"}
_STRING = r"""u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
# as Django's templatize writes what a template says
_CALL = re.compile(rf"\b(ngettext|gettext|_)\(\s*{_STRING}(?:\s*,\s*{_STRING})?")
NO_DATE = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
HEAD = r"""msgid ""
msgstr ""
"Language: {language}\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: {plurals}\n"

"""
Said = str | tuple[str, str]


def said_in_template(source: str) -> Iterator[Said]:
    for name, one, many in _CALL.findall(templatize(source)):
        first = ast.literal_eval(one)
        yield (first, ast.literal_eval(many)) if name in MANY else first


def said_in_python(source: str) -> Iterator[Said]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            texts = [one.value for one in node.args if isinstance(one, ast.Constant)]
            words = [text for text in texts if isinstance(text, str)]
            if node.func.id in ONE and words:
                yield words[0]
            elif node.func.id in MANY and len(words) > 1:
                yield words[0], words[1]


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
            catalog.add(said, locations=[(str(_inside(path)), 0)])
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
