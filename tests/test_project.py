"""What holds for the whole project, whoever writes the next file."""

import ast
from pathlib import Path

from django.template import engines
from django.urls import URLPattern, get_resolver

from config.local import places

ROOT = places.ROOT
SKIPPED = {".venv", ".local", ".git", "migrations", "node_modules"}
APPS = (
    *("accounts", "consent", "contacts", "deliveries", "segments", "campaigns"),
    *("reengagement", "bounces", "optouts", "signups", "webhooks", "api"),
    *("console", "config"),
    "tests",
)
LONGEST_FUNCTION = 50
LONGEST_FILE = 400

# Pages that somebody who is not signed in may open. Each has its own reason; a page
# for the people we write to is authorised by the token in its address.
PUBLIC = {
    "healthz",
    "login",
    "second_step",
    "second_step_passkey",
    "second_step_ask",
    "passkey_sign_in",
    "passkey_ask",
    "join",
    "admin:login",
    "bounces:hook",
    "deliveries:click",
    "deliveries:open",
    "deliveries:confirm",
    "deliveries:in_browser",
    "deliveries:why",
    "campaigns:picture",
    "consent:logo",
    "consent:colours",
    "campaigns:shared",
    "campaigns:shared_mail",
    "optouts:unsubscribe",
    "optouts:come_back",
    "optouts:say_why",
    "optouts:preferences",
    "signups:form",
    "signups:done",
    "signups:confirm",
    "signups:disown",
}

# Names that say nothing about the domain, or invite what belongs to models.
FORBIDDEN = {
    *("services", "selectors", "utils", "helpers", "common", "core", "signals"),
    *("managers", "handlers", "misc", "lib", "base_models", "constants"),
}


def python_files():
    ours = (path for app in APPS for path in (ROOT / app).rglob("*.py"))
    kept = (p for p in ours if not SKIPPED & set(p.relative_to(ROOT).parts))
    return [ROOT / "run.py", ROOT / "manage.py", *sorted(kept)]


def relative(path):
    return str(path.relative_to(ROOT))


def pages(patterns=None, namespace=""):
    """(name, view) of every address."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name or entry.pattern}", entry.callback
        else:
            inner = f"{entry.namespace}:" if entry.namespace else ""
            yield from pages(entry.url_patterns, namespace + inner)


def test_only_the_listed_pages_are_open_to_anybody():
    found = {name for name, view in pages() if not getattr(view, "login_required", 1)}
    assert {name for name in found if not name.startswith("api:")} == PUBLIC


def test_the_api_is_asked_with_a_token_and_nothing_of_it_with_a_session():
    found = {name for name, view in pages() if getattr(view, "login_required", 1)}
    assert {name for name in found if name.startswith("api:")} == set()


def test_every_page_has_a_name_of_its_own():
    names = [name for name, _ in pages() if not name.startswith("admin:")]
    assert sorted(names) == sorted(set(names))


def test_every_template_compiles():
    for path in sorted((ROOT / "templates").rglob("*.*")):
        engines["django"].get_template(str(path.relative_to(ROOT / "templates")))


def test_no_file_has_a_name_that_says_nothing():
    named = {p.stem for p in python_files()} | {p.parent.name for p in python_files()}
    assert named & FORBIDDEN == set()


def test_every_file_can_be_read_in_one_sitting():
    lengths = {relative(p): p.read_text().count("\n") for p in python_files()}
    assert {p: n for p, n in lengths.items() if n > LONGEST_FILE} == {}


def test_every_function_fits_on_a_screen():
    trees = {relative(p): ast.parse(p.read_text()) for p in python_files()}
    found = {path: too_long(tree, LONGEST_FUNCTION) for path, tree in trees.items()}
    assert {path: names for path, names in found.items() if names} == {}


def too_long(tree, limit):
    """`name (lines)` of every function longer than `limit` lines."""
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    functions = [node for node in ast.walk(tree) if isinstance(node, kinds)]
    lengths = [(f.name, f.end_lineno - f.lineno + 1) for f in functions]
    return [f"{name} ({lines})" for name, lines in lengths if lines > limit]


def imported_inside(tree):
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    return [
        f"{function.name}:{inner.lineno}"
        for function in functions
        for inner in ast.walk(function)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]


def test_nothing_is_imported_inside_a_function():
    trees = {relative(p): ast.parse(p.read_text()) for p in python_files()}
    found = {path: imported_inside(tree) for path, tree in trees.items()}
    assert {path: lines for path, lines in found.items() if lines} == {}


def test_nothing_unfinished_is_left():
    marks = ("TO" + "DO", "FIX" + "ME", "XX" + "X ", "NotImplemented" + "Error")
    found = [
        f"{relative(path)}: {mark}"
        for path in python_files()
        for mark in marks
        if mark in path.read_text()
    ]
    assert found == []


def test_no_lock_file_names_where_packages_come_from():
    locks = sorted((ROOT / "requirements").glob("*.txt"))
    assert len(locks) == 3
    assert [p.name for p in locks if "://" in p.read_text()] == []
    assert [p.name for p in locks if "--hash=sha256:" not in p.read_text()] == []


class TestTheseTests:
    """Each rule above can fail."""

    def test_a_long_function_is_found(self):
        source = "def long():\n" + "    x = 1\n" * 50
        assert too_long(ast.parse(source), 50) == ["long (51)"]
        assert too_long(ast.parse(source), 51) == []

    def test_a_hidden_import_is_found(self):
        source = "def f():\n    if 1:\n        import os\n"
        assert imported_inside(ast.parse(source)) == ["f:3"]

    def test_all_apps_are_looked_at(self):
        have_init = {p.parent.name for p in ROOT.glob("*/apps.py")}
        assert have_init <= set(APPS)
        assert Path(__file__) in python_files()

    def test_pages_inside_includes_are_found(self):
        assert "admin:login" in dict(pages())
