"""The colours of the tokens can be read: ratios of WCAG 2.2, light and dark."""

import re

import pytest

from tests.console.pieces import STATIC

PAIRS = [
    ("ink", "canvas", 4.5),
    ("ink", "surface", 4.5),
    ("ink-2", "surface", 4.5),
    ("ink-2", "canvas", 4.5),
    ("ink-2", "sunken", 4.5),
    ("ink-3", "sunken", 4.5),
    ("ink-3", "canvas", 4.5),
    ("ink-3", "hover", 4.5),
    ("accent", "surface", 4.5),
    ("accent", "canvas", 4.5),
    ("accent", "accent-soft", 4.5),
    ("on-accent", "accent-bg", 4.5),
    ("on-accent", "accent-bg-hover", 4.5),
    ("on-accent", "bad-bg", 4.5),
    ("on-accent", "bad-bg-hover", 4.5),
    ("ok", "ok-soft", 4.5),
    ("warn", "warn-soft", 4.5),
    ("bad", "bad-soft", 4.5),
    ("bad", "surface", 4.5),
    ("accent", "bad-soft", 4.5),
    ("accent", "warn-soft", 4.5),
    ("mute", "mute-soft", 4.5),
    ("or", "or-soft", 4.5),
    ("line-strong", "surface", 3),
    ("focus", "canvas", 3),
    ("d1", "surface", 3),
    ("d2", "surface", 3),
    ("d3", "surface", 3),
    ("d4", "surface", 3),
    ("d5", "surface", 3),
    ("d6", "surface", 3),
]


def tokens(sheet):
    """{name: (light, dark)} of the colours a sheet declares."""
    css = (STATIC / sheet).read_text()
    both = re.findall(r"--([\w-]+): light-dark\((#\w+), (#\w+)\)", css)
    one = re.findall(r"--([\w-]+): (#\w{6});", css)
    return {n: (light, dark) for n, light, dark in both} | {n: (c, c) for n, c in one}


def luminance(colour):
    digits = colour.lstrip("#")
    digits = digits if len(digits) == 6 else "".join(2 * d for d in digits)
    parts = (int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))
    r, g, b = (
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
    )
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def ratio(front, back):
    bright, dark = sorted((luminance(front), luminance(back)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_a_colour_can_be_read_on_its_ground(front, back, least, scheme):
    place = ["light", "dark"].index(scheme)
    colours = tokens("app.css")
    assert ratio(colours[front][place], colours[back][place]) >= least


@pytest.mark.parametrize("name", sorted(tokens("public.css").keys() & {"ink", "ok"}))
def test_the_public_sheet_uses_the_colours_of_the_console(name):
    assert tokens("public.css")[name] == tokens("app.css")[name]
