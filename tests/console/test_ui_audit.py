"""What holds for every template: classes, icons, the content policy, weight."""

import gzip
import re

import pytest

from console.icons import ICONS
from console.statuses import STATUSES
from console.templatetags.ui import NOTE_ICONS
from tests.console.pieces import (
    STATIC,
    TEMPLATES,
    classes_defined,
    classes_used,
    is_public,
    markup,
    pages,
    written_words,
)

BUILT_NAMES = {f"av-{letter}" for letter in "abcd"}
PAGES = [pytest.param(p, id=str(p.relative_to(TEMPLATES))) for p in pages()]
INLINE = re.compile(r"""\sstyle=|\son[a-z]+=|\shx-on|srcdoc|["'(]data:|<style|js:""")


@pytest.mark.parametrize("path", PAGES)
def test_every_class_a_page_uses_is_defined(path):
    sheet = "public.css" if is_public(path) else "app.css"
    assert classes_used(path) - classes_defined(sheet) == set()


@pytest.mark.parametrize("sheet", ["app.css", "public.css"])
def test_every_class_a_sheet_defines_is_used(sheet):
    words = written_words() | BUILT_NAMES | {"htmx-request"}
    assert classes_defined(sheet) - words == set()


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_anything_inline(path):
    assert INLINE.findall(markup(path)) == []


@pytest.mark.parametrize("path", PAGES)
def test_every_script_of_a_page_is_a_file(path):
    assert re.findall(r"<script(?![^>]*\ssrc=)[^>]*>", markup(path)) == []


def test_the_sprite_holds_exactly_the_named_icons():
    drawn = re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text())
    assert drawn == list(ICONS)


def test_the_icon_names_are_sorted_and_unique():
    assert list(ICONS) == sorted(set(ICONS))


@pytest.mark.parametrize("path", PAGES)
def test_every_icon_a_page_names_exists(path):
    named = set(re.findall(r'(?:\{% icon |\bicon=)"([^"]+)"', markup(path)))
    assert named - set(ICONS) == set()


def test_every_icon_of_the_tables_exists():
    named = {look.icon for look in STATUSES.values()} | set(NOTE_ICONS.values())
    assert named - set(ICONS) == set()


@pytest.mark.parametrize(
    ("files", "kilobytes"),
    [
        (["app.css"], 16),
        (["public.css"], 4),
        (["js/ui.js", "js/combobox.js"], 12),
        (["icons.svg"], 6),
    ],
)
def test_the_files_of_a_first_visit_stay_small(files, kilobytes):
    whole = b"".join((STATIC / name).read_bytes() for name in files)
    assert len(gzip.compress(whole, 9)) <= kilobytes * 1024


@pytest.mark.parametrize("path", sorted((TEMPLATES / "ui").glob("*.html")))
def test_every_piece_states_its_inputs(path):
    assert path.read_text().startswith("{% comment %}")
